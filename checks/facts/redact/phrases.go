package redact

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Where programs name accounts and the like without more ado: after a word that
// says so, or between single quotes that are no apostrophes.
var (
	afterWord = regexp.MustCompile(`(?i)\b(logins?|users?|accounts?|passwords? (?:of|for))(\s+)([\p{L}\p{N}_$-]+)([\\@.=]?)`)
	inSingles = regexp.MustCompile(`(^|[\s(\[=:N])'([^'\n]{1,64})'`)
)

// accounts replaces them.
func (r *Redactor) accounts(s string) string {
	s = inSingles.ReplaceAllStringFunc(s, func(found string) string {
		parts := inSingles.FindStringSubmatch(found)
		if strings.Contains(parts[2], "=") {
			return parts[1] + "'" + r.dn(parts[2]) + "'"
		}
		return parts[1] + "'" + r.value(parts[2]) + "'"
	})
	return afterWord.ReplaceAllStringFunc(s, func(found string) string {
		parts := afterWord.FindStringSubmatch(found)
		if parts[4] != "" || isNumber(parts[3]) { // seen to as another kind of name
			return found
		}
		return parts[1] + parts[2] + r.nameOf(parts[3])
	})
}

// nameOf replaces a word that stands where a name is expected.
func (r *Redactor) nameOf(s string) string {
	if lower := strings.ToLower(s); common[lower] || publicWords[lower] || isPseudonym(lower) {
		return s
	}
	return r.label(s)
}

// reason keeps the phrase of a SIP answer if documents know it.
func (r *Redactor) reason(s string) string {
	if publicReasons[strings.ToLower(strings.TrimSpace(s))] || r.learning {
		return s
	}
	return removed(s)
}

// contact replaces a SIP URI with its parameters.
func (r *Redactor) contact(s string) string {
	return runs(s, isHost, func(run, before string) string {
		switch lower := strings.ToLower(run); {
		case publicParameters[lower] || publicWords[lower] || strings.HasSuffix(before, ":") && isNumber(run):
			return run
		case strings.HasSuffix(before, "@"), strings.Contains(run, "."):
			return r.host(run)
		}
		return r.label(run)
	})
}

// removed stands for a text of which nothing can be kept.
func removed(s string) string {
	return fmt.Sprintf("(text removed: %d characters)", utf8.RuneCountInString(s))
}

// telling are words of which a cause, or its evidence, asks whether a record of
// the event log holds them.
var telling = []string{"rtcsrv", "MSSQL$RTC", "Live Communications"}

// event stands for the message of a record of the event log: Windows and any
// program write what they like there.
func event(s string) string {
	if s == "" || strings.HasPrefix(s, "(text removed: ") {
		return s
	}
	var names []string
	for _, name := range telling {
		if strings.Contains(strings.ToLower(s), strings.ToLower(name)) {
			names = append(names, name)
		}
	}
	out := removed(s)
	if len(names) > 0 {
		out = strings.TrimSuffix(out, ")") + "; it names " + strings.Join(names, ", ") + ")"
	}
	return out
}
