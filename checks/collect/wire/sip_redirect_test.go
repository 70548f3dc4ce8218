package wire

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/sipd"
)

func TestContactTarget(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"sip:lcs02.contoso.com":                                    "lcs02.contoso.com:5060 TCP",
		"sip:lcs02.contoso.com:5062":                               "lcs02.contoso.com:5062 TCP",
		"sip:kim@LCS02.contoso.com.:5061;transport=TLS;lr":         "lcs02.contoso.com:5061 TLS",
		"SIP:lcs02.contoso.com;maddr=192.0.2.1;transport=tls?a=b;": "lcs02.contoso.com:5061 TLS",
		"sip:lcs02.contoso.com; transport = tcp":                   "lcs02.contoso.com:5060 TCP",
		"sips:lcs02.contoso.com":                                   "lcs02.contoso.com:5061 TLS",
		"sips:lcs02.contoso.com;transport=tcp":                     "lcs02.contoso.com:5061 TLS",
		"sip:lcs02.contoso.com;transport=udp":                      "",
		"sip:192.0.2.1:5060":                                       "",
		"sip:[2001:db8::1]:5060":                                   "",
		"sip:lcs02.contoso.com:0":                                  "",
		"sip:lcs02.contoso.com:65536":                              "",
		"sip:*.contoso.com":                                        "",
		"tel:+15551234":                                            "",
		"*":                                                        "",
		"":                                                         "",
		"sip:":                                                     "",
	} {
		got := ""
		if target, ok := contactTarget(uri, facts.TCP); ok {
			got = fmt.Sprintf("%s:%d %s", target.Host, target.Port, target.Transport)
		}
		if got != want {
			t.Errorf("%s leads to %q; want %q", uri, got, want)
		}
	}
	if target, ok := contactTarget("sip:lcs02.contoso.com", facts.MTLS); !ok || target.Transport != facts.TLS || target.Port != 5061 {
		t.Errorf("after TLS it leads to %v", target)
	}
}

// TestSIPRedirect follows a redirection once, to a name that the DNS has.
func TestSIPRedirect(t *testing.T) {
	t.Parallel()
	home := lcs01(func(c *sipd.Config) { c.FQDN = "lcs02.contoso.com" })
	over := serveSIP(t, home, nil)
	secure := serveSIP(t, home, tls10(t))
	again := serveSIP(t, lcs01(func(c *sipd.Config) { c.Redirect = fmt.Sprintf("sip:lcs02.contoso.com:%d", over) }), nil)
	resolver := serveDNS(t, &zone{records: []string{
		"fe01.contoso.com. 60 IN A 127.0.0.1", "lcs02.contoso.com. 60 IN A 127.0.0.1",
	}})
	tests := []struct {
		name, contact string
		code          int
		target        string // of the challenge
		transport     string
		note          string // in the account
	}{
		{name: "TCP", contact: fmt.Sprintf("sip:lcs02.contoso.com:%d;transport=tcp", over), code: 401, target: "lcs02.contoso.com", transport: "TCP"},
		{name: "TLS", contact: fmt.Sprintf("sip:lcs02.contoso.com:%d;transport=tls", secure), code: 401, target: "lcs02.contoso.com", transport: "TLS"},
		{name: "twice", contact: fmt.Sprintf("sip:lcs02.contoso.com:%d", again), code: 301, transport: "TCP"},
		{name: "to an address", contact: fmt.Sprintf("sip:127.0.0.1:%d", over), code: 301},
		{name: "to nobody", contact: fmt.Sprintf("sip:gone.contoso.com:%d", over), code: 301},
		{name: "to a closed port", contact: fmt.Sprintf("sip:lcs02.contoso.com:%d", refusing(t)), code: 301, note: "refuses connections"},
		{name: "to nothing", contact: "*", code: 301},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			front := lcs01(func(c *sipd.Config) { c.Redirect = test.contact })
			wire, account := observe(t.Context(), t, Config{SIP: true, Resolver: resolver, Targets: []Target{
				{Host: "fe01.contoso.com", Port: serveSIP(t, front, nil), Transport: facts.TCP, Listener: true},
			}})
			got := get(t, wire.Endpoints[0].Register)
			target := ""
			if len(got.Challenges) > 0 {
				target = got.Challenges[0].TargetName
			}
			if got.Code != test.code || target != test.target {
				t.Errorf("%d of %q", got.Code, target)
			}
			if followed := test.transport != ""; followed != (got.RedirectedFrom == test.contact) || followed && got.Transport != test.transport {
				t.Errorf("redirected from %q over %s", got.RedirectedFrom, got.Transport)
			}
			if got.Code == 301 && got.Contact == "" {
				t.Error("no contact")
			}
			if (account.Status == facts.Partial) != (test.note != "") {
				t.Errorf("account %+v", account)
			}
		})
	}
	t.Run("to itself", func(t *testing.T) {
		t.Parallel()
		servers := make(chan *sipd.Server, 1)
		port := accept(t, func(conn net.Conn) {
			front := <-servers
			servers <- front
			front.ServeConn(t.Context(), conn)
		})
		front := lcs01(func(c *sipd.Config) { c.Redirect = fmt.Sprintf("sip:FE01.contoso.com:%d", port) })
		servers <- front
		e := only(t, Config{SIP: true, Resolver: resolver}, Target{Host: "fe01.contoso.com", Port: port, Transport: facts.TCP, Listener: true})
		if got := get(t, e.Register); got.Code != 301 || got.RedirectedFrom != "" || len(front.Requests()) != 2 {
			t.Errorf("%+v after %d requests", got, len(front.Requests()))
		}
	})
}

