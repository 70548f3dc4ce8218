package catalog_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// noon is when the facts of every test were gathered.
var noon = time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC)

// The servers of the deployment.
const (
	lcs01   = "lcs01.contoso.com"   // home server
	lcs02   = "lcs02.contoso.com"   // home server
	fe01    = "fe01.contoso.com"    // front end
	proxy01 = "proxy01.contoso.com" // forwarding proxy, dedicated to the gateway
	gw01    = "gw01.contoso.com"    // IP-PSTN gateway; not one of LCS
)

var addresses = map[string]string{
	lcs01: "192.0.2.11", lcs02: "192.0.2.12", fe01: "192.0.2.13", proxy01: "192.0.2.14", gw01: "192.0.2.50",
}

// forestSID is the SID of the one domain of the forest.
const forestSID = "S-1-5-21-2127521184-1604012920-1887927527"

// world is everything that causes are judged by.
type world struct {
	*facts.Deployment
	users []*facts.SignIn
	asked string
}

// healthy returns a deployment without a fault, all of whose facts were
// observed: two home servers of LCS 2003, a front end, a proxy that serves a
// gateway, two SIP domains and their users. Each call builds a new one.
func healthy() *world {
	w := &world{Deployment: &facts.Deployment{CollectedAt: noon, Directory: healthyDirectory()}}
	for _, s := range []struct {
		fqdn string
		role facts.Role
	}{{fe01, facts.RoleFrontEnd}, {lcs01, facts.RoleHome}, {lcs02, facts.RoleHome}, {proxy01, facts.RoleProxy}} {
		w.Servers = append(w.Servers, &facts.Server{
			FQDN: s.fqdn, Role: seen("directory", "dc01", s.role), Generation: seen("directory", "dc01", facts.LCS2003), Host: healthyHost(s.fqdn, s.role),
		})
	}
	for _, name := range []string{lcs01, lcs02} {
		w.Databases = append(w.Databases, &facts.Database{
			Name: name, Serves: []string{name}, Structure: seen("rtcdb", name, facts.Structure{Product: "8.00.2039"}), Entries: seen("rtcdb", name, 3),
			SIDs: seen("rtcdb", name, "ResourceDirectory.AdUserSid"), GUIDs: seen("rtcdb", name, "ResourceDirectory.AdGuid"), DirectoryRows: seen("rtcdb", name, "ResourceDirectory"),
		})
	}
	for _, s := range w.Servers {
		listeners, _ := s.Host.Listeners.Get()
		for _, l := range listeners {
			if l.Enabled {
				w.Wire.Endpoints = append(w.Wire.Endpoints, answering(endpoint(s.FQDN, l.Port, l.Transport)))
			}
		}
	}
	w.Wire.Endpoints = append(w.Wire.Endpoints, endpoint(gw01, 5060, facts.TCP))
	for _, domain := range []string{"contoso.com", "fabrikam.com"} {
		front := fe01
		if domain != "contoso.com" {
			front = "sip." + domain // clients want a name below their SIP domain
		}
		w.Wire.Records = append(w.Wire.Records,
			facts.ClientRecord{SIPDomain: domain, Name: "_sip._tls." + domain, Type: "SRV", Targets: seen("wire", "network", []facts.Target{{Host: front, Port: 5061}})},
			facts.ClientRecord{SIPDomain: domain, Name: "sip." + domain, Type: "A", Targets: seen("wire", "network", []facts.Target{{Host: addresses[fe01]}})})
	}
	w.users = healthyUsers()
	return w
}

func healthyDirectory() facts.Directory {
	home := func(fqdn string) facts.HomeServer {
		return facts.HomeServer{Name: homeDN(fqdn), Object: seen("directory", "dc01", facts.HomeServerObject{Exists: true, Class: "msRTCSIP-Server", FQDN: fqdn, Members: []string{fqdn}})}
	}
	var servers []facts.DirectoryServer
	var trusted []facts.TrustedServer
	for _, fqdn := range []string{fe01, lcs01, lcs02, proxy01} {
		servers = append(servers, facts.DirectoryServer{DN: homeDN(fqdn), FQDN: fqdn})
		trusted = append(trusted, facts.TrustedServer{FQDN: fqdn})
	}
	return facts.Directory{
		Forest:         seen("directory", "dc01", facts.Forest{RootDomain: "contoso.com", Domains: []facts.Domain{{Name: "contoso.com", SID: forestSID}}}),
		SIPDomains:     seen("directory", "dc01", []facts.SIPDomain{{Name: "contoso.com"}, {Name: "fabrikam.com"}}),
		Servers:        seen("directory", "dc01", servers),
		Pools:          seen("directory", "dc01", []facts.Pool(nil)),
		TrustedServers: seen("directory", "dc01", trusted),
		Settings:       seen("directory", "dc01", facts.GlobalSettings{}),
		HomeServers:    seen("directory", "dc01", []facts.HomeServer{home(lcs01), home(lcs02)}),
		Users:          seen("directory", "dc01", facts.UserTotals{Accounts: 4, Addresses: 3, Enabled: 3, HomeServers: 3}),
		Clock:          seen("directory", "dc01", facts.Clock{Theirs: noon, Ours: noon}),
	}
}

