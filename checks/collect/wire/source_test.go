package wire

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func session() *collect.Session { return collect.NewSession("wire", "network", nil, nil) }

func TestUnobserved(t *testing.T) {
	t.Parallel()
	why := facts.Unknown{Class: facts.Internal, Source: "wire", Message: "it broke"}
	s := New(Config{
		Targets: []Target{
			{Host: "lcs01.contoso.com", Port: 5060, Transport: facts.TCP},
			{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Address: "192.0.2.10"},
		},
		SIPDomains: []string{"contoso.com", "*.fabrikam.com"},
	})
	var d facts.Deployment
	s.Unobserved(why).AddTo(&d)
	if len(d.Wire.Endpoints) != 2 || len(d.Wire.Records) != len(clientNames) {
		t.Fatalf("%d endpoints, %d records", len(d.Wire.Endpoints), len(d.Wire.Records))
	}
	for _, target := range s.targets {
		e := d.Wire.Endpoint(target.Host, target.Port, target.Transport)
		unknown(t, e.Addresses, facts.Internal, "it broke")
		unknown(t, e.Connected, facts.Internal, "it broke")
		unknown(t, e.TLS, facts.Internal, "it broke")
	}
	for _, r := range d.Wire.Records {
		unknown(t, r.Targets, facts.Internal, "it broke")
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	if got := New(Config{}).Target(); got != "network" {
		t.Errorf("target %q", got)
	}
	if got := New(Config{Resolver: "192.0.2.53"}).Target(); got != "192.0.2.53" {
		t.Errorf("target %q", got)
	}
	for resolver, want := range map[string]string{
		"192.0.2.53": "192.0.2.53:53", "192.0.2.53:5353": "192.0.2.53:5353",
		"2001:db8::53": "[2001:db8::53]:53", "[2001:db8::53]:5353": "[2001:db8::53]:5353",
		"ns.contoso.com": "ns.contoso.com:53",
	} {
		if got := newServerDNS(Config{Resolver: resolver}).address; got != want {
			t.Errorf("resolver %s: %s; want %s", resolver, got, want)
		}
	}
}

func TestClientRecords(t *testing.T) {
	t.Parallel()
	z := contoso()
	z.records = append(z.records, "sip.contoso.com. 60 IN A 192.0.2.10", "sipinternal.contoso.com. 60 IN AAAA 2001:db8::1")
	wire, account := observe(t.Context(), t, Config{
		Resolver: serveDNS(t, z), SIPDomains: []string{"Contoso.com", "*.contoso.com", "contoso.com."},
	})
	if account.Status != facts.OK {
		t.Errorf("account %+v", account)
	}
	got := make(map[string][]facts.Target)
	for _, r := range wire.Records {
		if r.SIPDomain != "contoso.com" {
			t.Errorf("record of %s", r.SIPDomain)
		}
		got[r.Type+" "+r.Name] = get(t, r.Targets)
	}
	want := map[string][]facts.Target{
		"SRV _sip._tcp.contoso.com": {},
		"SRV _sip._tls.contoso.com": {
			{Host: "lcs_09.contoso.com", Port: 5061},
			{Host: "lcs03.contoso.com", Port: 5061, Priority: 10},
			{Host: "lcs01.contoso.com", Port: 5061, Priority: 10, Weight: 5},
			{Host: "lcs02.contoso.com", Port: 5061, Priority: 10, Weight: 5},
		},
		"SRV _sipinternal._tcp.contoso.com":    {},
		"SRV _sipinternaltls._tcp.contoso.com": {},
		"A sip.contoso.com":                    {{Host: "192.0.2.10"}},
		"A sipinternal.contoso.com":            {{Host: "2001:db8::1"}}, // an A record stands for both families
		// Hosts to which the service records lead.
		"A lcs_09.contoso.com": {},
		"A lcs01.contoso.com":  {{Host: "192.0.2.10"}, {Host: "192.0.2.20"}},
		"A lcs02.contoso.com":  {{Host: "2001:db8::2"}},
		"A lcs03.contoso.com":  {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// What was observed before the source's deadline is kept; the rest is unknown
// for that reason and no other.
func TestDeadline(t *testing.T) {
	t.Parallel()
	open := accept(t, func(net.Conn) {})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	dial := func(ctx context.Context, transport, address string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(address); host == "127.0.0.1" {
			return new(net.Dialer).DialContext(ctx, transport, address)
		}
		cancel(context.DeadlineExceeded) // when the silent address is tried, the first is long done
		<-ctx.Done()
		return nil, ctx.Err()
	}
	cfg := Config{Dial: dial, ConnectTimeout: time.Minute, Limit: 1, SIPDomains: []string{"contoso.com"}, Targets: []Target{
		{Host: "127.0.0.1", Port: open, Transport: facts.TCP},
		{Host: "192.0.2.10", Port: 5060, Transport: facts.TCP},
		{Host: "192.0.2.20", Port: 5060, Transport: facts.TCP},
		{Host: "lcs03.contoso.com", Port: 5060, Transport: facts.TCP},
	}}
	// Not through the runner, which waits but briefly for a source to end.
	observed, err := New(cfg).Collect(ctx, session())
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	observed.AddTo(&d)
	wire := d.Wire
	if !get(t, wire.Endpoints[0].Connected) {
		t.Error("the endpoint that answered in time is lost")
	}
	unknown(t, wire.Endpoints[1].Connected, facts.Timeout, "the time for the network ended")
	unknown(t, wire.Endpoints[2].Connected, facts.Timeout, "the time for the network ended")
	unknown(t, wire.Endpoints[3].Addresses, facts.Timeout, "the time for the network ended")
	for _, r := range wire.Records {
		unknown(t, r.Targets, facts.Timeout, "the time for the network ended")
	}
}

// The same network gives the same facts, in whatever order answers come.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	z := contoso()
	cfg := Config{Resolver: serveDNS(t, z), SIPDomains: []string{"fabrikam.com", "contoso.com"}}
	open, closed := accept(t, func(net.Conn) {}), refusing(t)
	for _, host := range []string{"127.0.0.1", "nobody.contoso.com", "broken.contoso.com", "odd.contoso.com", "refused.contoso.com"} {
		for _, port := range []int{open, closed} {
			cfg.Targets = append(cfg.Targets, Target{Host: host, Port: port, Transport: facts.TCP})
		}
	}
	var before []byte
	for range 5 {
		wire, account := observe(t.Context(), t, cfg)
		account.DurationMs = 0
		after, err := json.Marshal(struct {
			Wire    facts.Wire
			Account facts.Source
		}{wire, account})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(before), string(after)); before != nil && string(before) != string(after) {
			t.Fatalf("two runs differ: %s", diff)
		}
		before = after
	}
}

// A probe that breaks costs its own facts and no others.
func TestPanic(t *testing.T) {
	t.Parallel()
	open := accept(t, func(net.Conn) {})
	dial := func(ctx context.Context, transport, address string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(address); host != "127.0.0.1" {
			panic("strange address")
		}
		return new(net.Dialer).DialContext(ctx, transport, address)
	}
	wire, account := observe(t.Context(), t, Config{Dial: dial, Targets: []Target{
		{Host: "192.0.2.10", Port: 5060, Transport: facts.TCP}, {Host: "127.0.0.1", Port: open, Transport: facts.TCP},
	}})
	unknown(t, wire.Endpoint("192.0.2.10", 5060, facts.TCP).Connected, facts.Internal, "strange address")
	if !get(t, wire.Endpoint("127.0.0.1", open, facts.TCP).Connected) {
		t.Error("the other endpoint is lost")
	}
	if account.Status != facts.Partial {
		t.Errorf("account %+v", account)
	}
}
