package outline_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/report"
	"lcshealth/report/outline"

	"github.com/google/go-cmp/cmp"
)

// noon is when the facts of every test were gathered.
var noon = time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC)

func seen[T any](v T) facts.Value[T] {
	return facts.Observed(v, facts.Origin{Source: "host", Target: "x", At: noon})
}

func unseen[T any]() facts.Value[T] {
	return facts.NotObserved[T](facts.Unknown{Class: facts.Rights, Message: "access denied"})
}

// read is a directory of which everything was read and in which nothing is.
func read() facts.Directory {
	return facts.Directory{
		Forest: seen(facts.Forest{}), SIPDomains: seen[[]facts.SIPDomain](nil), Servers: seen[[]facts.DirectoryServer](nil),
		Pools: seen[[]facts.Pool](nil), TrustedServers: seen[[]facts.TrustedServer](nil),
	}
}

func TestOf(t *testing.T) {
	full := read()
	full.Forest = seen(facts.Forest{RootDomain: "contoso.com", Domains: []facts.Domain{{Name: "emea.contoso.com"}, {Name: "contoso.com"}}})
	full.SIPDomains = seen([]facts.SIPDomain{{Name: "contoso.com"}, {Name: "*.fabrikam.com"}})
	full.Pools = seen([]facts.Pool{{FQDN: "pool.contoso.com", BackEnd: `sql\RTC`, Members: []string{"b", "a"}}})
	full.TrustedServers = seen([]facts.TrustedServer{{FQDN: "LCS01.contoso.com"}, {FQDN: "pool.contoso.com"}, {FQDN: "gw.contoso.com"}})
	host := facts.Host{
		System:          seen(facts.System{}),
		Routes:          seen([]facts.StaticRoute{{MatchURI: "*@x", NextHop: "hop", Port: 5061, Transport: facts.MTLS, Enabled: true}, {MatchURI: "*@a", NextHop: "hop", Transport: facts.TCP}}),
		AuthorizedHosts: seen([]facts.AuthorizedHost{{Host: "gw.contoso.com"}, {Host: "gw.contoso.com", OutboundOnly: true}}),
	}
	halfRead := facts.Host{System: seen(facts.System{}), Routes: unseen[[]facts.StaticRoute](), AuthorizedHosts: seen[[]facts.AuthorizedHost](nil)}
	for _, tt := range []struct {
		name string
		d    *facts.Deployment
		want *report.Outline
	}{
		{"nothing", &facts.Deployment{}, nil},
		{"an empty forest", &facts.Deployment{Directory: read()}, nil},
		{"a server of which nothing is known", &facts.Deployment{Directory: read(), Servers: []*facts.Server{{FQDN: "a"}}}, &report.Outline{
			Servers: []report.OutlineServer{{FQDN: "a", Role: report.RoleUnknown}},
		}},
		{"roles", &facts.Deployment{Directory: read(), Servers: []*facts.Server{
			{FQDN: "b", Role: seen(facts.RoleHoldsNone)}, {FQDN: "a", Role: seen(facts.RoleProxy)}, {FQDN: "c", Role: unseen[facts.Role](), Host: halfRead},
		}}, &report.Outline{
			Servers: []report.OutlineServer{{FQDN: "a", Role: report.RoleProxy}, {FQDN: "b", Role: report.RoleNoUsers}, {FQDN: "c", Role: report.RoleUnknown, HostRead: true}},
			Unread:  []string{"the static routes of c"},
		}},
		{"a directory that was not read", &facts.Deployment{Databases: []*facts.Database{{Name: "db", Serves: []string{"a"}, Entries: seen(3)}}}, &report.Outline{
			Databases: []report.OutlineDatabase{{Name: "db", Serves: []string{"a"}, Read: true}},
			Unread:    []string{"the forest", "the SIP domains", "the servers of the forest", "the pools", "the trusted servers of the forest"},
		}},
		{"everything", &facts.Deployment{
			Directory: full,
			Servers:   []*facts.Server{{FQDN: "lcs01.contoso.com", PoolFQDN: "pool.contoso.com", Role: seen(facts.RoleHome), Generation: seen(facts.LCS2005), Host: host}},
			Wire: facts.Wire{
				Endpoints: []*facts.Endpoint{{Host: "LCS01.contoso.com", Addresses: seen([]string{"192.0.2.1"})}, {Host: "lcs01.contoso.com", Addresses: seen([]string{"192.0.2.1"})}, {Host: "hop", Addresses: seen([]string{"192.0.2.9"})}},
				Records: []facts.ClientRecord{
					{SIPDomain: "contoso.com", Name: "_sip._tls.contoso.com", Type: "SRV", Targets: seen([]facts.Target{{Host: "lcs01.contoso.com", Port: 5061}})},
					{SIPDomain: "contoso.com", Name: "_sip._tcp.contoso.com", Type: "SRV", Targets: unseen[[]facts.Target]()},
					{Name: "no client's", Type: "A", Targets: seen([]facts.Target{{Host: "192.0.2.1"}})},
				},
			},
		}, &report.Outline{
			Forest: "contoso.com", Domains: []string{"contoso.com", "emea.contoso.com"}, SIPDomains: []string{"*.fabrikam.com", "contoso.com"},
			Servers: []report.OutlineServer{{FQDN: "lcs01.contoso.com", Role: report.RoleHome, Generation: "LCS 2005", Pool: "pool.contoso.com", HostRead: true, Addresses: []string{"192.0.2.1"}}},
			Pools:   []report.OutlinePool{{FQDN: "pool.contoso.com", BackEnd: `sql\RTC`, Servers: []string{"a", "b"}}},
			Routes: []report.OutlineRoute{
				{Server: "lcs01.contoso.com", Match: "*@a", NextHop: "hop", Transport: "TCP"},
				{Server: "lcs01.contoso.com", Match: "*@x", NextHop: "hop", Port: 5061, Transport: "MTLS", Enabled: true},
			},
			Trusted: []report.OutlineTrusted{{Host: "gw.contoso.com"}, {Host: "gw.contoso.com", Server: "lcs01.contoso.com"}},
			Records: []report.OutlineRecord{
				{Name: "_sip._tcp.contoso.com", Type: "SRV", SIPDomain: "contoso.com"},
				{Name: "_sip._tls.contoso.com", Type: "SRV", SIPDomain: "contoso.com", Targets: []string{"lcs01.contoso.com:5061"}, Read: true},
			},
			Unread: []string{"the DNS record _sip._tcp.contoso.com (SRV)"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, outline.Of(tt.d)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// An outline stays small for a forest of usual size, and bounded for any.
func TestOfManyServers(t *testing.T) {
	of := func(n int) *report.Outline {
		d := &facts.Deployment{Directory: read()}
		for i := range n {
			d.Servers = append(d.Servers, &facts.Server{FQDN: fmt.Sprintf("lcs%05d.contoso.com", i), Role: seen(facts.RoleHome), Generation: seen(facts.LCS2003)})
		}
		return outline.Of(d)
	}
	encoded, err := json.Marshal(of(200))
	if err != nil || len(encoded) > 30_000 {
		t.Errorf("200 servers take %d bytes, %v", len(encoded), err)
	}
	if o := of(2005); len(o.Servers) != 2000 || o.Omitted["servers"] != 5 {
		t.Errorf("%d servers, left out are %v", len(o.Servers), o.Omitted)
	}
}

func stored(t *testing.T, store string, list ...facts.Certificate) facts.Value[[]facts.Certificate] {
	t.Helper()
	for i := range list {
		if list[i].Store == "" {
			list[i].Store = store
		}
	}
	return seen(list)
}

func TestDates(t *testing.T) {
	root, err := pkitest.NewRoot(pkitest.Options{CN: "Root"})
	if err != nil {
		t.Fatal(err)
	}
	between, err := root.Subordinate(pkitest.Options{CN: "Issuing"})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := pkitest.NewRoot(pkitest.Options{CN: "Stranger"})
	if err != nil {
		t.Fatal(err)
	}
	issue := func(o pkitest.Options) *pkitest.Issued {
		c, err := between.Issue(o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	early := pkitest.Server("lcs01.contoso.com")
	early.NotAfter = noon.Add(24 * time.Hour)
	used, spare, other := issue(early), issue(pkitest.Server("lcs01.contoso.com")), issue(pkitest.Server("other.contoso.com"))
	host := facts.Host{
		Certificates: stored(t, pki.My, facts.Certificate{DER: used.Certificate.Raw}, facts.Certificate{DER: spare.Certificate.Raw}, facts.Certificate{DER: other.Certificate.Raw}, facts.Certificate{DER: []byte("broken")},
			facts.Certificate{Store: pki.CA, DER: between.Certificate.Raw}, facts.Certificate{Store: pki.Root, DER: root.Certificate.Raw}, facts.Certificate{Store: pki.Root, DER: stranger.Certificate.Raw}),
		Listeners: seen([]facts.Listener{
			{Enabled: true, Port: 5061, Transport: facts.MTLS, Certificate: pki.RefTo(used.Certificate)}, {Port: 443, Transport: facts.TLS, Certificate: pki.RefTo(other.Certificate)},
			{Enabled: true, Port: 5060, Transport: facts.TCP},
		}),
		Routing: seen(facts.RoutingSetting{Certificate: pki.RefTo(used.Certificate)}),
		Routes:  unseen[[]facts.StaticRoute](),
	}
	old := facts.Host{System: facts.Observed(facts.System{}, facts.Origin{Source: "host", At: noon.Add(-72 * time.Hour)})}
	d := &facts.Deployment{
		CollectedAt: noon, Servers: []*facts.Server{{FQDN: "lcs01.contoso.com", Host: host}, {FQDN: "lcs02.contoso.com", Host: host}, {FQDN: "old.contoso.com", Host: old}},
		Wire: facts.Wire{Endpoints: []*facts.Endpoint{
			{Host: "lcs01.contoso.com", Port: 5061, TLS: seen(facts.TLSAnswer{Chain: [][]byte{used.Certificate.Raw, between.Certificate.Raw}})},
			{Host: "gw", Port: 5061, TLS: unseen[facts.TLSAnswer]()},
		}},
	}
	var got []string
	for _, x := range outline.Dates(d).List {
		got = append(got, fmt.Sprintf("%s %s on %v of %d for %q, in use %t, authority %t, %s", x.Kind, x.Name, x.Hosts, x.HostCount, x.Uses, x.InUse, x.Authority, x.NotAfter.Format(time.DateOnly)))
	}
	const both = "[lcs01.contoso.com lcs02.contoso.com] of 2"
	if diff := cmp.Diff([]string{
		`facts what the host told of itself on [old.contoso.com] of 1 for [], in use true, authority false, 0001-01-01`,
		`certificate CN=lcs01.contoso.com on ` + both + ` for ["outbound connections" "shown at lcs01.contoso.com:5061" "the MTLS listener on port 5061"], in use true, authority false, 2006-11-22`,
		`certificate CN=Issuing on ` + both + ` for [], in use true, authority true, 2049-12-31`,
		`certificate CN=Root on ` + both + ` for [], in use true, authority true, 2049-12-31`,
		`certificate CN=lcs01.contoso.com on [lcs01.contoso.com] of 1 for [], in use false, authority false, 2049-12-31`,
	}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if outline.Dates(&facts.Deployment{Servers: []*facts.Server{{FQDN: "a"}}}) != nil {
		t.Error("nothing observed, and yet there are dates")
	}
}

func TestSignIns(t *testing.T) {
	finding := func(cause string, verdict checks.Verdict, codes ...int) checks.Finding {
		return checks.Finding{Cause: cause, Verdict: verdict, Codes: codes}
	}
	findings := []checks.Finding{
		finding("a", checks.Absent, 403), finding("a", checks.Present, 403, 404), finding("b", checks.Undetermined, 403), finding("c", checks.Absent, 403),
		finding("d", checks.NotApplicable, 403), finding("e", checks.Present, 404),
	}
	probe := facts.SignInProbe{URI: "sip:kim@contoso.com", Host: "lcs01", Port: 5061, Transport: facts.TLS, Attempted: true}
	with := func(final facts.Value[facts.SIPAnswer], left string) facts.SignInProbe {
		p := probe
		p.Final, p.Left = final, left
		return p
	}
	base := report.SignIn{User: "sip:kim@contoso.com", Host: "lcs01", Port: 5061, Transport: "TLS", Attempted: true}
	want := func(change func(*report.SignIn)) report.SignIn {
		s := base
		change(&s)
		return s
	}
	d := &facts.Deployment{Wire: facts.Wire{SignIns: []facts.SignInProbe{
		with(seen(facts.SIPAnswer{Code: 403, Reason: "Forbidden"}), ""), with(seen(facts.SIPAnswer{Code: 200, Reason: "OK"}), "no answer"),
		with(seen(facts.SIPAnswer{Code: 500}), ""), with(unseen[facts.SIPAnswer](), ""), with(facts.NotObserved[facts.SIPAnswer](facts.Unknown{Class: facts.Timeout}), ""),
	}}}
	if diff := cmp.Diff([]report.SignIn{
		want(func(s *report.SignIn) {
			s.Outcome, s.Code, s.Reason = report.SignInRefused, 403, "Forbidden"
			s.Present, s.Undetermined, s.Absent = []string{"a"}, []string{"b"}, []string{"c"}
		}),
		want(func(s *report.SignIn) {
			s.Outcome, s.Code, s.Reason, s.Message = report.SignInAccepted, 200, "OK", "the registration may still be there: no answer"
		}),
		want(func(s *report.SignIn) { s.Outcome, s.Code = report.SignInRefused, 500 }),
		want(func(s *report.SignIn) { s.Outcome, s.Message = report.SignInUnfinished, "access denied" }),
		want(func(s *report.SignIn) { s.Outcome, s.Message = report.SignInUnfinished, "timeout" }),
	}, outline.SignIns(d, findings)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if outline.SignIns(&facts.Deployment{}, findings) != nil {
		t.Error("none was tried")
	}
}
