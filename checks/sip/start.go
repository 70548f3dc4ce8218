package sip

import "strings"

// parseStart reads a start line (RFC 3261, sections 7.1 and 7.2). More than one
// blank between the parts and blanks at the end are let pass, and so is a
// response without a reason.
func parseStart(line string) (*Message, bool) {
	line = strings.TrimRight(line, " \t")
	word, rest := cutBlank(line)
	if isVersion(word) {
		code, reason := cutBlank(rest)
		if len(code) != 3 || code[0] == '0' || !isDigits(code) {
			return nil, false
		}
		return &Message{Code: int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0'), Reason: reason}, true
	}
	last := strings.LastIndexAny(rest, " \t")
	if !isToken(word) || last < 0 || !isVersion(rest[last+1:]) {
		return nil, false
	}
	return &Message{Method: word, RequestURI: strings.TrimRight(rest[:last], " \t")}, true
}

// cutBlank splits at the first run of blanks.
func cutBlank(s string) (before, after string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// isVersion says whether a word is SIP/ with a version: "SIP/2.0".
func isVersion(word string) bool {
	if len(word) < 4 || !strings.EqualFold(word[:4], "SIP/") {
		return false
	}
	major, minor, ok := strings.Cut(word[4:], ".")
	return ok && isDigits(major) && isDigits(minor)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// opening follows the octets of a start line. It lets a reader turn away at the
// first octet what would otherwise be waited for: a TLS alert has no end of
// line.
type opening struct {
	begun   bool
	further bool // behind the first word, which is a method or a version
}

// next says whether a start line can go on with an octet.
func (o *opening) next(c byte) bool {
	switch {
	case isBlank(c):
		o.further = true
		return o.begun
	case c == '\r' || c == '\n':
		return true
	case c < ' ' || c == 0x7f:
		return false
	}
	o.begun = true
	return o.further || c == '/' || isTokenOctet(c)
}
