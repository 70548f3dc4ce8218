package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"
	"lcshealth/report/notify"
	"lcshealth/report/notify/mail"
	"lcshealth/report/notify/render"
)

var now = time.Date(2026, 3, 5, 5, 7, 0, 0, time.UTC)

const password = "pass-SECRET-word"

func secret(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

// options send to a server without any security, unless changed.
func options(s *server) mail.Options {
	return mail.Options{
		Name: "ops", Host: "localhost", Port: s.port, Security: "none", Hello: "audit.contoso.com", CAFile: s.caFile,
		From: "LCS Audit <lcs@contoso.com>", To: []string{"ops@contoso.com", "Kim Akers <kim@contoso.com>"}, Cc: []string{"boss@fabrikam.com"},
	}
}

func channel(t *testing.T, o mail.Options) notify.Channel {
	t.Helper()
	c, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// envelope holds the first audit of the sample, with its hostile names.
func envelope(attempt int) notify.Envelope {
	r := reporttest.Sample()
	n := notify.Plan(now, notify.Policy{BaseURL: "https://lcshealth.contoso.com"}, []notify.Rules{{Channel: "ops"}}, notify.Audit{Scope: "contoso", Report: r}).Messages[0].Notification
	return notify.Envelope{
		Key: "0123abcd", Attempt: attempt, Now: now, Notification: n, Steps: &notify.Steps{},
		Report: func(context.Context) (*report.Report, error) { return r, nil },
	}
}

// bodies are the parts of a mail by type.
func bodies(t *testing.T, kind string, body io.Reader, encoding string) map[string]string {
	t.Helper()
	media, parameters, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("%q: %v", kind, err)
	}
	out := map[string]string{}
	if strings.HasPrefix(media, "multipart/") {
		for parts := multipart.NewReader(body, parameters["boundary"]); ; {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return out
			}
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range bodies(t, p.Header.Get("Content-Type"), p, p.Header.Get("Content-Transfer-Encoding")) {
				if name := p.FileName(); name != "" {
					k = name
				}
				out[k] = v
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	out[media] = strings.ReplaceAll(string(text), "\r\n", "\n")
	return out
}

func parts(t *testing.T, m *netmail.Message) map[string]string {
	t.Helper()
	return bodies(t, m.Header.Get("Content-Type"), m.Body, m.Header.Get("Content-Transfer-Encoding"))
}

func TestMail(t *testing.T) {
	t.Parallel()
	s := start(t, wants{}, false)
	e := envelope(1)
	o := options(s)
	o.Attach = []string{"json", "html"}
	c := channel(t, o)
	reply, err := c.Send(t.Context(), e)
	if err != nil || reply != "250 2.0.0 queued as X1" {
		t.Fatalf("%q, %v", reply, err)
	}
	got, m := s.mail(t)
	if got.From != "lcs@contoso.com" || !slices.Equal(got.To, []string{"ops@contoso.com", "kim@contoso.com", "boss@fabrikam.com"}) || got.Hello != "audit.contoso.com" {
		t.Errorf("the envelope is %+v", got)
	}
	for name, want := range map[string]string{
		"Message-Id": "<lcshealth.0123abcd@contoso.com>", "Date": "Thu, 05 Mar 2026 05:07:00 +0000", "Auto-Submitted": "auto-generated",
		"From": `"LCS Audit" <lcs@contoso.com>`, "Cc": "<boss@fabrikam.com>", "X-Lcshealth-Scope": "contoso",
		"X-Lcshealth-Occasion": "first-audit", "X-Lcshealth-Severity": "critical",
	} {
		if m.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, m.Header.Get(name), want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != e.Notification.Subject {
		t.Errorf("the subject is %q (%v)", subject, err)
	}
	page, err := render.HTML(e.Notification)
	if err != nil {
		t.Fatal(err)
	}
	var encoded strings.Builder
	if err := jsonreport.Write(&encoded, reporttest.Sample()); err != nil {
		t.Fatal(err)
	}
	all := parts(t, m)
	for kind, want := range map[string]string{"text/plain": render.Text(e.Notification), "text/html": page, "lcshealth-report.json": encoded.String()} {
		if all[kind] != want {
			t.Errorf("%s is\n%.500s", kind, all[kind])
		}
	}
	if !strings.Contains(all["lcshealth-report.html"], "<!DOCTYPE html>") {
		t.Error("the report as HTML is missing")
	}
	// A second attempt is the same mail.
	if _, err := c.Send(t.Context(), envelope(2)); err != nil {
		t.Fatal(err)
	}
	if _, again := s.mail(t); again.Header.Get("Message-Id") != m.Header.Get("Message-Id") {
		t.Error("the second attempt has another Message-ID")
	}

	o.Attach, o.MostAttached = []string{"json"}, 1000
	if _, err := channel(t, o).Send(t.Context(), envelope(1)); err != nil {
		t.Fatal(err)
	}
	_, m = s.mail(t)
	if all := parts(t, m); all["lcshealth-report.json"] != "" || !strings.Contains(all["text/plain"], "is not attached") {
		t.Error("the mail does not say that the report is too large")
	}
	e.Report = func(context.Context) (*report.Report, error) { return nil, errors.New("gone") }
	if _, err := channel(t, o).Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	_, m = s.mail(t)
	if all := parts(t, m); !strings.Contains(all["text/plain"], "could not be attached") {
		t.Error("the mail does not say that the report could not be read")
	}
}

// Nothing in a notification becomes a header, even if it was not cleaned
// before.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	s := start(t, wants{}, false)
	e := envelope(1)
	evil := "x\r\nBcc: evil@example.com\r\n\r\nbody é"
	e.Notification.Subject, e.Notification.Scope = evil, evil
	e.Notification.Occasion, e.Notification.Severity = notify.Occasion(evil), "critical\r\nX-Evil: 1"
	if _, err := channel(t, options(s)).Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got, m := s.mail(t)
	if len(got.To) != 3 || m.Header.Get("Bcc") != "" || m.Header.Get("X-Evil") != "" {
		t.Errorf("headers %v, to %v", m.Header, got.To)
	}
	if all := parts(t, m); all["text/plain"] == "" {
		t.Error("the headers end too soon")
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]wants{"starttls": {Password: password}, "tls": {Password: password, TLS: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, w, true)
			o := options(s)
			o.Security, o.Username, o.Password, o.Auth = name, "audit", secret(password), "plain"
			steps, err := notify.Test(t.Context(), channel(t, o), "contoso", now)
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(steps, "\n"))
			}
			if got, _ := s.mail(t); !got.TLS || !got.Login {
				t.Errorf("%+v", got)
			}
			for i, want := range []string{
				"connected to localhost:", "secured by TLS 1.3 with ", "authenticated as audit by plain", "sender <lcs@contoso.com> taken",
				"recipient <ops@contoso.com> taken", "recipient <kim@contoso.com> taken", "recipient <boss@fabrikam.com> taken", "accepted: 250 2.0.0 queued as X1",
			} {
				if i >= len(steps) || !strings.HasPrefix(steps[i], want) {
					t.Errorf("step %d is not %q:\n%s", i, want, strings.Join(steps, "\n"))
				}
			}
			o.Auth = "login"
			if _, err := channel(t, o).Send(t.Context(), envelope(1)); err != nil {
				t.Error(err)
			}
			o.Password = secret("wrong-" + password)
			_, err = channel(t, o).Send(t.Context(), envelope(1))
			temporary(t, "a wrong password", err, "535")
			o.Password = secret(password)
			o.CAFile = ""
			_, err = channel(t, o).Send(t.Context(), envelope(1))
			temporary(t, "an unknown authority", err, "certificate signed by unknown authority")
			o.CAFile, o.Host = s.caFile, "127.0.0.1"
			_, err = channel(t, o).Send(t.Context(), envelope(1))
			temporary(t, "another name", err, "127.0.0.1")
		})
	}
	t.Run("cram-md5", func(t *testing.T) {
		t.Parallel()
		s := start(t, wants{Password: password, Plain: true, Without: []string{"PLAIN", "LOGIN"}}, false)
		o := options(s)
		o.Auth, o.Username, o.Password = "cram-md5", "audit", secret(password)
		if _, err := channel(t, o).Send(t.Context(), envelope(1)); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.mail(t); !got.Login || got.TLS {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a server without STARTTLS", func(t *testing.T) {
		t.Parallel()
		o := options(start(t, wants{}, false))
		o.Security = ""
		_, err := channel(t, o).Send(t.Context(), envelope(1))
		temporary(t, "no STARTTLS", err, "does not support STARTTLS")
	})
}

