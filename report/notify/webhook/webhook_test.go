package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/report/notify"
	"lcshealth/report/notify/render"
	"lcshealth/report/notify/webhook"
)

var now = time.Date(2026, 3, 5, 5, 7, 0, 0, time.UTC)

const token = "T0SECRET/B0SECRET/tokenSECRET"

// receiver starts a server on loopback.
func receiver(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s
}

func channel(t *testing.T, o webhook.Options) notify.Channel {
	t.Helper()
	o.Name = "hook"
	c, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func envelope() notify.Envelope {
	return notify.Envelope{Key: "key-1", Attempt: 1, Now: now, Notification: notify.TrialOf(now, "hook", "contoso"), Steps: &notify.Steps{}}
}

func secret(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

func TestPost(t *testing.T) {
	for format, write := range map[string]func(*notify.Notification) ([]byte, error){"": render.JSON, "generic": render.JSON, "slack": render.Slack, "teams": render.Teams} {
		var got *http.Request
		var body []byte
		s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			fmt.Fprint(w, "ok\r\nX: y")
		})
		e := envelope()
		reply, err := channel(t, webhook.Options{
			Format: format, ReadURL: secret(s.URL + "/services/" + token + "\n"), Secret: secret("hmacKEY"),
			Headers: map[string]string{"X-Team": "ops"}, SecretHeaders: map[string]func(context.Context) (string, error){"authorization": secret("Bearer abcSECRET")},
		}).Send(t.Context(), e)
		if err != nil || reply != "200 OK: ok X: y" {
			t.Errorf("%s: %q, %v", format, reply, err)
		}
		want, err := write(e.Notification)
		if err != nil || string(body) != string(want) || got.URL.Path != "/services/"+token || got.Method != http.MethodPost {
			t.Errorf("%s: %s %s: %s (%v)", format, got.Method, got.URL, body, err)
		}
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Idempotency-Key": "key-1", "X-Team": "ops", "Authorization": "Bearer abcSECRET", "User-Agent": "lcshealth",
			"X-Lcshealth-Signature": signature("hmacKEY", fmt.Sprint(now.Unix()), body),
		} {
			if got.Header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", format, name, got.Header.Get(name), value)
			}
		}
	}
}

// signature is what a receiver computes, after the documentation.
func signature(key, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(at))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		status    int
		after     string
		permanent bool
		wait      time.Duration
	}{
		{status: 200}, {status: 202}, {status: 204},
		{status: 400, permanent: true}, {status: 401, permanent: true}, {status: 404, permanent: true}, {status: 410, permanent: true}, {status: 304, permanent: true},
		{status: 408}, {status: 425}, {status: 500}, {status: 502}, {status: 503},
		{status: 429, after: "120", wait: 2 * time.Minute},
		{status: 503, after: now.Add(time.Hour).Format(http.TimeFormat), wait: time.Hour},
		{status: 503, after: now.Add(-time.Hour).Format(http.TimeFormat)},
		{status: 429, after: "soon"}, {status: 429, after: "-5"},
	} {
		s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			if tt.after != "" {
				w.Header().Set("Retry-After", tt.after)
			}
			w.WriteHeader(tt.status)
		})
		_, err := channel(t, webhook.Options{URL: s.URL + "/hook"}).Send(t.Context(), envelope())
		if tt.status < 300 {
			if err != nil {
				t.Errorf("%d: %v", tt.status, err)
			}
			continue
		}
		var r *notify.Refusal
		if !errors.As(err, &r) || r.Permanent != tt.permanent || r.After != tt.wait {
			t.Errorf("%d, %q: %+v", tt.status, tt.after, r)
		}
		if !strings.Contains(fmt.Sprint(err), fmt.Sprint(tt.status)) {
			t.Errorf("%d: %v", tt.status, err)
		}
	}
}

// No error holds what only the receiver is to know, whatever goes wrong and
// whoever repeats it.
func TestErrorsHoldNoSecret(t *testing.T) {
	other := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("the message went elsewhere") })
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"echo": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.URL.String()+r.Header.Get("Authorization"), http.StatusBadRequest)
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.String(), http.StatusTemporaryRedirect)
		},
		"without message": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/moved", http.StatusFound) },
		"round": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		},
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"gone":     nil,
	} {
		base := gone.URL
		if answer != nil {
			base = receiver(t, answer).URL
		}
		c := channel(t, webhook.Options{
			ReadURL:       secret(base + "/services/" + token + "?key=querySECRET"),
			SecretHeaders: map[string]func(context.Context) (string, error){"Authorization": secret("Bearer abcSECRET")},
		})
		e := envelope()
		_, err := c.Send(t.Context(), e)
		if err == nil || strings.Contains(err.Error(), "SECRET") || strings.Contains(fmt.Sprintf("%+v", errors.Unwrap(err)), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
		if steps := strings.Join(e.Steps.Lines(), "\n"); strings.Contains(steps, "SECRET") {
			t.Errorf("%s: %s", name, steps)
		}
	}
	_, err := channel(t, webhook.Options{ReadURL: secret("https://hooks.example.com/\x7f" + token)}).Send(t.Context(), envelope())
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Error(err)
	}
	_, err = channel(t, webhook.Options{ReadURL: secret("http://hooks.example.com/" + token)}).Send(t.Context(), envelope())
	if fmt.Sprint(err) != "post to channel hook: read the address: http://hooks.example.com/… is not encrypted; use https, or allow plain HTTP" {
		t.Error(err)
	}
}

