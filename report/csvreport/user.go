package csvreport

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/internal/prose"
)

// evidence gives what was seen of one user. A finding of many users shows a few
// of them; the others have none.
func evidence(f *checks.Finding, user string) string {
	var out []string
	for i := range f.Evidence {
		e := &f.Evidence[i]
		if user == "" || f.Affected.Count == 1 || names(e.Observed, user) || names(e.Expected, user) {
			out = append(out, prose.Evidence(e))
		}
	}
	return strings.Join(out, "; ")
}

// remedy gives the steps for one user. A finding holds those for one of its
// users, with his name in them. The others get them without commands, marked
// as his, lest somebody runs a command that names another.
func remedy(f *checks.Finding, user, whose string) string {
	if len(f.Remedy) == 0 {
		return ""
	}
	mine := user == whose
	steps := make([]string, len(f.Remedy))
	for i := range f.Remedy {
		steps[i] = fmt.Sprintf("%d. %s", i+1, prose.Step(&f.Remedy[i], mine))
	}
	out := strings.Join(steps, " ")
	if !mine {
		return "as for " + whose + ": " + out
	}
	return out
}

// owner is the user that the remedy is for: the one whom it names, or the
// first.
func owner(f *checks.Finding) string {
	best := ""
	for _, user := range f.Affected.Users {
		for _, s := range f.Remedy {
			if (names(s.Text, user) || names(s.Command, user)) && len(user) > len(best) { // ann@ is in joann@
				best = user
			}
		}
	}
	if best == "" && len(f.Affected.Users) > 0 {
		best = f.Affected.Users[0]
	}
	return best
}

// names reports whether text has a name in it, as it is or with its quotes
// doubled as SQL wants.
func names(text, name string) bool {
	if name == "" {
		return false
	}
	return word(text, name) || word(text, strings.ReplaceAll(name, "'", "''"))
}

// word reports whether name occurs in text other than as a part of a longer
// name.
func word(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		before, after := rest[:i], rest[i+len(name):]
		if !continues(before, true) && !continues(after, false) {
			return true
		}
		rest = rest[i+1:]
	}
}

// continues reports whether a name goes on beyond its end: by a letter, a
// digit, a byte of another script, a doubled quote, or what stands between
// those in a name.
func continues(s string, atEnd bool) bool {
	s = strings.ReplaceAll(s, "''", "_")
	if s == "" {
		return false
	}
	c := s[0]
	if atEnd {
		c = s[len(s)-1]
	}
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c >= 0x80, strings.IndexByte("_-+%&", c) >= 0:
		return true
	case c == '.': // but not at the end of a sentence
		return atEnd || len(s) > 1 && s[1] != ' '
	}
	return false
}
