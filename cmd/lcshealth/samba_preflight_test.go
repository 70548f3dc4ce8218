package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/rtcsim"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// sambaSite is a deployment whose Active Directory is Samba's, and whose hosts
// and wire are the lab's. Its databases may be written to.
type sambaSite struct {
	dc        *peer.Samba
	admin     *ldap.Conn
	databases []*rtcsim.Database
	folder    string
	config    string
}

// plannedForest is a healthy forest with people who are not enabled yet.
func plannedForest() *peer.Forest {
	first, second := peer.ServerService("LCS01"), peer.ServerService("LCS02")
	f := peer.Forest{
		SIPDomains:     []string{"contoso.com", "fabrikam.com"},
		TrustedServers: []peer.TrustedServer{{FQDN: "lcs01.contoso.com"}, {FQDN: "lcs02.emea.contoso.com"}, {FQDN: "fe01.contoso.com"}, {FQDN: "px01.contoso.com"}},
		Servers: []peer.Server{
			{Computer: "LCS01", FQDN: "lcs01.contoso.com", EnterpriseServices: true}, {Computer: "LCS02", FQDN: "lcs02.emea.contoso.com", EnterpriseServices: true},
			{Computer: "FE01", FQDN: "fe01.contoso.com"}, {Computer: "PX01", FQDN: "px01.contoso.com"},
		},
		Users: []peer.User{
			{Account: "alice", Address: "sip:alice@contoso.com", Enabled: true, HomeServer: first},
			{Account: "bob", Address: "sip:bob@contoso.com", Enabled: true, HomeServer: first},
			{Account: "carol", Address: "sip:carol@contoso.com", Enabled: true, HomeServer: second},
			{Account: "dave", Address: "sip:dave@fabrikam.com", Enabled: true, HomeServer: second},
			{Account: "moving", Address: "sip:moving@contoso.com", Enabled: true, HomeServer: first, TargetHomeServer: second},
			{Account: "frank", Address: "sip:frank@contoso.com", HomeServer: first},
			{Account: "off", Attributes: map[string][]string{"userAccountControl": {"514"}}},
		},
	}
	for _, logon := range []string{"erin", "gwen", "hugo", "ivan", "judy", "karl", "toby"} {
		f.Users = append(f.Users, peer.User{Account: logon})
	}
	return &f
}

