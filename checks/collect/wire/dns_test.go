package wire

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// contoso is a DNS server with one of each kind of name.
func contoso() *zone {
	z := &zone{
		records: []string{
			"lcs01.contoso.com. 60 IN A 192.0.2.20",
			"lcs01.contoso.com. 60 IN A 192.0.2.10",
			"lcs02.contoso.com. 60 IN AAAA 2001:db8::2",
			"lcs03.contoso.com. 60 IN TXT \"no address\"",
			"lcs04.contoso.com. 60 IN CNAME LCS01.contoso.com.",
			"lcs04.contoso.com. 60 IN TXT \"never seen beside an alias\"",
			"LCS01.contoso.com. 60 IN A 192.0.2.10",
			"lcs05.contoso.com. 60 IN CNAME gone.contoso.com.",
			"loop.contoso.com. 60 IN TXT \"replaced below\"",
			"_sip._tls.contoso.com. 60 IN SRV 10 5 5061 LCS02.contoso.com.",
			"_sip._tls.contoso.com. 60 IN SRV 10 0 5061 lcs03.contoso.com.",
			"_sip._tls.contoso.com. 60 IN SRV 0 0 5061 lcs_09.contoso.com.",
			"_sip._tls.contoso.com. 60 IN SRV 10 5 5061 lcs01.contoso.com.",
			"_sip._tcp.contoso.com. 60 IN SRV 0 0 0 .",
		},
		codes: map[string]int{
			"broken.contoso.com.":  dns.RcodeServerFailure,
			"refused.contoso.com.": dns.RcodeRefused,
			"odd.contoso.com.":     dns.RcodeNotImplemented,
		},
	}
	for i := range 60 { // far more than 512 bytes
		z.records = append(z.records,
			fmt.Sprintf("many.contoso.com. 60 IN A 192.0.2.%d", i),
			fmt.Sprintf("_sip._tcp.many.contoso.com. 60 IN SRV 0 0 5060 lcs%02d.contoso.com.", i))
	}
	return z
}

// askers are the two ways to ask the given DNS server.
func askers(address string) map[string]*resolver {
	cfg := New(Config{Resolver: address}).cfg
	configured := newResolver(cfg)
	cfg.Resolver = ""
	dial := cfg.Dial
	cfg.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, address) }
	return map[string]*resolver{"configured": configured, "system": newResolver(cfg)}
}

