package sipd

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/wire/ntlm"
	"lcshealth/checks/sip"
)

// client talks to a server over a pipe.
type client struct {
	t      *testing.T
	conn   net.Conn
	reader *sip.Reader
	cseq   int
}

func connect(t *testing.T, s *Server) *client {
	t.Helper()
	ours, theirs := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.ServeConn(t.Context(), theirs)
	}()
	t.Cleanup(func() {
		_ = ours.Close()
		<-ended
	})
	if err := ours.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &client{t: t, conn: ours, reader: sip.NewReader(ours, sip.Limits{})}
}

// ask sends a request of kim with more headers and returns what comes back.
func (c *client) ask(method string, headers ...string) *sip.Message {
	c.t.Helper()
	c.cseq++
	lines := append([]string{
		method + " sip:contoso.com SIP/2.0", "Via: SIP/2.0/TCP 192.0.2.1:1024", "From: <sip:kim@contoso.com>;tag=1;epid=2",
		"To: <sip:kim@contoso.com>", "Call-ID: 3", fmt.Sprintf("CSeq: %d %s", c.cseq, method), "Contact: <sip:192.0.2.1:1024>",
	}, headers...)
	if _, err := io.WriteString(c.conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		c.t.Fatal(err)
	}
	return c.read()
}