// A receiver may move the address within its own host, if the message goes
// along.
func TestRedirect(t *testing.T) {
	var body []byte
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/new" {
			http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
			return
		}
		body, _ = io.ReadAll(r.Body)
	})
	if _, err := channel(t, webhook.Options{URL: s.URL + "/old"}).Send(t.Context(), envelope()); err != nil || len(body) == 0 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// A receiver that fails, stalls and recovers gets the message once it can, and
// an answer without end is not read to its end.
func TestFailsStallsRecovers(t *testing.T) {
	calls := 0
	stalled := make(chan struct{})
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		switch calls++; calls {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			_, _ = io.ReadAll(r.Body)
			close(stalled)
			<-r.Context().Done()
		default:
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}
	})
	c := channel(t, webhook.Options{URL: s.URL})
	if _, err := c.Send(t.Context(), envelope()); err == nil {
		t.Error("502 is taken for success")
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-stalled
		cancel()
	}()
	if _, err := c.Send(ctx, envelope()); !strings.Contains(fmt.Sprint(err), "context canceled") {
		t.Errorf("error is %v", err)
	}
	reply, err := c.Send(t.Context(), envelope())
	if err != nil || len(reply) > 600 {
		t.Errorf("%d bytes of an answer, %v", len(reply), err)
	}
}

func TestTLS(t *testing.T) {
	ca, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	issued, err := ca.Issue(pkitest.Server("localhost"))
	if err != nil {
		t.Fatal(err)
	}
	s.TLS = tlsOf(issued)
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	address := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	if _, err := channel(t, webhook.Options{URL: address}).Send(t.Context(), envelope()); err == nil {
		t.Error("a certificate of nobody knows whom is trusted")
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pkitest.PEM(ca.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	steps, err := notify.Test(t.Context(), channel(t, webhook.Options{URL: address, CAFile: file}), "contoso", now)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(steps, "\n")
	for _, want := range []string{"connected to ", "secured by TLS 1.3", "CN=localhost, issued by CN=Contoso Root CA", "answered: 200 OK", "accepted: 200 OK"} {
		if !strings.Contains(all, want) {
			t.Errorf("the steps do not say %q:\n%s", want, all)
		}
	}
}

func TestValidate(t *testing.T) {
	good := webhook.Options{Name: "hook", URL: "https://hooks.example.com/x"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*webhook.Options){
		"name: the channel has no name":                                   func(o *webhook.Options) { o.Name = "" },
		"format: \"irc\" is none of generic, slack and teams":             func(o *webhook.Options) { o.Format = "irc" },
		"url: it is not set":                                              func(o *webhook.Options) { o.URL = "" },
		"url: it is given twice":                                          func(o *webhook.Options) { o.ReadURL = secret("x") },
		"url: it is no web address":                                       func(o *webhook.Options) { o.URL = "hooks.example.com" },
		"url: it is no http or https address":                             func(o *webhook.Options) { o.URL = "ftp://hooks.example.com" },
		"headers: \"a b\" is no name of a header":                         func(o *webhook.Options) { o.Headers = map[string]string{"a b": "x"} },
		"headers.x-a: its value holds characters that no header may have": func(o *webhook.Options) { o.Headers = map[string]string{"X-A": "x\r\nBcc: y"} },
		"headers.host: it is set by lcshealth":                            func(o *webhook.Options) { o.Headers = map[string]string{"Host": "x"} },
		"headers.idempotency-key: it is set by lcshealth": func(o *webhook.Options) {
			o.SecretHeaders = map[string]func(context.Context) (string, error){"idempotency-key": secret("x")}
		},
		"url: http://hooks.example.com/… is not encrypted; use https, or allow plain HTTP": func(o *webhook.Options) { o.URL = "http://hooks.example.com/secret" },
	} {
		o := good
		change(&o)
		if err := o.Validate(); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}
