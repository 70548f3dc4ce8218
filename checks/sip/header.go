package sip

import "strings"

// Header is a header field as it came.
type Header struct {
	Name  string // may be in its compact form
	Value string // continuation lines joined by one blank, no blanks around
}

// compact has the names that stand for a longer one (RFC 3261, section 7.3.3
// and section 20).
var compact = map[byte]string{
	'c': "Content-Type",
	'e': "Content-Encoding",
	'f': "From",
	'i': "Call-ID",
	'k': "Supported",
	'l': "Content-Length",
	'm': "Contact",
	's': "Subject",
	't': "To",
	'v': "Via",
}

// fullName gives the long form of a name.
func fullName(name string) string {
	if len(name) == 1 {
		if long, ok := compact[name[0]|0x20]; ok {
			return long
		}
	}
	return name
}

// sameName compares names without case, in either form.
func sameName(a, b string) bool { return strings.EqualFold(fullName(a), fullName(b)) }

// splitHeader takes a logical line apart. It is not ok without a colon, or
// without a name before it.
func splitHeader(line string) (Header, bool) {
	name, value, ok := strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t")
	// Names are tokens (RFC 3261, section 25.1). One that begins with anything
	// but a letter is the time stamp of a log or a piece of something else.
	if !ok || name == "" || !isLetter(name[0]) || !isToken(name) {
		return Header{}, false
	}
	return Header{name, strings.Trim(value, " \t")}, true
}

// unfold gives the logical lines of a block of headers: what begins with a
// blank continues the line before (RFC 3261, section 7.3.1). Line ends are LF
// with any number of CR before. The block ends at its first empty line.
func unfold(block string) (lines []string) {
	var parts []string // of the line at hand
	flush := func() {
		if len(parts) > 0 {
			lines = append(lines, strings.Join(parts, " "))
		}
		parts = parts[:0]
	}
	for line := range strings.Lines(block) {
		line = trimEnd(line)
		if line == "" {
			break
		}
		more := strings.Trim(line, " \t")
		switch continued := isBlank(line[0]); {
		case more == "": // nothing to add
		case continued && len(parts) > 0:
			parts = append(parts, more)
		default:
			flush()
			parts = append(parts, line)
		}
	}
	flush()
	return lines
}

// trimEnd removes the end of a line. Logs written through a text stream have
// CR CR LF.
func trimEnd(line string) string {
	return strings.TrimRight(strings.TrimSuffix(line, "\n"), "\r")
}

func isBlank(c byte) bool  { return c == ' ' || c == '\t' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// isTokenOctet says whether an octet may stand in a token (RFC 3261, section
// 25.1).
func isTokenOctet(c byte) bool {
	return isLetter(c) || isDigit(c) || c != 0 && strings.IndexByte("-.!%*_+`'~", c) >= 0
}

func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenOctet(s[i]) {
			return false
		}
	}
	return s != ""
}
