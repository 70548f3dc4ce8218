package markdown

import (
	"regexp"
	"strings"

	"lcshealth/report"
)

// special finds what renderers make more of than CommonMark says: @name, #12,
// owner/name#12, GH-12, addresses of the web and of mail, $formulas$, :emoji:
// and the names of commits, of 7 hexadecimal digits and more.
var special = regexp.MustCompile(`(?i)[@#$]|://|www\.|mailto:|xmpp:|\bgh-\d|:[a-z0-9_+-]*[a-z_+-][a-z0-9_+-]*:|:100:|:1234:|\b[0-9a-f]{7,40}\b`)

// escape makes text from outside that shows as it is, also in the cell of a
// table. A word that is special becomes code, since renderers look for those
// after backslashes have gone; in the others, punctuation that could be markup
// has a backslash.
func escape(s string) string {
	words := strings.Split(strings.TrimSpace(report.Clean(s)), " ")
	for i, word := range words {
		if !special.MatchString(word) {
			words[i] = backslash(word)
			continue
		}
		name := strings.TrimRight(word, ",:;")
		parts := strings.Split(name, "|") // which in code would end a table's cell
		for k, part := range parts {
			parts[k] = code(part)
		}
		words[i] = strings.Join(parts, `\|`) + word[len(name):]
	}
	return strings.Join(words, " ")
}

// backslash puts one before what CommonMark and its extensions could take for
// markup; before -, + and = only where a word begins.
func backslash(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte("\\`*_{}[]<>|~&", s[i]) >= 0 || i == 0 && strings.IndexByte("-+=", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return numbered(b.String())
}

// numbered keeps "1." and "1)" from beginning a list.
func numbered(s string) string {
	digits := strings.TrimLeft(s, "0123456789")
	if n := len(s) - len(digits); n > 0 && (digits == "." || digits == ")") {
		return s[:n] + `\` + digits
	}
	return s
}

// code makes a span of code whose delimiters are longer than any run of
// backticks in it.
func code(s string) string {
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longest(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " " // one space is taken off each end
	}
	return fence + s + fence
}

// block makes a fenced block of code out of one line.
func block(s string) string {
	fence := strings.Repeat("`", max(longest(s)+1, 3))
	return fence + "text\n" + s + "\n" + fence
}

// longest is the length of the longest run of backticks.
func longest(s string) int {
	most, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}
