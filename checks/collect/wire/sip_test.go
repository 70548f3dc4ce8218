package wire

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/sipd"

	"github.com/google/go-cmp/cmp"
)

// sipTarget is a listener on loopback.
func sipTarget(port int, transport facts.Transport) Target {
	return Target{Host: "127.0.0.1", Port: port, Transport: transport, Listener: true}
}

// serveSIP serves SIP on loopback, under TLS if there is a configuration for
// it, and returns the port.
func serveSIP(t *testing.T, server *sipd.Server, config *tls.Config) int {
	t.Helper()
	return accept(t, func(conn net.Conn) {
		if config != nil {
			conn = tls.Server(conn, config)
		}
		server.ServeConn(t.Context(), conn)
	})
}

// lcs01 is how the server of most tests calls itself.
func lcs01(change func(*sipd.Config)) *sipd.Server {
	c := sipd.Config{FQDN: "lcs01.contoso.com", Now: func() time.Time { return time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC) }}
	if change != nil {
		change(&c)
	}
	return sipd.New(c)
}

// tls10 is a listener as Windows Server 2003 has it.
func tls10(t *testing.T) *tls.Config {
	t.Helper()
	return &tls.Config{
		Certificates: []tls.Certificate{certificate(t, 1)},
		MinVersion:   tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA},
	}
}

func TestSIP(t *testing.T) {
	t.Parallel()
	date := time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC)
	for _, test := range []struct {
		transport facts.Transport
		config    *tls.Config
		over      string
	}{{facts.TCP, nil, "TCP"}, {facts.TLS, tls10(t), "TLS"}, {facts.MTLS, tls10(t), "TLS"}} {
		t.Run(string(test.transport), func(t *testing.T) {
			t.Parallel()
			server := lcs01(func(c *sipd.Config) { c.Trying, c.Notify = true, true })
			target := sipTarget(serveSIP(t, server, test.config), test.transport)
			e := only(t, Config{SIP: true, SIPDomains: []string{"*.contoso.com", "fabrikam.com", "contoso.com"}}, target)
			if !get(t, e.Connected) {
				t.Error("not connected")
			}
			options, register := get(t, e.Options), get(t, e.Register)
			options.Milliseconds, register.Milliseconds = 0, 0
			common := facts.SIPAnswer{Code: 200, Reason: "OK", Provisional: []int{100}, Server: "RTC/2.0", Date: &date, Received: date, Transport: test.over}
			want := common
			want.Allow = "INVITE, ACK, BYE, CANCEL, REGISTER, OPTIONS, INFO, MESSAGE, SUBSCRIBE, NOTIFY, SERVICE"
			if diff := cmp.Diff(want, options); diff != "" {
				t.Errorf("OPTIONS (-want +got):\n%s", diff)
			}
			want = common
			want.Code, want.Reason, want.Challenges = 401, "Unauthorized", []facts.SIPChallenge{
				{Scheme: "NTLM", Realm: "SIP Communications Service", TargetName: "lcs01.contoso.com"},
				{Scheme: "Kerberos", Realm: "SIP Communications Service", TargetName: "sip/lcs01.contoso.com"},
			}
			if diff := cmp.Diff(want, register); diff != "" {
				t.Errorf("REGISTER (-want +got):\n%s", diff)
			}
			requests := []sipd.Request{
				{Method: "OPTIONS", URI: "sip:127.0.0.1", From: "sip:lcshealth-probe@contoso.com", Code: 200},
				{Method: "REGISTER", URI: "sip:contoso.com", From: "sip:lcshealth-probe@contoso.com", Expires: "0", Code: 401},
			}
			asked := slices.DeleteFunc(server.Requests(), func(r sipd.Request) bool { return strings.HasPrefix(r.From, "sip:lcshealth@") }) // in the TLS probe
			if diff := cmp.Diff(requests, asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// What is not wanted, or belongs to others, is not asked.
func TestSIPNotAsked(t *testing.T) {
	t.Parallel()
	t.Run("SIP is off", func(t *testing.T) {
		t.Parallel()
		server := lcs01(nil)
		e := only(t, Config{}, sipTarget(serveSIP(t, server, nil), facts.TCP))
		if _, why := e.Options.Get(); why == nil || why.Class != facts.NotAsked || len(server.Requests()) > 0 {
			t.Errorf("options %v, requests %v", why, server.Requests())
		}
	})
	t.Run("a next hop", func(t *testing.T) {
		t.Parallel()
		server := lcs01(nil)
		target := sipTarget(serveSIP(t, server, nil), facts.TCP)
		target.Listener = false
		e := only(t, Config{SIP: true}, target)
		if get(t, e.Options).Code != 200 || len(server.Requests()) != 1 {
			t.Errorf("requests %v", server.Requests())
		}
		unknown(t, e.Register, facts.NotAsked, "is no listener of a server of the deployment")
	})
	t.Run("SIP is off, and the source failed", func(t *testing.T) {
		t.Parallel()
		var d facts.Deployment
		why := facts.Unknown{Class: facts.Internal, Source: "wire", Message: "it broke"}
		New(Config{Targets: []Target{sipTarget(5060, facts.TCP)}}).Unobserved(why).AddTo(&d)
		if _, got := d.Wire.Endpoints[0].Options.Get(); got.Class != facts.NotAsked {
			t.Errorf("unknown as %v", got)
		}
		New(Config{SIP: true, Targets: []Target{sipTarget(5060, facts.TCP)}}).Unobserved(why).AddTo(&d)
		unknown(t, d.Wire.Endpoints[0].Options, facts.Internal, "it broke")
		unknown(t, d.Wire.Endpoints[0].Register, facts.Internal, "it broke")
	})
}

// Whoever asks stays in a domain that the host is in, if no SIP domain is known.
func TestProbeURI(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"lcs01.contoso.com": "contoso.com", "lcs01.contoso.com.": "contoso.com", "lcs01": "lcs01",
		"192.0.2.1": "192.0.2.1", "2001:db8::1": "[2001:db8::1]",
	} {
		if got := newProber(New(Config{}), session()).probeURI(host); got != "sip:lcshealth-probe@"+want {
			t.Errorf("%s: %s", host, got)
		}
		if got := newProber(New(Config{SIPDomains: []string{"Fabrikam.com"}}), session()).probeURI(host); got != "sip:lcshealth-probe@fabrikam.com" {
			t.Errorf("%s: %s", host, got)
		}
	}
}
