package wire

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"lcshealth/checks/facts"
)

func TestTCPAccepted(t *testing.T) {
	t.Parallel()
	port := accept(t, func(net.Conn) {})
	e := only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TCP})
	if !get(t, e.Connected) {
		t.Error("not connected")
	}
	if got := get(t, e.Addresses); len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("addresses %v", got)
	}
	unknown(t, e.TLS, facts.NotAsked, "TCP without TLS")
}

func TestTCPRefused(t *testing.T) {
	t.Parallel()
	port := refusing(t)
	for _, transport := range []facts.Transport{facts.TCP, facts.TLS, facts.MTLS} {
		e := only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: transport})
		if get(t, e.Connected) {
			t.Errorf("%s: connected", transport)
		}
		unknown(t, e.TLS, facts.Unreachable, "refuses connections")
	}
}

// The address that a listener is bound to is tried instead of the name's, and
// the name is looked up all the same.
func TestBoundAddress(t *testing.T) {
	t.Parallel()
	z := contoso()
	cfg := Config{Resolver: serveDNS(t, z), Dial: noEndpoints}
	port := accept(t, func(net.Conn) {})
	for host, addresses := range map[string]int{"lcs01.contoso.com": 2, "nobody.contoso.com": 0} {
		e := only(t, cfg, Target{Host: host, Port: port, Transport: facts.TCP, Address: "127.0.0.1"})
		if !get(t, e.Connected) {
			t.Errorf("%s: not connected", host)
		}
		if got := get(t, e.Addresses); len(got) != addresses {
			t.Errorf("%s: addresses %v; want %d", host, got, addresses)
		}
	}
}

func TestNoAddress(t *testing.T) {
	t.Parallel()
	cfg := Config{Resolver: serveDNS(t, contoso())}
	e := only(t, cfg, Target{Host: "nobody.contoso.com", Port: 5061, Transport: facts.TLS})
	unknown(t, e.Connected, facts.Missing, "nobody.contoso.com has no address")
	unknown(t, e.TLS, facts.Missing, "nobody.contoso.com has no address")
}

func TestUnknownTransport(t *testing.T) {
	t.Parallel()
	e := only(t, Config{Dial: noEndpoints}, Target{Host: "192.0.2.1", Port: 5060, Transport: "UDP"})
	unknown(t, e.Connected, facts.NotAsked, `"UDP"`)
}

// network is a network of which the test says how each address behaves: nil
// does not answer until ctx ends.
type network map[string]func() (net.Conn, error)

func (n network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if answer := n[address]; answer != nil {
		return answer()
	}
	<-ctx.Done()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
}

func failing(err error) func() (net.Conn, error) {
	return func() (net.Conn, error) { return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err} }
}

func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	open := func() (net.Conn, error) {
		near, far := net.Pipe()
		_ = far.Close()
		return near, nil
	}
	refused, windowsRefused := failing(syscall.ECONNREFUSED), failing(wsaeConnRefused)
	const first, second = "192.0.2.10:5060", "192.0.2.20:5060"
	const firewall = "no answer from 192.0.2.10:5060 within 100ms; a firewall between may drop it"
	tests := []struct {
		name      string
		network   network
		connected bool
		class     facts.Class // if it is not observed
		text      string
	}{
		{name: "first opens", network: network{first: open}, connected: true},
		{name: "second opens after a refusal", network: network{first: refused, second: open}, connected: true},
		{name: "second opens after silence", network: network{second: open}, connected: true},
		{name: "both refuse", network: network{first: refused, second: refused}},
		{name: "both refuse on Windows", network: network{first: windowsRefused, second: windowsRefused}},
		{name: "silence", network: network{}, class: facts.Timeout, text: firewall + "; no answer from 192.0.2.20:5060"},
		{name: "silence and a refusal", network: network{second: refused}, class: facts.Timeout, text: firewall},
		{name: "no route", network: network{first: failing(syscall.EHOSTUNREACH), second: refused},
			class: facts.Unreachable, text: "connect to 192.0.2.10:5060: no route to host"},
	}
	resolver := serveDNS(t, contoso())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// The name is looked up for real, within the usual time.
			addresses, err := newResolver(New(Config{Resolver: resolver}).cfg).host(t.Context(), "lcs01.contoso.com")
			if err != nil {
				t.Fatal(err)
			}
			s := New(Config{Dial: test.network.dial, ConnectTimeout: 100 * time.Millisecond})
			target := Target{Host: "lcs01.contoso.com", Port: 5060, Transport: facts.TCP}
			p := newProber(s, session())
			e := p.endpoint(t.Context(), target, func() facts.Value[[]string] {
				return facts.Observed(addresses, p.session.Origin())
			})
			if test.class == "" {
				if got := get(t, e.Connected); got != test.connected {
					t.Errorf("connected %v; want %v", got, test.connected)
				}
				return
			}
			unknown(t, e.Connected, test.class, test.text)
			if _, why := e.Connected.Get(); why.Settle != "on the server itself: telnet lcs01.contoso.com 5060" {
				t.Errorf("settle %q", why.Settle)
			}
		})
	}
}
