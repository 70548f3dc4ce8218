package sip

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// CallID returns the Call-ID, or "".
func (m *Message) CallID() string { return m.Get("Call-ID") }

// CSeq returns the sequence number and the method of the request that the
// message is, or answers (RFC 3261, section 20.16). It is not ok unless both are
// there.
func (m *Message) CSeq() (number uint32, method string, ok bool) {
	word, method := cutBlank(m.Get("CSeq"))
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || !isToken(method) {
		return 0, "", false
	}
	return uint32(n), method, true
}

// ContentLength returns how many octets the body has, as the message claims. It
// is not ok without the header, or if its value is no number. A number beyond
// all bounds gives the largest int64.
func (m *Message) ContentLength() (octets int64, ok bool) { return m.number("Content-Length") }

// Expires returns the header Expires in seconds (RFC 3261, section 20.19). That
// of a single contact is a parameter of the [Address].
func (m *Message) Expires() (seconds int64, ok bool) { return m.number("Expires") }

func (m *Message) number(name string) (int64, bool) {
	text := m.Get(name)
	if !isDigits(text) {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return math.MaxInt64, true // digits only: it is too large
	}
	return n, true
}

// Date returns the sender's clock (RFC 3261, section 20.17: RFC 1123, in GMT)
// in UTC.
func (m *Message) Date() (time.Time, bool) {
	t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 GMT", m.Get("Date"))
	return t, err == nil
}

// Via is a hop that a request took (RFC 3261, section 20.42).
type Via struct {
	Transport string // TCP or TLS
	SentBy    string // host, or host:port
	Params    []Param
}

// Branch returns the parameter branch, or "". LCS clients send none.
func (v Via) Branch() string { return get(v.Params, "branch") }

// Vias returns the hops, the last one first. What is damaged is left out.
func (m *Message) Vias() (vias []Via) {
	for _, value := range m.Values("Via") {
		for _, text := range split(value, ',') {
			if v, ok := parseVia(text); ok {
				vias = append(vias, v)
			}
		}
	}
	return vias
}

// parseVia reads "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK7". Blanks may stand
// around each slash and colon.
func parseVia(text string) (Via, bool) {
	head, params, _ := strings.Cut(text, ";")
	parts := strings.SplitN(head, "/", 3)
	if len(parts) < 3 || !isVersion(strings.TrimSpace(parts[0])+"/"+strings.TrimSpace(parts[1])) {
		return Via{}, false
	}
	transport, sentBy := cutBlank(strings.TrimSpace(parts[2]))
	sentBy = strings.Join(strings.Fields(sentBy), "")
	if !isToken(transport) || sentBy == "" {
		return Via{}, false
	}
	return Via{transport, sentBy, parseParams(params)}, true
}
