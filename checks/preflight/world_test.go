package preflight_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/catalog"
	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"
)

var noon = time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC)

const (
	lcs01     = "lcs01.contoso.com"
	lcs02     = "lcs02.contoso.com"
	forestSID = "S-1-5-21-2127521184-1604012920-1887927527"
)

func seen[T any](source string, v T) facts.Value[T] {
	return facts.Observed(v, facts.Origin{Source: source, Target: "there", At: noon})
}

func homeDN(fqdn string) string {
	return "CN=LC Services,CN=Microsoft,CN=" + fqdn + ",DC=contoso,DC=com"
}

// world is a deployment of two home servers whose users were all seen.
type world struct {
	*facts.Deployment
	users []*facts.SignIn
}

func healthy() *world {
	home := func(fqdn string) facts.HomeServer {
		return facts.HomeServer{Name: homeDN(fqdn), Object: seen("directory", facts.HomeServerObject{Exists: true, Class: "msRTCSIP-Server", FQDN: fqdn, Members: []string{fqdn}})}
	}
	w := &world{Deployment: &facts.Deployment{CollectedAt: noon, Directory: facts.Directory{
		Forest:         seen("directory", facts.Forest{RootDomain: "contoso.com", Domains: []facts.Domain{{Name: "contoso.com", NetBIOS: "CONTOSO", DN: "DC=contoso,DC=com", SID: forestSID}}}),
		SIPDomains:     seen("directory", []facts.SIPDomain{{Name: "contoso.com"}}),
		Servers:        seen("directory", []facts.DirectoryServer{{DN: homeDN(lcs01), FQDN: lcs01}, {DN: homeDN(lcs02), FQDN: lcs02}}),
		Pools:          seen("directory", []facts.Pool(nil)),
		TrustedServers: seen("directory", []facts.TrustedServer{{FQDN: lcs01}, {FQDN: lcs02}}),
		Settings:       seen("directory", facts.GlobalSettings{}),
		HomeServers:    seen("directory", []facts.HomeServer{home(lcs01), home(lcs02)}),
		Users:          seen("directory", facts.UserTotals{Accounts: 1, Addresses: 1, Enabled: 1, HomeServers: 1}),
		Clock:          seen("directory", facts.Clock{Theirs: noon, Ours: noon}),
	}}}
	for _, fqdn := range []string{lcs01, lcs02} {
		s := &facts.Server{FQDN: fqdn, Role: seen("directory", facts.RoleHome), Generation: seen("directory", facts.LCS2003)}
		s.Host.Services = seen("host", []facts.Service{{Name: "rtcsrv", State: "Running"}, {Name: "MSSQL$RTC", State: "Running"}})
		s.Host.Processes = seen("host", []facts.Process{{ID: 4, Name: "System"}, {ID: 1200, Name: "rtcsrv.exe"}})
		s.Host.Ports = seen("host", []facts.PortOwner{{Port: 5060, ProcessID: 1200, Process: "rtcsrv.exe"}})
		s.Host.Routes, s.Host.Events = seen("host", []facts.StaticRoute(nil)), seen("host", []facts.Event(nil))
		s.Host.UserRoots, s.Host.AuthorizedHosts = seen("host", []facts.Certificate(nil)), seen("host", []facts.AuthorizedHost(nil))
		s.Host.Clock, s.Host.Moves = seen("host", facts.Clock{Theirs: noon, Ours: noon}), seen("host", []facts.Move(nil))
		if err := w.listen(s); err != nil {
			panic(err) // a test's authority issues what it is asked for
		}
		w.Servers = append(w.Servers, s)
		w.Databases = append(w.Databases, &facts.Database{
			Name: fqdn, Serves: []string{fqdn}, Structure: seen("rtcdb", facts.Structure{Product: "8.00.2039"}), Entries: seen("rtcdb", 1),
			SIDs: seen("rtcdb", "sid"), GUIDs: seen("rtcdb", "guid"), DirectoryRows: seen("rtcdb", "rows"),
		})
	}
	w.users = append(w.users, person("alice", 1, lcs01))
	return w
}