func homeDN(fqdn string) string {
	return "CN=LC Services,CN=Microsoft,CN=" + fqdn + ",CN=Computers,DC=contoso,DC=com"
}

// healthyHost is what a server's own host says.
func healthyHost(fqdn string, role facts.Role) facts.Host {
	services := []facts.Service{{Name: "Dnscache", State: "Stopped"}, {Name: "RTCSRV", State: "Running", StartMode: "Auto"}}
	processes := []facts.Process{{ID: 4, Name: "System"}, {ID: 1200, Name: "rtcsrv.exe"}}
	ports := []facts.PortOwner{{Address: "0.0.0.0", Port: 135, ProcessID: 700, Process: "svchost.exe"}}
	var routes []facts.StaticRoute
	trust := []facts.AuthorizedHost{{ID: "{1}", Host: proxy01, TreatAsAuthenticated: true}}
	switch role {
	case facts.RoleHome:
		services = append(services, facts.Service{Name: "MSSQL$RTC", State: "Running", StartMode: "Auto"})
	case facts.RoleProxy: // as the article recommends it for the gateway
		routes = []facts.StaticRoute{{ID: "{gateway}", Enabled: true, MatchURI: "sip:*@contoso.com;user=phone", NextHop: gw01, Port: 5060, Transport: facts.TCP}}
		trust = []facts.AuthorizedHost{{ID: "{1}", Host: gw01, TreatAsAuthenticated: true, ThrottleAsServer: true}}
	}
	if fqdn == lcs01 {
		routes = []facts.StaticRoute{
			{ID: "{partner}", Enabled: true, MatchURI: "sip:*@partner.example", NextHop: proxy01, Port: 5062, Transport: facts.MTLS, Certificate: pki.RefTo(certificate(lcs01, "route"))},
			{ID: "{old}", Enabled: false, MatchURI: "sip:*@contoso.com", NextHop: "", Transport: facts.TLS},
		}
	}
	listeners := []facts.Listener{
		{ID: "{tcp}", Enabled: true, Port: 5060, Transport: facts.TCP},
		{ID: "{tls}", Enabled: true, Address: "0.0.0.0", Port: 5061, Transport: facts.TLS, Certificate: pki.RefTo(certificate(fqdn, "tls"))},
		{ID: "{mtls}", Enabled: true, Port: 5062, Transport: facts.MTLS, Certificate: pki.RefTo(certificate(fqdn, "mtls"))},
		{ID: "{off}", Enabled: false, Port: 5070, Transport: facts.TLS, TreatAsTrusted: true},
	}
	for _, l := range listeners {
		if l.Enabled {
			ports = append(ports, facts.PortOwner{Address: "0.0.0.0", Port: l.Port, ProcessID: 1200, Process: "rtcsrv.exe"})
		}
	}
	return facts.Host{
		System: seen("host", fqdn, facts.System{Version: "5.2.3790"}), Services: seen("host", fqdn, services), Processes: seen("host", fqdn, processes),
		Ports: seen("host", fqdn, ports), Listeners: seen("host", fqdn, listeners), Routes: seen("host", fqdn, routes), AuthorizedHosts: seen("host", fqdn, trust),
		Routing:       seen("host", fqdn, facts.RoutingSetting{DefaultPort: 5061, Certificate: pki.RefTo(certificate(fqdn, "outbound"))}),
		ServerSetting: seen("host", fqdn, facts.ServerSetting{HomesUsers: role == facts.RoleHome}),
		Certificates:  seen("host", fqdn, healthyStores(fqdn)), UserRoots: seen("host", fqdn, []facts.Certificate(nil)),
		Events: seen("host", fqdn, []facts.Event{
			{Log: "Application", Source: "Live Communications Server", ID: 16427, Type: "error", At: noon.Add(-time.Minute)},
			{Log: "Application", Source: connector, ID: 30024, Type: "information", At: noon.Add(-time.Minute)},
		}),
		Hotfixes: seen("host", fqdn, []facts.Hotfix(nil)), Clock: seen("host", fqdn, facts.Clock{Theirs: noon, Ours: noon}),
		SIPDomains: seen("host", fqdn, []facts.ServedDomain{{Name: "contoso.com"}, {Name: "Fabrikam.com"}}), Moves: seen("host", fqdn, []facts.Move(nil)),
		TrustedServers: seen("host", fqdn, []facts.TrustedServer{{FQDN: fqdn}}),
		Applications:   seen("host", fqdn, []facts.Application{{ID: "{app}", Name: "Address Filter", Enabled: true, Critical: true, Running: yes()}}),
		Modules:        seen("host", fqdn, []facts.Module{{ID: "{services}", Status: "Started"}}),
		Replicator:     seen("host", fqdn, facts.ReplicatorSetting{CycleInterval: 60}), Security: seen("host", fqdn, facts.SecuritySetting{Authentication: []string{"Kerberos", "NTLM"}}),
	}
}

// connector is the source of the records that the article names.
const connector = "Live Communications Server Active Directory Connector"

