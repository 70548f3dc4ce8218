package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/sipd"

	"github.com/google/go-cmp/cmp"
)

const secret = "Pa$$word that nobody may see"

// kim signs in at a server on loopback.
func kim(port int, transport facts.Transport) *ProbeUser {
	return &ProbeUser{
		URI: "sip:kim@contoso.com", Domain: "CONTOSO", User: "kim", Server: Target{Host: "127.0.0.1", Port: port, Transport: transport},
		Password: func(context.Context) (string, error) { return secret, nil },
	}
}

// withKim is a server that knows him.
func withKim(change func(*sipd.Config, *sipd.User)) *sipd.Server {
	return lcs01(func(c *sipd.Config) {
		u := sipd.User{URI: "sip:kim@contoso.com", Account: `CONTOSO\kim`, Password: secret}
		if change != nil {
			change(c, &u)
		}
		c.Users = append(c.Users, u)
	})
}

// tried signs in, and sees to it that the password is in nothing that comes of it.
func tried(ctx context.Context, t *testing.T, cfg Config) (facts.SignInProbe, facts.Source) {
	t.Helper()
	wire, account := observe(ctx, t, cfg)
	if len(wire.SignIns) != 1 {
		t.Fatalf("%d sign-ins", len(wire.SignIns))
	}
	out, err := json.Marshal([]any{wire, account})
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{secret, "TlRMTVNT", "gssapi-data"} {
		if strings.Contains(string(out), hidden) {
			t.Errorf("%s is in %s", hidden, out)
		}
	}
	var again facts.SignInProbe
	stored, _ := json.Marshal(wire.SignIns[0])
	if err := json.Unmarshal(stored, &again); err != nil {
		t.Fatal(err)
	}
	if stored2, _ := json.Marshal(again); string(stored2) != string(stored) {
		t.Errorf("%s is read as %s", stored, stored2)
	}
	return wire.SignIns[0], account
}

