package view

import (
	"fmt"
	"strings"
	"time"

	"lcshealth/checks"
)

// usesOf leaves out that a certificate is shown on a port where a listener that
// has it is told of, too, and counts what is too much.
func usesOf(list []string) (out []string) {
	ports := map[string]bool{}
	for _, u := range list {
		if _, port, ok := strings.Cut(u, " listener on port "); ok {
			ports[port] = true
		}
	}
	for _, u := range list {
		if !strings.HasPrefix(u, "shown at ") || !ports[u[strings.LastIndexByte(u, ':')+1:]] {
			out = append(out, u)
		}
	}
	if n := len(out) - 4; n > 1 {
		out = append(out[:4], Count(n, "more use", "more uses"))
	}
	return out
}

// commonName is the CN that a subject begins with, or the whole of it.
func commonName(subject string) string {
	name, found := strings.CutPrefix(subject, "CN=")
	if !found {
		return subject
	}
	if i := strings.Index(name, ", "); i > 0 && !strings.HasSuffix(name[:i], `\`) {
		return name[:i]
	}
	return name
}

// validity says how a span stands to now.
func validity(from, to, now time.Time) (state DateState, words, when string) {
	left := to.Sub(now)
	switch {
	case to.IsZero():
		return DateValid, "no end", ""
	case left < 0:
		return DateExpired, "expired " + days(-left) + " ago", "on " + date(to)
	case now.Before(from):
		return DateNotYet, "valid only in " + days(from.Sub(now)), "from " + date(from)
	case left <= expiresSoon:
		return DateSoon, "expires in " + days(left), "on " + date(to)
	}
	return DateValid, days(left) + " left", "until " + date(to)
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// days says how long something lasts: in days, or roughly if it is long.
func days(d time.Duration) string {
	switch n := int(d / day); {
	case n == 0:
		return "less than a day"
	case n < 120:
		return Count(n, "day", "days")
	case n < 730:
		return Count(n/30, "month", "months")
	default:
		return Count(n/365, "year", "years")
	}
}

// restOf counts what is not shown.
func restOf(rows []DatedRow, omitted int) string {
	if len(rows)+omitted == 0 {
		return ""
	}
	counts := map[DateState]int{}
	for _, row := range rows {
		counts[row.State]++
	}
	var words []string
	for _, s := range []DateState{DateExpired, DateNotYet, DateSoon, DateOld, DateValid, DateUnused} {
		if n := counts[s]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, s))
		}
	}
	if omitted > 0 {
		words = append(words, fmt.Sprintf("%d that the report leaves out", omitted))
	}
	return fmt.Sprintf("%d more: %s.", len(rows)+omitted, List(words, len(words)))
}

// naming is the anchor of the first finding that is present and has words in
// its evidence.
func naming(words string, findings []*Finding) string {
	for _, f := range findings {
		if f.Verdict != checks.Present {
			continue
		}
		for _, e := range f.Evidence {
			if mentions(e.Observed, words) {
				return f.Anchor
			}
		}
	}
	return ""
}

// mentions reports whether text has a name in it that is not a part of a longer
// one, without regard to case.
func mentions(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(name)
	inName := func(c byte) bool {
		return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80
	}
	for from := 0; name != ""; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		before := start == 0 || !inName(text[start-1]) && text[start-1] != '.'
		after := end == len(text) || !inName(text[end]) && (text[end] != '.' || end+1 == len(text) || !inName(text[end+1]))
		if before && after {
			return true
		}
		from = start + 1
	}
	return false
}