// temporary wants an error that another attempt may not meet, and that holds no
// password.
func temporary(t *testing.T, what string, err error, want string) {
	t.Helper()
	var r *notify.Refusal
	switch {
	case err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "send mail by "):
		t.Errorf("%s: error is %v, want %s", what, err, want)
	case errors.As(err, &r) && r.Permanent:
		t.Errorf("%s is for good: %v", what, err)
	case strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte(password))):
		t.Errorf("%s: the error holds the password: %v", what, err)
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	s := start(t, wants{Refuse: map[string]string{"gone@contoso.com": "550 5.1.1 no such user", "gone2@contoso.com": "551 5.1.1 neither", "grey@contoso.com": "451 4.7.1 try later"}}, false)
	send := func(attempt int, to ...string) (string, error) {
		o := options(s)
		o.To, o.Cc = to, nil
		return channel(t, o).Send(t.Context(), envelope(attempt))
	}
	reply, err := send(1, "ops@contoso.com", "gone@contoso.com")
	if err != nil || reply != `250 2.0.0 queued as X1; but not for everybody: <gone@contoso.com>: 550 "5.1.1 no such user"` {
		t.Errorf("some: %q, %v", reply, err)
	}
	if got, _ := s.mail(t); !slices.Equal(got.To, []string{"ops@contoso.com"}) {
		t.Errorf("it went to %v", got.To)
	}
	_, err = send(1, "gone@contoso.com", "gone2@contoso.com")
	var r *notify.Refusal
	if !errors.As(err, &r) || !r.Permanent || !strings.Contains(err.Error(), `550 "5.1.1 no such user"`) {
		t.Errorf("nobody: %v", err)
	}
	_, err = send(1, "ops@contoso.com", "grey@contoso.com")
	temporary(t, "some for now", err, `451 "4.7.1 try later"`)
	_, err = send(9, "grey@contoso.com", "gone@contoso.com")
	temporary(t, "nobody for now", err, `451 "4.7.1 try later"`)
	if _, err = send(3, "ops@contoso.com", "grey@contoso.com"); err != nil {
		t.Errorf("the others wait for ever: %v", err)
	}
}