// listen gives a server the listeners that it should have, with a certificate.
func (w *world) listen(s *facts.Server) error {
	a, err := authority()
	if err != nil {
		return err
	}
	issued, err := a.Issue(pkitest.Server(s.FQDN))
	if err != nil {
		return err
	}
	key, ref := true, pki.RefTo(issued.Certificate)
	s.Host.Certificates = seen("host", []facts.Certificate{{Store: pki.My, DER: issued.Certificate.Raw, HasPrivateKey: &key}, {Store: pki.Root, DER: a.Certificate.Raw}})
	s.Host.Listeners = seen("host", []facts.Listener{
		{ID: "1", Enabled: true, Port: 5060, Transport: facts.TCP}, {ID: "2", Enabled: true, Port: 5061, Transport: facts.MTLS, Certificate: ref}, {ID: "3", Enabled: true, Port: 443, Transport: facts.TLS, Certificate: ref},
	})
	s.Host.Routing = seen("host", facts.RoutingSetting{DefaultPort: 5061, Certificate: ref})
	for port, transport := range map[int]facts.Transport{5060: facts.TCP, 5061: facts.MTLS, 443: facts.TLS} {
		e := &facts.Endpoint{Host: s.FQDN, Port: port, Transport: transport, Addresses: seen("wire", []string{map[string]string{lcs01: "192.0.2.1", lcs02: "192.0.2.2"}[s.FQDN]}), Connected: seen("wire", true)}
		if transport != facts.TCP {
			mutual := transport == facts.MTLS
			answer := facts.TLSAnswer{Version: 0x0301, Chain: [][]byte{issued.Certificate.Raw}, ClientCertificate: mutual, Handshake: &facts.TLSHandshake{Asked: mutual, Done: true, Answered: true}}
			if mutual {
				answer.AcceptableCAs = [][]byte{a.Certificate.RawSubject}
			}
			e.TLS = seen("wire", answer)
		}
		w.Wire.Endpoints = append(w.Wire.Endpoints, e)
	}
	return nil
}

// authority is that of every world.
var authority = sync.OnceValues(func() (*pkitest.Authority, error) { return pkitest.NewAuthority("Contoso Root CA") })

// person is somebody enabled, with his row.
func person(name string, n int, home string) *facts.SignIn {
	address, sid, guid, mirrored := name+"@contoso.com", fmt.Sprintf("%s-%d", forestSID, 1100+n), fmt.Sprintf("00000000-0000-4000-8000-%012d", n), true
	return &facts.SignIn{
		Address:  address,
		Accounts: []facts.Account{{DN: "CN=" + name + ",DC=contoso,DC=com", GUID: guid, SID: sid, Address: "sip:" + address, Enabled: true, HomeServer: homeDN(home)}},
		Entries:  []facts.Entry{{Database: home, ResourceID: int64(n), Address: address, SID: &sid, GUID: &guid, DirectoryRow: &mirrored}},
	}
}

const accountList = `DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID
"CN=kim,DC=contoso,DC=com",kim,kim@contoso.com,512,` + forestSID + `-2001,00000000-0000-4000-8000-000000002001
"CN=alice,DC=contoso,DC=com",alice,alice@contoso.com,512,` + forestSID + `-1101,00000000-0000-4000-8000-000000000001
`

// input is a plan with the world that it is judged by.
func (w *world) input(t *testing.T, text, list string) preflight.Input {
	t.Helper()
	p, err := plan.Parse("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	users, err := plan.NewUsers(p, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	in := preflight.Input{Causes: catalog.All(), Plan: p, Users: users, Facts: preflight.Facts{Deployment: w.Deployment, Users: stream(w.users)}}
	if list != "" {
		listed, err := preflight.ReadAccounts(users, strings.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		in.Lookups = listed.In(w.Deployment)
	}
	spool := collect.NewUsers(t.TempDir())
	t.Cleanup(func() { _ = spool.Close() })
	in.Spool, in.Spooled = spool, func(ctx context.Context) iter.Seq2[*facts.SignIn, error] { return spool.SignIns(ctx) }
	return in
}

func (w *world) judge(t *testing.T, text, list string) *preflight.Result {
	t.Helper()
	r, err := preflight.Judge(t.Context(), w.input(t, text, list))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stream(users []*facts.SignIn) iter.Seq2[*facts.SignIn, error] {
	users = slices.SortedFunc(slices.Values(users), func(a, b *facts.SignIn) int { return strings.Compare(a.Address, b.Address) })
	return func(yield func(*facts.SignIn, error) bool) {
		for _, u := range users {
			c := *u
			if !yield(&c, nil) {
				return
			}
		}
	}
}

// told are the verdict and the checks of each line.
func told(r *preflight.Result) (out []string) {
	for _, l := range r.Lines {
		s := fmt.Sprintf("%d %s", l.At.Line, l.Verdict)
		for i, issue := range l.Issues {
			if i == 0 || issue.Check != l.Issues[i-1].Check {
				s += " " + issue.Check
			}
		}
		out = append(out, s)
	}
	return out
}