func startSambaSite(t *testing.T) *sambaSite {
	s := &sambaSite{dc: peer.StartSamba(t, peer.SambaOptions{Realm: "CONTOSO.COM", Forest: plannedForest()}), folder: t.TempDir()}
	s.admin = s.dc.Connect(t, s.dc.Admin)
	l, err := lab.Start(t.Context(), lab.Options{Dir: s.folder, Users: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var addresses []string
	for range 2 {
		db := rtcsim.New("rtc", "8.00.2039")
		s.databases = append(s.databases, db)
		addresses = append(addresses, serveRTC(t, db))
	}
	for _, logon := range []string{"alice", "bob", "carol", "moving"} {
		s.row(t, logon, logon+"@contoso.com")
	}
	s.row(t, "dave", "dave@fabrikam.com")
	// Somebody of that name was there before Active Directory was set up anew.
	gone, err := facts.ParseSID("S-1-5-21-1-2-3-1104")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.databases[1].AddUser(rtcsim.User{Address: "toby@contoso.com", SID: gone}); err != nil {
		t.Fatal(err)
	}
	s.configure(t, l, addresses)
	return s
}

// configure takes the lab's configuration, but for its directory and databases.
func (s *sambaSite) configure(t *testing.T, l *lab.Lab, databases []string) {
	text, err := os.ReadFile(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	var cfg map[string]any
	if err := yaml.Unmarshal(text, &cfg); err != nil {
		t.Fatal(err)
	}
	s.write(t, "reader.secret", s.dc.Reader.Password+"\n")
	s.write(t, "rtc.secret", "rtc-password\n")
	cfg["directory"] = map[string]any{
		"controllers": []string{s.dc.IP.String()}, "ca-file": s.dc.CAFile, "username": s.dc.Reader.UPN, "password": map[string]any{"file": "reader.secret"},
	}
	cfg["database"] = map[string]any{"auth": "sql", "username": "reader", "password": map[string]any{"file": "rtc.secret"}, "encrypt": "disable"}
	for i, server := range cfg["servers"].([]any)[:2] { // the home servers
		server.(map[string]any)["database"] = databases[i]
	}
	if text, err = yaml.Marshal(cfg); err != nil {
		t.Fatal(err)
	}
	s.config = s.write(t, "samba.yaml", string(text))
}

func (s *sambaSite) write(t *testing.T, name, text string) (path string) {
	path = filepath.Join(s.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// row is what the servers make of an account in their databases.
func (s *sambaSite) row(t *testing.T, logon, address string) {
	t.Helper()
	e := sambaAccount(t, s.admin, s.dc, logon)
	for _, db := range s.databases {
		guid := facts.GUIDString([16]byte(e.GetRawAttributeValue("objectGUID")))
		if _, err := db.AddUser(rtcsim.User{Address: address, SID: e.GetRawAttributeValue("objectSid"), GUID: guid}); err != nil {
			t.Fatal(err)
		}
	}
}

// enable does what Active Directory Users and Computers does.
func (s *sambaSite) enable(t *testing.T, logon, address, server string) {
	t.Helper()
	change := ldap.NewModifyRequest(sambaAccount(t, s.admin, s.dc, logon).DN, nil)
	change.Replace("msRTCSIP-PrimaryUserAddress", []string{"sip:" + address})
	change.Replace("msRTCSIP-UserEnabled", []string{"TRUE"})
	change.Replace("msRTCSIP-PrimaryHomeServer", []string{strings.Replace(peer.ServerService(server), "DC=X", s.dc.DomainDN, 1)})
	if err := s.admin.Modify(change); err != nil {
		t.Fatal(err)
	}
	s.row(t, logon, address)
}

// move gives a user another home server.
func (s *sambaSite) move(t *testing.T, logon, server string) {
	t.Helper()
	change := ldap.NewModifyRequest(sambaAccount(t, s.admin, s.dc, logon).DN, nil)
	change.Replace("msRTCSIP-PrimaryHomeServer", []string{strings.Replace(peer.ServerService(server), "DC=X", s.dc.DomainDN, 1)})
	if err := s.admin.Modify(change); err != nil {
		t.Fatal(err)
	}
}

// list adds a SIP domain.
func (s *sambaSite) list(t *testing.T, name string) {
	t.Helper()
	entry := ldap.NewAddRequest("CN={6BDE4A56-1F9C-4C0E-8F35-7A9B1C4D2E31},CN=Global Settings,CN=RTC Service,CN=Microsoft,CN=System,"+s.dc.DomainDN, nil)
	entry.Attribute("objectClass", []string{"msRTCSIP-Domain"})
	entry.Attribute("msRTCSIP-DomainName", []string{name})
	if err := s.admin.Add(entry); err != nil {
		t.Fatal(err)
	}
}

// preflight judges a plan and returns its lines.
func (s *sambaSite) preflight(t *testing.T, want int, plan string, more ...string) []string {
	t.Helper()
	return preflightHere(t, want, append([]string{s.write(t, "plan.yaml", plan), "-c", s.config}, more...)...)
}

const wrongSambaPlan = `users:
  home: lcs01.contoso.com
  uri: "sip:{name}@contoso.com"
  enable:
  - account: nobody
  - account: off
  - {account: alice, uri: "sip:alice2@contoso.com"}
  - account: erin
  - account: erin@contoso.com
  - {account: gwen, uri: "sip:bob@contoso.com"}
  - {account: hugo, uri: "sip:hugo b@contoso.com"}
  - {account: ivan, uri: "sip:ivan@nowhere.example"}
  - account: CONTOSO\toby
  - {account: judy, uri: "sip:jk@contoso.com"}
  - {account: karl, uri: "sip:jk@contoso.com"}
  move:
  - {account: dave, to: lcs09.contoso.com}
  - {account: bob, to: px01.contoso.com}
  - {account: moving, to: lcs02.emea.contoso.com}
  - {account: frank, to: lcs02.emea.contoso.com}
  - {account: carol, to: lcs02.emea.contoso.com}
  - {account: "sip:nobody@contoso.com", to: lcs01.contoso.com}
domains:
  add: [contoso.com]
  remove:
  - fabrikam.com
  - tailspintoys.com
`

const soundSambaPlan = `users:
  uri: "sip:{name}@contoso.com"
  enable:
  - {account: erin, home: lcs01.contoso.com}
  - {account: 'CONTOSO\gwen', home: lcs02.emea.contoso.com}
  - {account: "CN=hugo,CN=Users,DC=contoso,DC=com", uri: "sip:hugo@sales.contoso.com", home: lcs01.contoso.com}
  move:
  - {account: bob, to: lcs02.emea.contoso.com}
domains:
  add:
  - "*.contoso.com"
`

// A real directory is asked for the accounts of a plan, and each mistake is told
// of its line; a sound plan is go, and done once it is.
func TestSambaPreflight(t *testing.T) {
	s := startSambaSite(t)
	want := []string{
		"plan.yaml:5 enable no-go account-unknown", "plan.yaml:6 enable no-go account-disabled", "plan.yaml:7 enable no-go already-enabled",
		"plan.yaml:8 enable no-go named-twice", "plan.yaml:9 enable no-go named-twice", "plan.yaml:10 enable no-go address-taken",
		"plan.yaml:11 enable no-go address-malformed", "plan.yaml:12 enable no-go sip-domain-not-listed", "plan.yaml:13 enable no-go stale-user-entry",
		"plan.yaml:14 enable no-go address-given-twice", "plan.yaml:15 enable no-go address-given-twice",
		"plan.yaml:17 move no-go home-server-unknown sip-domain-not-listed", "plan.yaml:18 move no-go not-a-home-server", "plan.yaml:19 move no-go moved-already",
		"plan.yaml:20 move no-go not-enabled", "plan.yaml:21 move risk already-there", "plan.yaml:22 move no-go not-enabled",
		"plan.yaml:24 add-domain risk domain-listed", "plan.yaml:26 remove-domain no-go sip-domain-not-listed", "plan.yaml:27 remove-domain risk domain-not-listed",
	}
	if diff := cmp.Diff(want, s.preflight(t, 1, wrongSambaPlan)); diff != "" {
		t.Errorf("the wrong plan (-want +got):\n%s", diff)
	}
	before := filepath.Join(s.folder, "before.lcsfacts")
	runHere(t, 0, "collect", "-q", "-c", s.config, "--plan", s.write(t, "plan.yaml", soundSambaPlan), "-o", before)
	sound := []string{"plan.yaml:4 enable go", "plan.yaml:5 enable go", "plan.yaml:6 enable go", "plan.yaml:8 move go", "plan.yaml:11 add-domain go"}
	if diff := cmp.Diff(sound, s.preflight(t, 0, soundSambaPlan)); diff != "" {
		t.Errorf("the sound plan (-want +got):\n%s", diff)
	}

	s.list(t, "*.contoso.com")
	s.enable(t, "erin", "erin@contoso.com", "LCS01")
	s.enable(t, "gwen", "gwen@contoso.com", "LCS02")
	s.enable(t, "hugo", "hugo@sales.contoso.com", "LCS01")
	after := []string{"plan.yaml:4 enable go done", "plan.yaml:5 enable go done", "plan.yaml:6 enable go done", "plan.yaml:8 move no-go not-done not-done", "plan.yaml:11 add-domain go done"}
	if diff := cmp.Diff(after, s.preflight(t, 1, soundSambaPlan, "--after", "--before", before)); diff != "" {
		t.Errorf("without the move (-want +got):\n%s", diff)
	}
	s.move(t, "bob", "LCS02")
	after[3] = "plan.yaml:8 move go done"
	if diff := cmp.Diff(after, s.preflight(t, 0, soundSambaPlan, "--after", "--before", before)); diff != "" {
		t.Errorf("with everything done (-want +got):\n%s", diff)
	}
}