// endpoint is a listener or next hop that answers, with the certificate that a
// server has for such a listener.
func endpoint(host string, port int, transport facts.Transport) *facts.Endpoint {
	return &facts.Endpoint{
		Host: host, Port: port, Transport: transport, Addresses: seen("wire", "network", []string{addresses[host]}),
		Connected: seen("wire", "network", true), TLS: seen("wire", "network", answerOf(host, transport)),
	}
}

// healthyUsers are three users, among them one of a resource forest, an
// account without address, and rows that are mere contacts.
func healthyUsers() []*facts.SignIn {
	return []*facts.SignIn{
		{Accounts: []facts.Account{{DN: "CN=Printer,DC=contoso,DC=com", Name: "Printer", GUID: "g-printer", SID: forestSID + "-1000"}}},
		{Address: "adele@contoso.com", Accounts: []facts.Account{account("Adele", "sip:Adele@contoso.com", 1101, lcs01)},
			Entries: []facts.Entry{entry(lcs01, 1, "Adele@contoso.com", 1101), contact(lcs02, 11, "adele@contoso.com")}},
		{Address: "bernd@fabrikam.com", Accounts: []facts.Account{with(account("Bernd", "sip:bernd@fabrikam.com", 1102, lcs02), func(a *facts.Account) { a.OriginatorSID = "S-1-5-21-9-9-9-500" })},
			Entries: []facts.Entry{with(entry(lcs02, 12, "bernd@fabrikam.com", 1102), func(e *facts.Entry) { e.SID = text("S-1-5-21-9-9-9-500") })}},
		{Address: "chen@partner.example", Entries: []facts.Entry{contact(lcs01, 2, "chen@partner.example"), contact(lcs02, 13, "chen@partner.example")}},
		{Address: "diego@contoso.com", Accounts: []facts.Account{account("Diego", "sip:diego@contoso.com", 1104, lcs02)},
			Entries: []facts.Entry{entry(lcs02, 14, "diego@contoso.com", 1104)}},
	}
}

func account(name, uri string, rid int, home string) facts.Account {
	return facts.Account{
		DN: "CN=" + name + ",CN=Users,DC=contoso,DC=com", Name: name, GUID: guid(rid), SID: sid(rid), Address: uri, Enabled: true, HomeServer: homeDN(home),
	}
}

func entry(database string, id int64, address string, rid int) facts.Entry {
	return facts.Entry{Database: database, ResourceID: id, Address: address, SID: text(sid(rid)), GUID: text(guid(rid)), DirectoryRow: yes()}
}

func contact(database string, id int64, address string) facts.Entry {
	return facts.Entry{Database: database, ResourceID: id, Address: address, DirectoryRow: new(bool)}
}

// user returns the user with an address.
func (w *world) user(address string) *facts.SignIn {
	i := slices.IndexFunc(w.users, func(u *facts.SignIn) bool { return u.Address == address })
	return w.users[i]
}

// add adds users and keeps the order of the stream.
func (w *world) add(users ...*facts.SignIn) {
	w.users = append(w.users, users...)
	slices.SortStableFunc(w.users, func(a, b *facts.SignIn) int { return cmp.Compare(a.Address, b.Address) })
}

func (w *world) stream() iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for _, u := range w.users {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// judge judges the world by the whole catalogue, or by some causes of it.
func (w *world) judge(t testing.TB, causes ...string) []checks.Finding {
	t.Helper()
	findings, err := w.findings(causes...)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func (w *world) findings(causes ...string) ([]checks.Finding, error) {
	all := catalog.All()
	if len(causes) > 0 {
		all = slices.DeleteFunc(all, func(c checks.Cause) bool { return !slices.Contains(causes, c.ID) })
	}
	return checks.Judge(context.Background(), all, w.Deployment, w.stream(), checks.Options{User: w.asked})
}

// seen is an observed fact.
func seen[T any](source, target string, v T) facts.Value[T] {
	return facts.Observed(v, facts.Origin{Source: source, Target: target, At: noon})
}

// hidden is the reason of a fact that was taken away.
var hidden = facts.Unknown{Class: facts.Unreachable, Source: "test", Message: "hidden", Settle: "unhide"}

// edit changes an observed list of a copy of the fact.
func edit[T any](v *facts.Value[[]T], change func(*T)) {
	list, why := v.Get()
	if why != nil {
		return
	}
	list = slices.Clone(list)
	for i := range list {
		change(&list[i])
	}
	*v = facts.Observed(list, v.Origin())
}

// grow adds to an observed list.
func grow[T any](v *facts.Value[[]T], more ...T) {
	list, _ := v.Get()
	*v = facts.Observed(slices.Concat(list, more), v.Origin())
}

// drop removes from an observed list.
func drop[T any](v *facts.Value[[]T], unwanted func(T) bool) {
	list, _ := v.Get()
	*v = facts.Observed(slices.DeleteFunc(slices.Clone(list), unwanted), v.Origin())
}

func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

func text(s string) *string { return &s }

func yes() *bool { v := true; return &v }

func sid(rid int) string { return fmt.Sprintf("%s-%d", forestSID, rid) }

func guid(rid int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", rid) }