func TestServerFails(t *testing.T) {
	t.Parallel()
	s := start(t, wants{Data: []string{"451 4.3.0 disk full", "554 5.7.1 spam"}, Die: 1}, false)
	c := channel(t, options(s))
	_, err := c.Send(t.Context(), envelope(1))
	temporary(t, "death in the middle of a mail", err, "send mail by localhost:")
	_, err = c.Send(t.Context(), envelope(2))
	temporary(t, "no for now", err, `451 "4.3.0 disk full"`)
	_, err = c.Send(t.Context(), envelope(3))
	var r *notify.Refusal
	if !errors.As(err, &r) || !r.Permanent || !strings.Contains(err.Error(), `554 "5.7.1 spam"`) {
		t.Errorf("no for good: %v", err)
	}
	if reply, err := c.Send(t.Context(), envelope(4)); err != nil || reply != "250 2.0.0 queued as X3" {
		t.Errorf("%q, %v", reply, err)
	}
}

// A server that says nothing ends with the context, and nobody is waited for.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	o := options(&server{port: l.Addr().(*net.TCPAddr).Port})
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		cancel()
		return conn, err
	}
	if _, err := channel(t, o).Send(ctx, envelope(1)); err == nil {
		t.Error("a silent server took a mail")
	}
	_ = l.Close()
	o.Dial = nil
	_, err = channel(t, o).Send(t.Context(), envelope(1))
	temporary(t, "nobody listens", err, "connection refused")
}

func TestValidate(t *testing.T) {
	good := options(&server{port: 25})
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*mail.Options){
		"name: the channel has no name":                         func(o *mail.Options) { o.Name = "" },
		"host: it is not set":                                   func(o *mail.Options) { o.Host = "" },
		"host: \"unix:///tmp/x\" is no name of a host":          func(o *mail.Options) { o.Host = "unix:///tmp/x" },
		"port: 70000 is no port":                                func(o *mail.Options) { o.Port = 70000 },
		"security: \"ssl\" is none of starttls, tls and none":   func(o *mail.Options) { o.Security = "ssl" },
		"auth: \"ntlm\" is none of plain, login and cram-md5":   func(o *mail.Options) { o.Auth = "ntlm" },
		"username: it is not set, and auth is cram-md5":         func(o *mail.Options) { o.Auth = "cram-md5" },
		"auth: it is not set, and there is a username":          func(o *mail.Options) { o.Username = "x" },
		"hello: \"a\\r\\nb\" is no name of a host":              func(o *mail.Options) { o.Hello = "a\r\nb" },
		"to: there is nobody to send to":                        func(o *mail.Options) { o.To = nil },
		"to.1: \"x\\r\\nBcc: y@z\" is no mail address":          func(o *mail.Options) { o.To = []string{"a@b", "x\r\nBcc: y@z"} },
		"cc.0: \"nobody\" is no mail address":                   func(o *mail.Options) { o.Cc = []string{"nobody"} },
		"from: \"\" is no mail address":                         func(o *mail.Options) { o.From = "" },
		"attach.0: \"pdf\" is neither html nor json":            func(o *mail.Options) { o.Attach = []string{"pdf"} },
		"password: nothing says where it is, and auth is login": func(o *mail.Options) { o.Security, o.Auth, o.Username = "", "login", "x" },
		"auth: plain sends the password as it is, and with security none anybody on the way can read it; use starttls or tls": func(o *mail.Options) { o.Auth = "plain" },
	} {
		o := good
		change(&o)
		if err := o.Validate(); fmt.Sprint(err) != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}
