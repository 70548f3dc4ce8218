package sip

import (
	"bytes"
	"strings"
)

// Message is a request or a response.
type Message struct {
	Method     string // of a request
	RequestURI string

	Code   int    // of a response: 100 to 999; 0 for a request
	Reason string // reason phrase, in the octets in which it came; may be empty

	Headers []Header // in the order in which they came
	Damaged []string // lines between them that are no headers
	Body    []byte
	Raw     []byte // start line, headers and body as they came
}

// IsResponse tells a response from a request.
func (m *Message) IsResponse() bool { return m.Code != 0 }

// Get returns the value of the first header of that name, or "". Names are
// compared without case, and the compact form is the same as the long one.
func (m *Message) Get(name string) string {
	for _, h := range m.Headers {
		if sameName(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// Values returns the values of every header of that name in their order. A
// value that is a list stays one value.
func (m *Message) Values(name string) (values []string) {
	for _, h := range m.Headers {
		if sameName(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}

// StartLine returns the first line: "SIP/2.0 401 Unauthorized", or
// "REGISTER sip:contoso.com SIP/2.0".
func (m *Message) StartLine() string {
	line, _, _ := bytes.Cut(m.Raw, []byte("\n"))
	return strings.TrimRight(string(line), "\r \t")
}

// Answers says whether a response is one to the request. A header that is
// absent or damaged speaks for nothing: an old server may refuse a request in
// an answer that lacks every header. Provisional responses (Code below 200)
// answer too.
func (m *Message) Answers(request *Message) bool {
	if !m.IsResponse() {
		return false
	}
	if id := m.CallID(); id != "" && id != request.CallID() {
		return false
	}
	number, method, ok := m.CSeq()
	wantNumber, wantMethod, _ := request.CSeq()
	return !ok || number == wantNumber && method == wantMethod
}

// Parse reads a message from a text that is there as a whole: a datagram, or a
// piece of a log. Without a valid Content-Length the body is what follows the
// headers (RFC 3261, section 18.3); with one, it is no longer than that. The
// error, a [*GarbageError], says that there is no start line. The text is not
// kept.
func Parse(text []byte) (*Message, error) {
	raw := bytes.Clone(bytes.TrimLeft(text, "\r\n"))
	end := headEnd(raw)
	m, ok := parseHead(raw[:end])
	if !ok {
		return nil, &GarbageError{First: first(raw)}
	}
	body := raw[end:]
	if length, ok := m.ContentLength(); ok && length < int64(len(body)) {
		body = body[:length]
	}
	m.setRaw(raw, end, end+len(body))
	return m, nil
}

// headEnd returns where the body begins: behind the first empty line.
func headEnd(raw []byte) int {
	for at := 0; ; {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			return len(raw)
		}
		line := raw[at : at+n]
		at += n + 1
		if len(bytes.TrimRight(line, "\r")) == 0 {
			return at
		}
	}
}

// setRaw gives the message its octets: the body is the part of raw from head
// to end.
func (m *Message) setRaw(raw []byte, head, end int) {
	m.Raw = raw[:end:end]
	if head < end {
		m.Body = m.Raw[head:]
	}
}

// parseHead reads a start line and what follows up to the empty line. It is not
// ok without a start line.
func parseHead(head []byte) (*Message, bool) {
	line, rest, _ := strings.Cut(string(head), "\n")
	m, ok := parseStart(trimEnd(line))
	if !ok {
		return nil, false
	}
	for _, line := range unfold(rest) {
		if h, ok := splitHeader(line); ok {
			m.Headers = append(m.Headers, h)
		} else {
			m.Damaged = append(m.Damaged, line)
		}
	}
	return m, true
}