// steps lists what was asked, with the codes of the answers.
func steps(s facts.SignInProbe) string {
	var out []string
	for _, step := range s.Steps {
		out = append(out, fmt.Sprintf("%s %d", step.Kind, step.Answer.Code))
	}
	return strings.Join(out, ", ")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	const whole = "ask 401, challenge 401, respond 200, deregister 200"
	tests := []struct {
		name   string
		change func(*sipd.Config, *sipd.User)
		user   func(*ProbeUser)
		secure bool
		code   int
		steps  string
		proof  facts.Proof
		left   string
	}{
		{name: "right", code: 200, steps: whole, proof: facts.Verified},
		{name: "right, TLS", secure: true, code: 200, steps: whole, proof: facts.Verified},
		{name: "a user principal name", user: func(u *ProbeUser) { u.Domain, u.User = "", "kim@contoso.com" }, code: 200, steps: whole, proof: facts.Verified},
		{name: "no scheme", user: func(u *ProbeUser) { u.URI = "kim@contoso.com" }, code: 200, steps: whole, proof: facts.Verified},
		{name: "version 2", change: func(c *sipd.Config, _ *sipd.User) { c.Version = 2 }, code: 200, steps: whole, proof: facts.Verified},
		{name: "version 3", change: func(c *sipd.Config, _ *sipd.User) { c.Version = 3 }, code: 200, steps: whole, proof: facts.Verified},
		{name: "version 4", change: func(c *sipd.Config, _ *sipd.User) { c.Version = 4 }, code: 200, steps: whole, proof: facts.Verified},
		{name: "407", change: func(c *sipd.Config, _ *sipd.User) { c.Proxy = true }, code: 200, steps: "ask 407, challenge 407, respond 200, deregister 200", proof: facts.Verified},
		{name: "NOTIFY and 100", change: func(c *sipd.Config, _ *sipd.User) { c.Notify, c.Trying = true, true }, code: 200, steps: whole, proof: facts.Verified},
		{name: "no Content-Length", change: func(c *sipd.Config, _ *sipd.User) { c.NoContentLength = true }, code: 200, steps: whole, proof: facts.Verified},
		{name: "an impostor", change: func(c *sipd.Config, _ *sipd.User) { c.BadProof = true }, code: 200, steps: whole, proof: facts.Forged},
		{
			name: "its clock is wrong", code: 200, steps: whole, proof: facts.Verified,
			change: func(c *sipd.Config, _ *sipd.User) {
				c.Now = func() time.Time { return time.Now().Add(5 * time.Hour) }
			},
		},
		{
			name: "its clock is wrong, and it does not say so", code: 401, steps: "ask 401, challenge 401, respond 401",
			change: func(c *sipd.Config, _ *sipd.User) {
				c.NoDate, c.Now = true, func() time.Time { return time.Now().Add(5 * time.Hour) }
			},
		},
		{name: "wrong password", change: func(_ *sipd.Config, u *sipd.User) { u.Password = "other" }, code: 401, steps: "ask 401, challenge 401, respond 401"},
		{name: "no account", change: func(_ *sipd.Config, u *sipd.User) { u.Account = `CONTOSO\pat` }, code: 401, steps: "ask 401, challenge 401, respond 401"},
		{name: "another's address", change: func(_ *sipd.Config, u *sipd.User) { u.URI = "sip:pat@contoso.com" }, code: 403, steps: "ask 401, challenge 401, respond 403", proof: facts.Verified},
		{name: "403", change: func(_ *sipd.Config, u *sipd.User) { u.Code = 403 }, code: 403, steps: "ask 401, challenge 401, respond 403", proof: facts.Verified},
		{name: "404", change: func(_ *sipd.Config, u *sipd.User) { u.Code = 404 }, code: 404, steps: "ask 401, challenge 401, respond 404", proof: facts.Verified},
		{name: "480", change: func(_ *sipd.Config, u *sipd.User) { u.Code = 480 }, code: 480, steps: "ask 401, challenge 401, respond 480", proof: facts.Verified},
		{name: "503", change: func(_ *sipd.Config, u *sipd.User) { u.Code = 503 }, code: 503, steps: "ask 401, challenge 401, respond 503", proof: facts.Verified},
		{name: "504", change: func(_ *sipd.Config, u *sipd.User) { u.Code = 504 }, code: 504, steps: "ask 401, challenge 401, respond 504", proof: facts.Verified},
		{
			name: "redirected after the credentials", code: 301, steps: "ask 401, challenge 401, respond 301", proof: facts.Verified,
			change: func(_ *sipd.Config, u *sipd.User) { u.Code, u.Contact = 301, "sip:lcs02.contoso.com:5060" },
		},
		{name: "403 for everybody", change: func(c *sipd.Config, _ *sipd.User) { c.Code = 403 }, code: 403, steps: "ask 403"},
		{name: "nobody is challenged", change: func(c *sipd.Config, _ *sipd.User) { c.Code = 200 }, code: 200, steps: "ask 200, deregister 200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := withKim(test.change)
			var user *ProbeUser
			if test.secure {
				user = kim(serveSIP(t, server, tls10(t)), facts.MTLS)
			} else {
				user = kim(serveSIP(t, server, nil), facts.TCP)
			}
			if test.user != nil {
				test.user(user)
			}
			s, account := tried(t.Context(), t, Config{ProbeUser: user})
			if code := get(t, s.Final).Code; code != test.code || steps(s) != test.steps || s.ServerProof != test.proof || s.Left != test.left {
				t.Errorf("%d after %s, proof %q, left %q", code, steps(s), s.ServerProof, s.Left)
			}
			want := strings.Count(test.steps, "respond")
			if server.Attempts() != want || s.Attempted != (want == 1) {
				t.Errorf("%d attempts, said to be %v", server.Attempts(), s.Attempted)
			}
			if contact := server.Registered("sip:kim@contoso.com"); contact != "" {
				t.Errorf("still registered at %s", contact)
			}
			if account.Status != facts.OK {
				t.Errorf("account %+v", account)
			}
			names := &facts.NTLMNames{NetBIOSDomain: "CONTOSO", NetBIOSComputer: "LCS01", DNSDomain: "contoso.com", DNSComputer: "lcs01.contoso.com", DNSForest: "contoso.com"}
			if diff := cmp.Diff(names, s.Names); want == 1 && diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

// A front end sends everybody to his home server before it asks for credentials.
func TestSignInRedirect(t *testing.T) {
	t.Parallel()
	resolver := serveDNS(t, &zone{records: []string{"fe01.contoso.com. 60 IN A 127.0.0.1", "lcs01.contoso.com. 60 IN A 127.0.0.1"}})
	home := withKim(nil)
	clear, secure := serveSIP(t, home, nil), serveSIP(t, home, tls10(t))
	for _, test := range []struct {
		name     string
		from, to facts.Transport
		steps    string
	}{
		{"TCP", facts.TCP, facts.TCP, "ask 301, ask 401, challenge 401, respond 200, deregister 200"},
		{"to TLS", facts.TCP, facts.TLS, "ask 301, ask 401, challenge 401, respond 200, deregister 200"},
		{"from TLS", facts.TLS, facts.TCP, "ask 301"},
	} {
		t.Run(test.name, func(t *testing.T) {
			port := map[facts.Transport]int{facts.TCP: clear, facts.TLS: secure}[test.to]
			front := withKim(func(c *sipd.Config, _ *sipd.User) {
				c.Redirect = fmt.Sprintf("sip:lcs01.contoso.com:%d;transport=%s", port, test.to)
			})
			user := kim(0, test.from)
			user.Server.Host = "FE01.contoso.com"
			if user.Server.Port = serveSIP(t, front, nil); test.from == facts.TLS {
				user.Server.Port = serveSIP(t, front, tls10(t))
			}
			before := home.Attempts()
			s, _ := tried(t.Context(), t, Config{ProbeUser: user, Resolver: resolver})
			if steps(s) != test.steps || front.Attempts() != 0 {
				t.Errorf("%s; %d attempts at the front end", steps(s), front.Attempts())
			}
			if test.from == facts.TLS {
				unknown(t, s.Final, facts.Protocol, "credentials do not go there")
				if home.Attempts() != before {
					t.Error("the password went out")
				}
				return
			}
			if got := get(t, s.Final); got.Code != 200 || got.RedirectedFrom == "" || got.Transport != string(test.to) || home.Attempts() != before+1 {
				t.Errorf("%+v after %d attempts", got, home.Attempts()-before)
			}
		})
	}
}