func (c *client) read() *sip.Message {
	c.t.Helper()
	m, err := c.reader.Read()
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

var kim = User{URI: "sip:kim@contoso.com", Account: `CONTOSO\kim`, Password: "Pa$$word"}

// respond answers the server's challenge with a password.
func (c *client) respond(password string) (m *sip.Message, o ntlm.Offer, s *ntlm.Session) {
	c.t.Helper()
	m = c.ask("REGISTER", `Authorization: NTLM qop="auth", realm="SIP Communications Service", targetname="lcs01.contoso.com", gssapi-data=""`)
	offer := m.Challenges()[0]
	o = ntlm.Offer{Realm: offer.Realm(), TargetName: offer.TargetName(), Opaque: offer.Opaque(), GSSAPIData: offer.Get("gssapi-data")}
	challenge, err := o.Challenge()
	if err != nil {
		c.t.Fatal(err)
	}
	a, err := ntlm.Respond(challenge, ntlm.Credentials{Domain: "CONTOSO", User: "kim", Password: ntlm.Password(password)}, ntlm.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	third, err := ntlm.Third(o, a, ntlm.Signature{})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.ask("REGISTER", "Authorization: "+third, "Expires: 60"), o, a.Session
}

func TestOptions(t *testing.T) {
	t.Parallel()
	m := connect(t, New(Config{FQDN: "lcs01.contoso.com"})).ask("OPTIONS")
	if _, ok := m.Date(); m.Code != 200 || m.Get("Server") != "RTC/2.0" || !ok || !strings.Contains(m.Get("Allow"), "REGISTER") {
		t.Errorf("%s", m)
	}
	if m = connect(t, New(Config{})).ask("INVITE"); m.Code != 405 {
		t.Errorf("%s", m)
	}
}

func TestManners(t *testing.T) {
	t.Parallel()
	is := func(what string, ok bool, m *sip.Message) {
		t.Helper()
		if !ok {
			t.Errorf("%s:\n%s", what, m)
		}
	}
	m := connect(t, New(Config{Code: 405, UserAgent: "RTC/1.2"})).ask("OPTIONS")
	is("a client", m.Code == 405 && m.Get("User-Agent") == "RTC/1.2" && m.Get("Server") == "" && m.Get("Allow") != "", m)
	m = connect(t, New(Config{Code: 504, Reason: "Cannot locate the next server"})).ask("REGISTER")
	is("a code", m.Code == 504 && m.Reason == "Cannot locate the next server", m)
	m = connect(t, New(Config{Redirect: "sip:lcs02.contoso.com"})).ask("REGISTER")
	is("a redirection", m.Code == 301 && m.Contacts()[0].URI == "sip:lcs02.contoso.com", m)
	m = connect(t, New(Config{NoContentLength: true, DamagedVia: true, NoDate: true})).ask("OPTIONS")
	is("damage", m.Get("Content-Length") == "" && len(m.Vias()) == 0 && m.Get("Date") == "" && m.Code == 200, m)
	m = connect(t, New(Config{Version: 3, Schemes: []string{"Kerberos"}, FQDN: "a.b"})).ask("REGISTER")
	is("Kerberos", len(m.Challenges()) == 1 && m.Challenges()[0].TargetName() == "sip/a.b" && m.Challenges()[0].Get("version") == "3", m)
	c := connect(t, New(Config{Trying: true, Notify: true}))
	m = c.ask("OPTIONS")
	is("NOTIFY", m.Method == "NOTIFY" && string(m.Body) == "hi", m)
	m = c.read()
	is("100", m.Code == 100, m)
	m = c.read()
	is("200", m.Code == 200, m)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := New(Config{FQDN: "lcs01.contoso.com", Users: []User{kim}})
	c := connect(t, s)
	if m := c.ask("REGISTER"); m.Code != 401 || len(m.Challenges()) != 2 {
		t.Fatalf("%s", m)
	}
	if m, _, _ := c.respond("other"); m.Code != 401 || s.Attempts() != 1 || len(m.AuthenticationInfo()) != 0 {
		t.Fatalf("wrong password, %d attempts: %s", s.Attempts(), m)
	}
	m, offer, session := c.respond(kim.Password)
	if m.Code != 200 || s.Attempts() != 2 || s.Registered(kim.URI) != "sip:192.0.2.1:1024" || m.Get("Expires") != "60" || len(m.AuthenticationInfo()) != 1 {
		t.Fatalf("right password, %d attempts, registered %q: %s", s.Attempts(), s.Registered(kim.URI), m)
	}
	away := func(expires string) *sip.Message {
		signature := ntlm.Signature{Rand: "0badcafe", Num: "1"}
		var err error
		signature.Response, err = session.Sign(ntlm.SignatureBuffer(ntlm.Version2, ntlm.Fields{
			Rand: signature.Rand, Num: signature.Num, Realm: offer.Realm, TargetName: offer.TargetName, CallID: "3",
			CSeq: fmt.Sprint(c.cseq + 1), Method: "REGISTER", FromURI: kim.URI, FromTag: "1", Expires: "0",
		}))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := ntlm.Signed(offer, signature)
		if err != nil {
			t.Fatal(err)
		}
		return c.ask("REGISTER", "Authorization: "+signed, "Expires: "+expires)
	}
	if m := away("1"); m.Code != 401 || s.Registered(kim.URI) == "" {
		t.Errorf("something else was signed: %s", m)
	}
	if m := away("0"); m.Code != 200 || s.Registered(kim.URI) != "" {
		t.Errorf("registered %q: %s", s.Registered(kim.URI), m)
	}
	var got []Step
	for _, r := range s.Requests() {
		got = append(got, r.Step)
	}
	if want := []Step{Anonymous, First, Attempt, First, Attempt, Signed, Signed}; !slices.Equal(got, want) {
		t.Errorf("steps %q", got)
	}
}

// A challenge is good for one answer, and for its connection.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := New(Config{FQDN: "lcs01.contoso.com", Users: []User{kim}})
	for _, credentials := range []string{
		`NTLM gssapi-data="TlRMTVNTUAADAAAA", opaque="AAAAAAAA"`, `NTLM gssapi-data="?"`, `NTLM opaque="A"`, `NTLM response="00"`,
	} {
		if m := connect(t, s).ask("REGISTER", "Authorization: "+credentials); m.Code != 401 || len(m.Challenges()) != 2 {
			t.Errorf("%s: %s", credentials, m)
		}
	}
	if s.Attempts() != 0 {
		t.Errorf("%d attempts", s.Attempts())
	}
}

// Serve ends with its context, and so do its connections.
func TestServe(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- New(Config{}).Serve(ctx, ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &client{t: t, conn: conn, reader: sip.NewReader(conn, sip.Limits{})}
	if m := c.ask("OPTIONS"); m.Code != 200 {
		t.Errorf("%s", m)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := c.reader.Read(); err == nil {
		t.Error("the connection is still open")
	}
}

// Whatever a client sends for its answer to the challenge, it is judged.
func FuzzAttempt(f *testing.F) {
	cfg := New(Config{FQDN: "lcs01.contoso.com", Users: []User{kim}}).cfg
	f.Add([]byte("NTLMSSP\x00\x03\x00\x00\x00"))
	f.Add(slices.Concat([]byte("NTLMSSP\x00\x03\x00\x00\x00"), make([]byte, 80)))
	challenge, err := ntlm.Offer{GSSAPIData: base64.StdEncoding.EncodeToString(newAssociation(cfg).message)}.Challenge()
	if err != nil {
		f.Fatal(err)
	}
	a, err := ntlm.Respond(challenge, ntlm.Credentials{Domain: "CONTOSO", User: "kim", Password: ntlm.Password(kim.Password)}, ntlm.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.Message)
	f.Fuzz(func(t *testing.T, msg []byte) {
		a := newAssociation(cfg)
		if user, err := a.finish(cfg, msg); err == nil {
			t.Errorf("%s signed in with an answer to another challenge", user.Account)
		}
	})
}
