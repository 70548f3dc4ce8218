package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/sipd"
)

// What ends the attempt before or in the middle ends it for good.
func TestSignInEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		server    func(*sipd.Config, *sipd.User)
		hold      string // a request with this in it is not answered: the connection is ...
		hang      bool   // kept, or closed
		user      func(*ProbeUser)
		class     facts.Class
		text      string
		attempted bool
	}{
		{name: "Kerberos only", server: func(c *sipd.Config, _ *sipd.User) { c.Schemes = []string{"Kerberos"} }, class: facts.NotAsked, text: "asks for Kerberos, and lcshealth signs in with NTLM alone"},
		{name: "nothing is offered", server: func(c *sipd.Config, _ *sipd.User) { c.Code = 401 }, class: facts.NotAsked, text: "credentials of no known kind"},
		{name: "no challenge comes", hold: "gssapi-data=\"\"", hang: true, class: facts.Timeout, text: "did not answer REGISTER"},
		{name: "silence after the credentials", hold: "gssapi-data=\"T", hang: true, class: facts.Timeout, text: "did not answer REGISTER", attempted: true},
		{name: "closed after the credentials", hold: "gssapi-data=\"T", class: facts.Protocol, text: "closed the connection instead of answering REGISTER", attempted: true},
		{name: "no password", user: func(u *ProbeUser) {
			u.Password = func(context.Context) (string, error) { return "", errors.New("read probe.password: no such file") }
		}, class: facts.Missing, text: `the password of CONTOSO\kim: read probe.password: no such file`},
		{name: "no such password", user: func(u *ProbeUser) {
			u.Password = func(context.Context) (string, error) { return secret + "\xff", nil }
		}, class: facts.Missing, text: "unusable ntlm credentials"},
		{name: "an address that is none", user: func(u *ProbeUser) { u.URI = "sip:kim@contoso.com>" }, class: facts.Internal, text: "is not a URI"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := withKim(test.server)
			held := make(chan struct{}, 8)
			user := kim(accept(t, func(conn net.Conn) {
				server.ServeConn(t.Context(), &holding{Conn: conn, at: test.hold, hang: test.hang, held: held})
			}), facts.TCP)
			if test.user != nil {
				test.user(user)
			}
			s, account := tried(t.Context(), t, Config{ProbeUser: user, ConnectTimeout: time.Second})
			unknown(t, s.Final, test.class, test.text)
			if s.Attempted != test.attempted || test.hold != "" && len(held) != 1 || server.Attempts() != 0 {
				t.Errorf("attempted %v, held %d, %d attempts more", s.Attempted, len(held), server.Attempts())
			}
			if (account.Status == facts.OK) != (test.class == facts.NotAsked) {
				t.Errorf("account %+v", account)
			}
		})
	}
}

// holding is a connection on which one request gets no answer.
type holding struct {
	net.Conn
	at   string
	hang bool
	held chan<- struct{}
}

func (h *holding) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if h.at == "" || !strings.Contains(string(b[:n]), h.at) {
		return n, err
	}
	h.held <- struct{}{}
	if h.hang {
		_, _ = io.Copy(io.Discard, h.Conn)
	}
	return 0, io.EOF
}

func TestSignInUnreached(t *testing.T) {
	t.Parallel()
	s, _ := tried(t.Context(), t, Config{ProbeUser: kim(refusing(t), facts.TCP)})
	unknown(t, s.Final, facts.Unreachable, "sign in as sip:kim@contoso.com: 127.0.0.1:")
	user := kim(5060, facts.TCP)
	user.Server.Host = "gone.contoso.com"
	s, _ = tried(t.Context(), t, Config{ProbeUser: user, Resolver: serveDNS(t, &zone{})})
	unknown(t, s.Final, facts.Missing, "gone.contoso.com has no address in the DNS")
	var d facts.Deployment
	New(Config{ProbeUser: user}).Unobserved(facts.Unknown{Class: facts.Internal, Source: "wire", Message: "it broke"}).AddTo(&d)
	unknown(t, d.Wire.SignIns[0].Final, facts.Internal, "it broke")
	if d.Wire.SignIns[0].Account != `CONTOSO\kim` {
		t.Errorf("account %s", d.Wire.SignIns[0].Account)
	}
}

// When time runs out after the credentials went out, that they did is known.
func TestSignInTimeRunsOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	server := withKim(nil)
	held := make(chan struct{}, 1)
	user := kim(accept(t, func(conn net.Conn) {
		server.ServeConn(t.Context(), &holding{Conn: conn, at: "gssapi-data=\"T", hang: true, held: held})
	}), facts.TCP)
	go func() {
		<-held
		cancel(context.DeadlineExceeded)
	}()
	observed, err := New(Config{ProbeUser: user, ConnectTimeout: time.Minute}).Collect(ctx, session())
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	observed.AddTo(&d)
	unknown(t, d.Wire.SignIns[0].Final, facts.Timeout, "the time for the network ended")
	if !d.Wire.SignIns[0].Attempted {
		t.Error("not attempted")
	}
}

// A server that repeats the credentials in its answer does not get them into the facts.
func TestSignInEcho(t *testing.T) {
	t.Parallel()
	server := withKim(nil)
	user := kim(accept(t, func(conn net.Conn) {
		server.ServeConn(t.Context(), &echoing{Conn: conn})
	}), facts.TCP)
	s, _ := tried(t.Context(), t, Config{ProbeUser: user})
	if got := get(t, s.Final); got.Code != 403 || !slices.Contains(got.Warnings, "<removed>") || got.Reason != "" {
		t.Errorf("%+v", got)
	}
}

// echoing is a connection on which the credentials are refused with themselves.
type echoing struct {
	net.Conn
	said string
}

func (e *echoing) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	e.said = string(b[:n])
	return n, err
}

func (e *echoing) Write(b []byte) (int, error) {
	_, credentials, ok := strings.Cut(e.said, "Authorization: ")
	if credentials, _, _ = strings.Cut(credentials, "\r\n"); ok && strings.Contains(credentials, `gssapi-data="T`) {
		_, err := io.WriteString(e.Conn, "SIP/2.0 403 "+credentials+"\r\nWarning: "+credentials+"\r\n\r\n")
		return len(b), err
	}
	return e.Conn.Write(b)
}
