package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"

	"github.com/google/go-cmp/cmp"
)

// Nothing covers anything else, and everything is inside.
func TestPictureLayout(t *testing.T) {
	for name, r := range map[string]*report.Report{
		"sample": reporttest.Sample(), "one": reporttest.Large(1), "24": reporttest.Large(24), "25": reporttest.Large(25), "200": reporttest.Large(200), "2000": reporttest.Large(2000),
	} {
		p := view.Of(r).Picture
		type rect struct{ x, y, w, h int }
		var all []rect
		for _, n := range p.Nodes {
			all = append(all, rect{n.X, n.Y, n.W, n.H})
			if n.X < 0 || n.Y < p.Forest.Y+p.Forest.H || n.X+n.W > p.Width || n.Y+n.H > p.Height {
				t.Errorf("%s: %s is outside", name, n.Name)
			}
		}
		for _, s := range p.Sections {
			all = append(all, rect{s.X, s.Y - 12, 100, 14})
		}
		for i, a := range all {
			for _, b := range all[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Errorf("%s: %v covers %v", name, a, b)
				}
			}
		}
		if len(p.Nodes) > 60 || p.Height > 3000 {
			t.Errorf("%s: %d nodes, %d pixels high", name, len(p.Nodes), p.Height)
		}
	}
	if view.Of(&report.Report{}).Picture != nil {
		t.Error("a report without an outline has a picture")
	}
}

// The same report always gives the same picture.
func TestPictureIsDeterministic(t *testing.T) {
	draw := func() string {
		var b strings.Builder
		for _, n := range view.Of(reporttest.Large(200)).Picture.Nodes {
			fmt.Fprintln(&b, n.Title(), n.X, n.Y)
		}
		return b.String()
	}
	if diff := cmp.Diff(draw(), draw()); diff != "" {
		t.Error(diff)
	}
}

func titles(p *view.Picture) (nodes, edges []string) {
	for _, n := range p.Nodes {
		nodes = append(nodes, n.Title())
	}
	for _, e := range p.Edges {
		edges = append(edges, e.Title())
	}
	slices.Sort(nodes)
	slices.Sort(edges)
	return nodes, edges
}

func TestPicture(t *testing.T) {
	route := onServer(checks.Present, checks.Major, "lcs01", 504)
	route.Evidence = []checks.Evidence{{Observed: "DNS knows no address of the next hop sip.fabrikam.com", Expected: "a name that resolves"}}
	r := report.New(report.Run{}, []checks.Finding{route, forDeployment(checks.Minor, 404), onServer(checks.Undetermined, checks.Critical, "mystery", 503)}, nil)
	r.Outline = &report.Outline{
		Servers: []report.OutlineServer{
			{FQDN: "lcs01", Role: report.RoleHome, HostRead: true, Addresses: []string{"192.0.2.1"}}, {FQDN: "mystery", Role: report.RoleUnknown},
			{FQDN: "twin1", Role: report.RoleProxy, HostRead: true, Addresses: []string{"192.0.2.9"}}, {FQDN: "twin2", Role: "new role", HostRead: true, Addresses: []string{"192.0.2.9"}},
		},
		Databases: []report.OutlineDatabase{{Name: "lcs01", Serves: []string{"LCS01"}}},
		Routes: []report.OutlineRoute{
			{Server: "lcs01", Match: "*@fabrikam.com", NextHop: "sip.fabrikam.com", Port: 5061, Transport: "MTLS", Enabled: true},
			{Server: "lcs01", Match: "*@x", NextHop: "other", Port: 5060, Transport: "TCP"},
		},
		Trusted: []report.OutlineTrusted{{Host: "SIP.fabrikam.com"}, {Host: "gw", Server: "lcs01"}},
		Records: []report.OutlineRecord{
			{SIPDomain: "contoso.com", Name: "sip.contoso.com", Type: "A", Targets: []string{"192.0.2.1"}, Read: true},
			{SIPDomain: "contoso.com", Name: "sipinternal.contoso.com", Type: "A", Targets: []string{"192.0.2.9"}, Read: true}, // of two servers: of neither
			{SIPDomain: "x.com", Name: "_sip._tls.x.com", Type: "SRV", Targets: []string{"elsewhere:5061"}, Read: true},
			{SIPDomain: "y.com", Name: "_sip._tls.y.com", Type: "SRV"},
		},
	}
	p := view.Of(r).Picture
	nodes, edges := titles(p)
	if diff := cmp.Diff([]string{
		"contoso.com: DNS: sip, sipinternal",
		"gw: authorized by lcs01",
		"lcs01: RTC database, not read",
		"lcs01: home server; 1 present, major",
		"mystery: server of unknown role, host not read; 1 undetermined",
		"other:5060: disabled, for *@x",
		"sip.fabrikam.com:5061: for *@fabrikam.com; trusted",
		"twin1: proxy; not judged",
		"twin2: server of unknown role; not judged",
		"x.com: led to elsewhere; DNS: _sip._tls",
		"y.com: DNS not read",
	}, nodes); diff != "" {
		t.Errorf("nodes, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"contoso.com to lcs01: DNS leads there",
		"lcs01 to gw: trusts it",
		"lcs01 to lcs01: its database",
		"lcs01 to other:5060: route for *@x over TCP (disabled)",
		"lcs01 to sip.fabrikam.com:5061: route for *@fabrikam.com over MTLS; 1 present, major",
	}, edges); diff != "" {
		t.Errorf("edges, -want +got:\n%s", diff)
	}
	if p.Forest.Title != "Forest not known" || p.Forest.Mark.Present != 1 {
		t.Errorf("%+v", p.Forest)
	}
}

// Of many servers, those of a role that have no findings are one node, and none
// is lost.
func TestPictureOfManyServers(t *testing.T) {
	p := view.Of(reporttest.Large(200)).Picture
	nodes, _ := titles(p)
	for _, want := range []string{"175 home servers: nothing found", "8 front ends: nothing found", "25 next hops: of static routes", "50 trusted hosts: by the forest or by a server"} {
		if !slices.Contains(nodes, want) {
			t.Errorf("no %q among\n%s", want, strings.Join(nodes, "\n"))
		}
	}
	servers := 0
	for _, n := range p.Nodes {
		if n.Kind == view.ServerNode && !n.Stack {
			servers++
			if !n.Any() {
				t.Errorf("%s stands alone without a finding", n.Name)
			}
		}
	}
	if servers != 17 {
		t.Errorf("%d servers stand alone, want the 17 with findings", servers)
	}
}
