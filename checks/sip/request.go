package sip

import (
	"io"
	"strconv"
	"strings"
)

// Request is a request without a body to be written, such as OPTIONS or
// REGISTER. URIs stand without angle brackets.
type Request struct {
	Method    string // "OPTIONS", "REGISTER"
	URI       string // "sip:contoso.com"
	Transport string // "TCP" or "TLS"
	SentBy    string // host:port of our end of the connection
	From, To  string // URIs; of a REGISTER both are the user's
	Dialog    Dialog
	Sequence  uint32 // from 1; each request of a dialog has the next
	UserAgent string // may be empty

	Contact       string // URI under which we are reached; may be empty
	ContactParams []Param
	Expires       *int64 // seconds; 0 removes a registration, nil leaves it to the server

	Extra []Header // any more, in their order
}

// maxForwards is how many hops a request may take (RFC 3261, section 8.1.1.6).
const maxForwards = "70"

// Message writes the request with a branch of its own. The octets to send are in
// Raw. The error is a [*FieldError], or that of the source of random octets.
func (r *Request) Message(random io.Reader) (*Message, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	branch, err := newBranch(random)
	if err != nil {
		return nil, err
	}
	from := Address{URI: r.From, Params: []Param{{Name: "tag", Value: r.Dialog.Tag}}}
	if r.Dialog.Epid != "" {
		from.Params = append(from.Params, Param{Name: "epid", Value: r.Dialog.Epid})
	}
	headers := []Header{
		{"Via", "SIP/2.0/" + r.Transport + " " + r.SentBy + ";branch=" + branch},
		{"Max-Forwards", maxForwards},
		{"From", from.text()},
		{"To", Address{URI: r.To}.text()},
		{"Call-ID", r.Dialog.CallID},
		{"CSeq", strconv.FormatUint(uint64(r.Sequence), 10) + " " + r.Method},
	}
	if r.UserAgent != "" {
		headers = append(headers, Header{"User-Agent", r.UserAgent})
	}
	if r.Contact != "" {
		headers = append(headers, Header{"Contact", Address{URI: r.Contact, Params: r.ContactParams}.text()})
	}
	if r.Expires != nil {
		headers = append(headers, Header{"Expires", strconv.FormatInt(*r.Expires, 10)})
	}
	headers = append(headers, r.Extra...)
	headers = append(headers, Header{"Content-Length", "0"})

	var b strings.Builder
	b.WriteString(r.Method + " " + r.URI + " SIP/2.0\r\n")
	for _, h := range headers {
		b.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	b.WriteString("\r\n")
	return &Message{Method: r.Method, RequestURI: r.URI, Headers: headers, Raw: []byte(b.String())}, nil
}

// text writes the address as it stands in a header, with brackets but without
// the display name.
func (a Address) text() string {
	var b strings.Builder
	b.WriteString("<" + a.URI + ">")
	for _, p := range a.Params {
		b.WriteString(";" + p.String())
	}
	return b.String()
}
