package clientlog

import (
	"bytes"

	"lcshealth/checks/sip"
)

var version = []byte("SIP/2.0")

const (
	maxReason = 256  // octets of a reason phrase
	maxURI    = 1024 // octets of a request URI
)

// readStart reads a start line (RFC 3261, sections 7.1 and 7.2). Where the line
// ends of a message were lost, more is what followed the start line.
func readStart(line []byte) (m sip.Message, more []byte, ok bool) {
	line = bytes.TrimRight(line, " \t")
	if bytes.HasPrefix(line, version) {
		return readAnswer(line)
	}
	method, rest, found := bytes.Cut(line, []byte(" "))
	if !found || !isMethod(method) {
		return m, nil, false
	}
	rest = bytes.TrimLeft(rest, " ")
	uri, rest, found := bytes.Cut(rest, []byte(" "))
	rest = bytes.TrimLeft(rest, " ")
	if !found || !isSIPURI(uri) || !bytes.HasPrefix(rest, version) {
		return m, nil, false
	}
	if rest = rest[len(version):]; len(rest) > 0 {
		if rest[0] != ' ' {
			return m, nil, false
		}
		more = rest[1:]
	}
	m.Method, m.RequestURI = text(method), public(text(clip(uri, maxURI)))
	return m, more, true
}

func readAnswer(line []byte) (m sip.Message, more []byte, ok bool) {
	rest := line[len(version):]
	if len(rest) < 4 || rest[0] != ' ' {
		return m, nil, false
	}
	rest = bytes.TrimLeft(rest, " ")
	if len(rest) < 3 || len(rest) > 3 && rest[3] != ' ' {
		return m, nil, false
	}
	code, ok := number(rest[:3])
	if !ok || code < 100 || code > 699 {
		return m, nil, false
	}
	reason := bytes.TrimLeft(rest[3:], " ")
	if at := nextHeader(reason); at >= 0 {
		reason, more = bytes.TrimRight(reason[:at], " "), reason[at:]
	}
	m.Code, m.Reason = code, public(text(clip(reason, maxReason)))
	return m, more, true
}

// isMethod says whether a word can be a method: those of SIP are in capitals.
func isMethod(word []byte) bool {
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(word) >= 3 && len(word) <= 16
}

func isSIPURI(uri []byte) bool {
	return len(uri) > 4 && uri[0]|0x20 == 's' && (bytes.EqualFold(uri[:4], []byte("sip:")) || len(uri) > 5 && bytes.EqualFold(uri[:5], []byte("sips:")))
}

// isHalfStart says whether a line is a request's start line but for its version,
// which a mail has wrapped to the next.
func isHalfStart(line []byte) bool {
	method, uri, ok := bytes.Cut(bytes.TrimRight(line, " "), []byte(" "))
	return ok && isMethod(method) && isSIPURI(uri) && bytes.IndexByte(uri, ' ') < 0
}

// nextHeader returns where a known header begins behind a blank, or at the
// beginning, of a line that holds more than one; -1 if there is none.
func nextHeader(line []byte) int {
	for at := 0; at < len(line); {
		colon := bytes.IndexByte(line[at:], ':')
		if colon < 0 {
			return -1
		}
		colon += at
		from := bytes.LastIndexByte(line[at:colon], ' ') + 1 + at
		behind := colon + 1
		if behind < len(line) && line[behind] == ' ' && colon-from > 1 && headerKind(line[from:colon]) != unknown {
			return from
		}
		at = behind
	}
	return -1
}