// TestSIPMutual asks over mutual TLS, with and without a certificate.
func TestSIPMutual(t *testing.T) {
	t.Parallel()
	ours, others := authority(t, pkitest.Options{CN: "Contoso Root CA"}), authority(t, pkitest.Options{CN: "Fabrikam Root CA"})
	listens := issue(t, ours, pkitest.Server("lcs01.contoso.com")).TLS()
	trusted, untrusted := issue(t, ours, pkitest.Server("lcs02.contoso.com")).TLS(), issue(t, others, pkitest.Server("lcs02.contoso.com")).TLS()
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		for _, test := range []struct {
			name  string
			auth  tls.ClientAuthType
			own   *tls.Certificate
			class facts.Class // empty: it answers
			text  string
		}{
			{name: "asked for, none is there", auth: tls.RequestClientCert},
			{name: "required, none is there", auth: tls.RequireAnyClientCert, class: facts.NotAsked, text: "asks for a client certificate, and none is configured: it sent the alert "},
			{name: "required, and trusted", auth: tls.RequireAndVerifyClientCert, own: &trusted},
			{name: "required, and not trusted", auth: tls.RequireAndVerifyClientCert, own: &untrusted, class: facts.Protocol, text: "alert unknown_ca (48)"},
		} {
			t.Run(tls.VersionName(version)+", "+test.name, func(t *testing.T) {
				t.Parallel()
				suites := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
				config := &tls.Config{
					Certificates: []tls.Certificate{listens}, MinVersion: version, MaxVersion: version,
					CipherSuites: suites, ClientAuth: test.auth, ClientCAs: trusting(ours),
				}
				target := sipTarget(serveSIP(t, lcs01(nil), config), facts.MTLS)
				wire, account := observe(t.Context(), t, Config{SIP: true, ClientCertificate: test.own, Targets: []Target{target}})
				e := wire.Endpoints[0]
				if test.class == "" {
					if options, register := get(t, e.Options).Code, get(t, e.Register).Code; options != 200 || register != 401 {
						t.Errorf("codes %d and %d", options, register)
					}
					return
				}
				unknown(t, e.Options, test.class, test.text)
				unknown(t, e.Register, test.class, test.text)
				if (account.Status == facts.OK) != (test.class == facts.NotAsked) {
					t.Errorf("account %+v", account)
				}
			})
		}
	}
}

func trusting(a *pkitest.Authority) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate)
	return pool
}

func FuzzContactTarget(f *testing.F) {
	for _, uri := range []string{"sip:kim@lcs02.contoso.com:5061;transport=tls?a=b", "sips:[2001:db8::1]", "sip:", "*"} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		target, ok := contactTarget(uri, facts.TCP)
		if !ok {
			return
		}
		_, isIP := parseIP(target.Host)
		if isIP || target.Host == "" || target.Port < 1 || target.Port > 65535 || target.Transport != facts.TCP && target.Transport != facts.TLS {
			t.Errorf("%q leads to %+v", uri, target)
		}
	})
}