func TestResolverHost(t *testing.T) {
	t.Parallel()
	address := serveDNS(t, contoso())
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf("192.0.2.%d", i)
	}
	tests := []struct {
		host  string
		want  []string
		class facts.Class // of the reason, if it cannot be told
	}{
		{host: "lcs01.contoso.com", want: []string{"192.0.2.10", "192.0.2.20"}},
		{host: "lcs01.contoso.com.", want: []string{"192.0.2.10", "192.0.2.20"}},
		{host: "lcs02.contoso.com", want: []string{"2001:db8::2"}},
		{host: "lcs03.contoso.com", want: []string{}}, // no data
		{host: "lcs04.contoso.com", want: []string{"192.0.2.10"}},
		{host: "lcs05.contoso.com", want: []string{}},
		{host: "nobody.contoso.com", want: []string{}}, // NXDOMAIN
		{host: "many.contoso.com", want: many},
		{host: "192.0.2.99", want: []string{"192.0.2.99"}},
		{host: "[2001:db8::99]", want: []string{"2001:db8::99"}},
		{host: "broken.contoso.com", class: facts.Unreachable},
		{host: "lcs09", class: facts.Missing},
		{host: strings.Repeat("a", 64) + ".contoso.com", class: facts.Protocol},
	}
	for kind, r := range askers(address) {
		for _, test := range tests {
			t.Run(kind+"/"+test.host, func(t *testing.T) {
				t.Parallel()
				got, err := r.host(t.Context(), test.host)
				if test.class != "" {
					if err == nil || collect.Reason(err).Class != test.class {
						t.Fatalf("%v, %v; want %s", got, err, test.class)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("addresses (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestResolverServices(t *testing.T) {
	t.Parallel()
	for kind, r := range askers(serveDNS(t, contoso())) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			got, _, err := r.services(t.Context(), "_sip._tls.contoso.com")
			if err != nil {
				t.Fatal(err)
			}
			want := []facts.Target{
				{Host: "lcs_09.contoso.com", Port: 5061},
				{Host: "lcs03.contoso.com", Port: 5061, Priority: 10},
				{Host: "lcs01.contoso.com", Port: 5061, Priority: 10, Weight: 5},
				{Host: "lcs02.contoso.com", Port: 5061, Priority: 10, Weight: 5},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			for name, count := range map[string]int{
				"_sip._tcp.contoso.com":      0, // "." is: decidedly not here
				"_sip._tcp.fabrikam.com":     0,
				"_sip._tcp.many.contoso.com": 60, // over TCP
			} {
				got, _, err := r.services(t.Context(), name)
				if err != nil || got == nil || len(got) != count {
					t.Errorf("%s: %v, %v; want an observed list of %d", name, got, err, count)
				}
			}
		})
	}
}

// A configured DNS server's answers are told apart further than those of this
// computer's own resolver.
func TestServerAnswers(t *testing.T) {
	t.Parallel()
	noRecursion := func(m *dns.Msg) { m.RecursionAvailable = false }
	tests := []struct {
		name  string
		host  string
		shape func(*dns.Msg)
		class facts.Class
		text  string
	}{
		{name: "refused", host: "refused.contoso.com", class: facts.Rights, text: "REFUSED"},
		{name: "not implemented", host: "odd.contoso.com", class: facts.Protocol, text: "NOTIMP"},
		{name: "servfail", host: "broken.contoso.com", class: facts.Unreachable, text: "SERVFAIL"},
		{name: "referral", host: "lcs03.contoso.com", shape: noRecursion, class: facts.Protocol, text: "refers"},
		{name: "alias out of an authoritative server", host: "lcs05.contoso.com", class: facts.Protocol, text: "refers",
			shape: func(m *dns.Msg) { m.RecursionAvailable, m.Authoritative, m.Rcode = false, true, dns.RcodeSuccess }},
		{name: "no data of an authoritative server", host: "lcs03.contoso.com",
			shape: func(m *dns.Msg) { m.RecursionAvailable, m.Authoritative = false, true }},
		{name: "no data with an SOA", host: "lcs03.contoso.com", shape: func(m *dns.Msg) {
			m.RecursionAvailable = false
			soa, _ := dns.NewRR("contoso.com. 60 IN SOA ns.contoso.com. admin.contoso.com. 1 1 1 1 1")
			m.Ns = append(m.Ns, soa)
		}},
		{name: "aliases in a circle", host: "loop.contoso.com", shape: func(m *dns.Msg) {
			for _, text := range []string{"loop.contoso.com. 60 IN CNAME b.contoso.com.", "b.contoso.com. 60 IN CNAME loop.contoso.com."} {
				alias, _ := dns.NewRR(text)
				m.Answer = append(m.Answer, alias)
			}
		}},
		{name: "answer to another question", host: "lcs01.contoso.com", class: facts.Protocol, text: "another question",
			shape: func(m *dns.Msg) { m.Question[0].Name = "evil.contoso.com." }},
		{name: "records of another name", host: "lcs03.contoso.com", shape: func(m *dns.Msg) {
			other, _ := dns.NewRR("evil.contoso.com. 60 IN A 192.0.2.66")
			m.Answer = append(m.Answer, other)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			z := contoso()
			z.shape = test.shape
			r := askers(serveDNS(t, z))["configured"]
			got, err := r.host(t.Context(), test.host)
			if test.class == "" {
				if err != nil || got == nil || len(got) != 0 {
					t.Errorf("%v, %v; want an observed empty list", got, err)
				}
				return
			}
			if err == nil || collect.Reason(err).Class != test.class || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, %v; want %s: %s", got, err, test.class, test.text)
			}
		})
	}
}

// A resolver that never answers costs one wait, not one for every name.
func TestSilentResolver(t *testing.T) {
	t.Parallel()
	z := &zone{silent: func(string) bool { return true }}
	address := serveDNS(t, z)
	cfg := Config{Resolver: address, ConnectTimeout: 200 * time.Millisecond, Limit: 4}
	for i := range 50 {
		cfg.Targets = append(cfg.Targets, Target{Host: fmt.Sprintf("gw%02d.fabrikam.com", i), Port: 5061, Transport: facts.TLS})
		cfg.SIPDomains = append(cfg.SIPDomains, fmt.Sprintf("d%02d.contoso.com", i))
	}
	wire, account := observe(t.Context(), t, cfg)
	text := "resolver " + address + " does not answer"
	for _, e := range wire.Endpoints {
		unknown(t, e.Addresses, facts.Timeout, text)
		unknown(t, e.Connected, facts.Timeout, text)
		unknown(t, e.TLS, facts.Timeout, text)
	}
	for _, r := range wire.Records {
		unknown(t, r.Targets, facts.Timeout, text)
	}
	if want := text + " (and 349 more)"; account.Status != facts.Partial || account.Class != facts.Timeout || account.Message != want {
		t.Errorf("account %+v; want partial: %s", account, want)
	}
	// Each of the 4 that ask at once may be under way twice before it shows.
	if n := z.questions(); n > 2*4*tries {
		t.Errorf("%d questions were put to a dead resolver", n)
	}
}

// A DNS server that answers for some names is alive, however many others it
// waits for in vain.
func TestDeadZone(t *testing.T) {
	t.Parallel()
	z := contoso()
	z.silent = func(name string) bool { return strings.HasSuffix(name, ".fabrikam.com.") }
	cfg := Config{Resolver: serveDNS(t, z), ConnectTimeout: 2 * time.Second, Dial: noEndpoints, Limit: 8}
	for i := range 4 {
		cfg.Targets = append(cfg.Targets, Target{Host: fmt.Sprintf("a%d.fabrikam.com", i), Port: 5061, Transport: facts.TLS})
	}
	cfg.Targets = append(cfg.Targets, Target{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.TLS})
	cfg.SIPDomains = []string{"contoso.com"}
	wire, _ := observe(t.Context(), t, cfg)
	for _, e := range wire.Endpoints {
		if strings.HasSuffix(e.Host, ".fabrikam.com") {
			unknown(t, e.Addresses, facts.Timeout, "does not answer")
		} else if diff := cmp.Diff([]string{"192.0.2.10", "192.0.2.20"}, get(t, e.Addresses)); diff != "" {
			t.Error(diff)
		}
	}
	for _, r := range wire.Records {
		get(t, r.Targets)
	}
}

// noEndpoints lets only DNS through.
func noEndpoints(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("tests do not connect to %s", address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// A resolver whose port is closed does not make names non-existent.
func TestRefusingResolver(t *testing.T) {
	t.Parallel()
	// A connected socket takes nothing from others, and keeps its port.
	loopback := net.IPv4(127, 0, 0, 1)
	holder, err := net.DialUDP("udp", &net.UDPAddr{IP: loopback}, &net.UDPAddr{IP: loopback, Port: 9})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	address := holder.LocalAddr().String()
	for kind, r := range askers(address) {
		got, err := r.host(t.Context(), "lcs01.contoso.com")
		if err == nil || collect.Reason(err).Class != facts.Unreachable {
			t.Errorf("%s: %v, %v; want it unreachable", kind, got, err)
		}
	}
}

// What the chosen DNS server told is kept; this computer's own resolver passes
// nothing on.
func TestRecordAnswers(t *testing.T) {
	t.Parallel()
	z := contoso()
	z.records = append(z.records,
		"sip.contoso.com. 3600 IN A 192.0.2.10", "sip.contoso.com. 900 IN AAAA 2001:db8::10",
		"alias.contoso.com. 300 IN CNAME sip.contoso.com.",
		"six.contoso.com. 120 IN AAAA 2001:db8::6",
		"_sipinternaltls._tcp.contoso.com. 7200 IN SRV 0 0 5061 lcs01.contoso.com.")
	type seen struct {
		hosts []string
		code  string
		ttl   int
		class facts.Class
	}
	tests := []struct {
		kind, name string
		want       seen
	}{
		{"SRV", "_sipinternaltls._tcp.contoso.com", seen{hosts: []string{"lcs01.contoso.com"}, code: "NOERROR", ttl: 7200}},
		{"SRV", "_sip._tls.fabrikam.com", seen{code: "NXDOMAIN"}},
		{"SRV", "sip.contoso.com", seen{code: "NOERROR"}},
		{"A", "sip.contoso.com", seen{hosts: []string{"192.0.2.10", "2001:db8::10"}, code: "NOERROR", ttl: 900}},
		{"A", "alias.contoso.com", seen{hosts: []string{"192.0.2.10", "2001:db8::10"}, code: "NOERROR", ttl: 300}},
		{"A", "six.contoso.com", seen{hosts: []string{"2001:db8::6"}, code: "NOERROR", ttl: 120}},
		{"A", "nobody.contoso.com", seen{code: "NXDOMAIN"}},
		{"A", "broken.contoso.com", seen{code: "SERVFAIL", class: facts.Unreachable}},
		{"A", "refused.contoso.com", seen{code: "REFUSED", class: facts.Rights}},
		{"A", "192.0.2.77", seen{hosts: []string{"192.0.2.77"}}}, // nobody was asked
	}
	address := serveDNS(t, z)
	for kind, resolver := range askers(address) {
		for _, test := range tests {
			t.Run(kind+"/"+test.kind+" "+test.name, func(t *testing.T) {
				t.Parallel()
				p := newProber(New(Config{Resolver: address}), session())
				p.resolver = resolver
				r := p.record(t.Context(), facts.ClientRecord{SIPDomain: "contoso.com", Name: test.name, Type: test.kind})
				got := seen{code: r.RCode, ttl: r.TTL}
				targets, why := r.Targets.Get()
				for _, target := range targets {
					got.hosts = append(got.hosts, target.Host)
				}
				want := test.want
				from := ""
				if want.code != "" {
					from = address
				}
				if kind == "system" {
					want.code, want.ttl, from = "", 0, ""
					if why != nil {
						want.class = why.Class // other words for the same failures
					}
				}
				if why != nil {
					got.class = why.Class
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(seen{})); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if r.Resolver != from {
					t.Errorf("resolver %q; want %q", r.Resolver, from)
				}
			})
		}
	}
}

// A name that does not exist has no IPv6 address either.
func TestNoSecondQuestion(t *testing.T) {
	t.Parallel()
	z := contoso()
	r := askers(serveDNS(t, z))["configured"]
	for _, name := range []string{"nobody.contoso.com", "lcs03.contoso.com"} {
		if _, err := r.host(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	want := map[string]int{"nobody.contoso.com.": 1, "lcs03.contoso.com.": 2}
	if diff := cmp.Diff(want, z.asked); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

// Hosts to which service records lead are looked up, unless that is done anyway.
func TestDestinations(t *testing.T) {
	t.Parallel()
	s := New(Config{
		Resolver: serveDNS(t, contoso()),
		Targets:  []Target{{Host: "LCS02.contoso.com.", Port: 5061, Transport: facts.TLS}},
		Names:    []string{"LCS03.contoso.com", "lcs02.contoso.com", "lcs01.contoso.com", ""},
	})
	p := newProber(s, session())
	from := p.session.Origin()
	srv := func(name string, hosts ...string) facts.ClientRecord {
		var targets []facts.Target
		for _, h := range hosts {
			targets = append(targets, facts.Target{Host: h, Port: 5061})
		}
		return facts.ClientRecord{SIPDomain: "contoso.com", Name: name, Type: "SRV", Targets: facts.Observed(targets, from)}
	}
	records := []facts.ClientRecord{
		srv("_sip._tcp.contoso.com", "sip.contoso.com", "nobody.contoso.com", "lcs02.contoso.com", "lcs01.contoso.com"),
		srv("_sip._tls.contoso.com", "LCS01.contoso.com", "lcs09", "broken.contoso.com"),
		{SIPDomain: "contoso.com", Name: "_sipinternal._tcp.contoso.com", Type: "SRV", Targets: facts.NotObserved[[]facts.Target](facts.Unknown{})},
		{SIPDomain: "contoso.com", Name: "sip.contoso.com", Type: "A", Targets: facts.Observed([]facts.Target{{Host: "192.0.2.10"}}, from)},
	}
	var got []string
	for _, r := range p.destinations(t.Context(), records) {
		if r.Type != "A" || (r.SIPDomain == "contoso.com") == (r.Name == "lcs03.contoso.com") { // no client looks that up
			t.Errorf("record %+v", r)
		}
		targets, why := r.Targets.Get()
		text := r.Name + " " + r.RCode
		for _, target := range targets {
			text += " " + target.Host
		}
		if why != nil {
			text += " " + string(why.Class)
		}
		got = append(got, text)
	}
	want := []string{
		"broken.contoso.com SERVFAIL " + string(facts.Unreachable),
		"lcs01.contoso.com NOERROR 192.0.2.10 192.0.2.20",
		"lcs03.contoso.com NOERROR",
		"lcs09 NXDOMAIN " + string(facts.Missing),
		"nobody.contoso.com NXDOMAIN",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}
