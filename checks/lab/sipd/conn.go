package sipd

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"strconv"
	"strings"

	"lcshealth/checks/sip"
)

// conn is a client's connection, with the sign-ins that were begun on it.
type conn struct {
	*Server
	net.Conn
	associations map[string]*association // by opaque
}

// response is what a request is answered with.
type response struct {
	code    int
	reason  string // empty: that of RFC 3261
	headers []sip.Header
	signed  *association // whose keys sign it
}

func (r *response) add(name, value string) {
	r.headers = append(r.headers, sip.Header{Name: name, Value: value})
}

// ServeConn talks to a client until it leaves, says what is no SIP, or ctx
// ends, and closes the connection.
func (s *Server) ServeConn(ctx context.Context, client net.Conn) {
	defer func() { _ = client.Close() }() // the client may be gone
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	c := &conn{Server: s, Conn: client, associations: map[string]*association{}}
	reader := sip.NewReader(client, sip.Limits{})
	for {
		m, err := reader.Read()
		if err != nil {
			return
		}
		if m.IsResponse() || m.Method == "ACK" {
			continue
		}
		if _, err := client.Write(c.answer(m)); err != nil {
			return
		}
	}
}

// answer returns the octets to send for a request.
func (c *conn) answer(m *sip.Message) []byte {
	r, step := c.respond(m)
	from, _ := m.From()
	c.mu.Lock()
	c.requests = append(c.requests, Request{
		Method: m.Method, URI: m.RequestURI, From: from.URI, Expires: m.Get("Expires"), Step: step, Code: r.code,
	})
	c.mu.Unlock()
	var b strings.Builder
	if c.cfg.Notify {
		b.WriteString("NOTIFY sip:" + c.RemoteAddr().String() + " SIP/2.0\r\nVia: SIP/2.0/TCP " + c.LocalAddr().String() + "\r\nFrom: <" + from.URI +
			">\r\nTo: <" + from.URI + ">\r\nCall-ID: " + rand.Text() + "\r\nCSeq: 1 NOTIFY\r\nEvent: registration-notify\r\nContent-Length: 2\r\n\r\nhi")
	}
	if c.cfg.Trying {
		c.write(&b, m, &response{code: 100, reason: "Trying"}, "")
	}
	c.write(&b, m, r, rand.Text()[:8])
	return []byte(b.String())
}

// respond decides on the answer to a request.
func (c *conn) respond(m *sip.Message) (r *response, step Step) {
	const options, register = "OPTIONS", "REGISTER"
	switch {
	case c.cfg.Code != 0:
		r = &response{code: c.cfg.Code, reason: c.cfg.Reason}
		if m.Method == register && m.Get("Authorization")+m.Get("Proxy-Authorization") != "" {
			step = Misguided
		}
		if c.cfg.Code == 405 {
			r.add("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, MESSAGE, NOTIFY")
		}
		return r, step
	case m.Method == options:
		r = &response{code: 200}
		r.add("Allow", "INVITE, ACK, BYE, CANCEL, REGISTER, OPTIONS, INFO, MESSAGE, SUBSCRIBE, NOTIFY, SERVICE")
		return r, step
	case m.Method == register && c.cfg.Redirect != "":
		r = &response{code: 301, reason: "Redirect request to Home Server"}
		r.add("Contact", "<"+c.cfg.Redirect+">")
		return r, step
	case m.Method == register:
		return c.register(m)
	}
	return &response{code: 405}, step
}

// write writes a response, damaged as the server is told to.
func (c *conn) write(b *strings.Builder, m *sip.Message, r *response, tag string) {
	reason := r.reason
	if reason == "" {
		reason = sip.Phrase(r.code)
	}
	if reason == "" && r.code == 200 {
		reason = "OK"
	}
	fmt.Fprintf(b, "SIP/2.0 %d %s\r\n", r.code, reason)
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		for _, value := range m.Values(name) {
			switch to, _ := m.To(); {
			case name == "Via" && c.cfg.DamagedVia:
				value = "SIP/2.0/TCP ;;branch"
			case name == "To" && tag != "" && to.Tag() == "":
				value += ";tag=" + tag
			}
			header(name, value)
		}
	}
	if c.cfg.UserAgent != "" {
		header("User-Agent", c.cfg.UserAgent)
	} else {
		header("Server", c.cfg.Product)
	}
	if !c.cfg.NoDate {
		header("Date", c.cfg.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	if r.signed != nil {
		header("Authentication-Info", c.proof(m, r, tag))
	}
	for _, h := range r.headers {
		header(h.Name, h.Value)
	}
	if !c.cfg.NoContentLength {
		header("Content-Length", strconv.Itoa(0))
	}
	b.WriteString("\r\n")
}
