package nagios

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/prose"
	"lcshealth/report/view"
)

const (
	mostBytes    = 4096
	mostHeadline = 300 // characters
	mostLine     = 240
)

func output(r *report.Report) string {
	v := view.Of(r)
	first := fmt.Sprintf("LCS %s - %s | %s\n", Of(r), plain(answer(v), mostHeadline), perfdata(r))
	lines := details(v)
	out, rest := first, "… and %d more; see the whole report\n"
	for i, line := range lines {
		line = plain(line, mostLine) + "\n"
		if len(out)+len(line)+len(rest)+4 > mostBytes {
			return out + fmt.Sprintf(rest, len(lines)-i)
		}
		out += line
	}
	return out
}

// answer is the headline. The state leaves waived findings out and the headline
// does not, so it says so.
func answer(v *view.View) string {
	if v.WaivedCount == 0 {
		return v.Answer.Sentence()
	}
	return fmt.Sprintf("%d of %s waived: %s", v.WaivedCount, view.Count(v.Total(checks.Present), "finding is", "findings are"), v.Answer.Sentence())
}

// details are the lines below the first, the most important ones first.
func details(v *view.View) []string {
	var out []string
	for f := range view.All(v.Present) {
		line := fmt.Sprintf("%s[%s] %s", strings.Repeat("  ", min(f.Depth, 4)), strings.ToUpper(string(f.Severity)), prose.Headline(&f.Finding))
		if len(f.Codes) > 0 {
			line += " SIP " + numbers(f.Codes)
		}
		if f.Waived != nil {
			line += "; " + prose.Waived(f.Waived)
		}
		if f.Reason != "" {
			line += ": " + f.Reason
		}
		out = append(out, line)
		if f.Depth > 0 {
			continue // what it follows from is to be cured
		}
		if len(f.Remedy) == 0 {
			continue
		}
		which := ""
		if n := len(f.Remedy); n > 1 {
			which = fmt.Sprintf(", step 1 of %d", n)
		}
		// A command that is cut or changed would be another one.
		if line := "  Remedy" + which + ": " + prose.Step(&f.Remedy[0], !f.Steps[0].Inexact); plain(line, mostLine) == line {
			out = append(out, line)
		}
	}
	for _, g := range v.Undetermined {
		out = append(out, fmt.Sprintf("[UNDETERMINED] %s, at worst %s: %s", view.Count(len(g.Findings), "check", "checks"), g.Worst, g.Reason))
	}
	for _, s := range v.Sources {
		for _, warning := range s.Warnings {
			out = append(out, fmt.Sprintf("[WARNING] %s %s: %s", s.Name, s.Target, warning))
		}
	}
	return out
}

func numbers(codes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(codes), " ", ", "), "[]")
}

// perfdata gives what can be drawn over time: findings by severity and verdict,
// and by SIP code. The codes are those of every finding, whatever its verdict,
// so that a curve goes on at 0.
func perfdata(r *report.Report) string {
	var out []string
	count := func(label string, n int) { out = append(out, fmt.Sprintf("%s=%d;;;0", quote(label), n)) }
	for _, s := range checks.Severities() {
		count(string(s), r.Summary.Severities[s])
	}
	verdicts := r.Summary.Verdicts
	count("present", verdicts.Present)
	count("undetermined", verdicts.Undetermined)
	count("not-applicable", verdicts.NotApplicable)
	count("absent", verdicts.Absent)
	count("waived", r.Summary.Waived)
	codes := map[string]bool{}
	for code := range r.Summary.Codes {
		codes[code] = true
	}
	for i := range r.Findings {
		for _, code := range r.Findings[i].Codes {
			codes[fmt.Sprint(code)] = true
		}
	}
	for _, code := range sorted(codes) {
		count("sip-"+code, r.Summary.Codes[code])
	}
	if took := r.Run.FinishedAt.Sub(r.Run.StartedAt); took > 0 {
		out = append(out, fmt.Sprintf("%s=%.3fs;;;0", quote("duration"), took.Seconds()))
	}
	return strings.Join(out, " ")
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// quote writes a label of performance data, of which only letters, digits and
// hyphens stay. Quotes are not needed then, but harmless.
func quote(label string) string {
	return "'" + strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-':
			return r
		}
		return '_'
	}, label) + "'"
}

var similar = strings.NewReplacer("|", "¦", "<", "‹", ">", "›")

// plain makes a line of text that neither ends the text nor is markup, cut to a
// number of characters.
func plain(s string, most int) string {
	s = similar.Replace(report.Clean(s))
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:most-1]), " ") + "…"
}
