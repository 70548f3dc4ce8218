package host

import (
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func TestOrigin(t *testing.T) {
	h, account := collectText(t, hostFile(`{"kind":"port","port":5060,"pid":4}`, end("port", 1)))
	if got := h.Ports.Origin(); got != from {
		t.Errorf("observed by %+v, want %+v", got, from)
	}
	if account.Name != "host" || account.Target != lcs01 {
		t.Errorf("%+v", account)
	}
	if why := whyNot(t, h)["clock"]; why.Class != facts.NotAsked || why.Message == "" {
		t.Errorf("clock: %+v", why)
	}
}

func TestHostName(t *testing.T) {
	text := hostFile(end("port", 0))
	for _, fqdn := range []string{"LCS01.CONTOSO.COM", "lcs01.contoso.com."} {
		h, account := collectFrom(t, Config{FQDN: fqdn, File: write(t, text)})
		if !h.Ports.IsObserved() {
			t.Errorf("%s: %+v", fqdn, account)
		}
	}
	for _, fqdn := range []string{"lcs02.contoso.com", "lcs01", "lcs01.contoso.com.fabrikam.com"} {
		h, account := collectFrom(t, Config{FQDN: fqdn, File: write(t, text)})
		want := "host file lcs01.ndjson was made on lcs01.contoso.com, not on " + fqdn
		if h.Ports.IsObserved() || account.Status != facts.Failed || account.Class != facts.Protocol || account.Message != want {
			t.Errorf("%s: %+v", fqdn, account)
		}
	}
}

func TestAge(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name    string
		age     time.Duration
		cfg     Config
		message string
		warning string
		clock   bool
	}{
		{name: "new", age: time.Minute},
		{name: "at the limit", age: 7 * day},
		{name: "old", age: 9*day + time.Hour, message: "host file lcs01.ndjson was made 9 days ago (2026-11-12 11:00 UTC); no older than 7 days is allowed"},
		{name: "old and allowed", age: 9*day + time.Hour, cfg: Config{AllowOld: true}, warning: "host file lcs01.ndjson was made 9 days ago (2026-11-12 11:00 UTC)"},
		{name: "older than configured", age: 90 * time.Minute, cfg: Config{MaxAge: time.Hour}, message: "host file lcs01.ndjson was made 90 minutes ago (2026-11-21 10:30 UTC); no older than 60 minutes is allowed"},
		{name: "as old as configured", age: 30 * day, cfg: Config{MaxAge: 30 * day}},
		{name: "slightly ahead", age: -time.Minute},
		{name: "from the future", age: -5 * time.Hour, warning: "host file lcs01.ndjson is from the future (2026-11-21 17:00 UTC): the clock of lcs01.contoso.com is at least 5 hours ahead of ours", clock: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			made := now.Add(-tt.age)
			text := strings.Replace(hostFile(end("port", 0)), "2026-11-21T10:00:00Z", made.Format(time.RFC3339), 1)
			tt.cfg.FQDN, tt.cfg.File = lcs01, write(t, text)
			h, account := collectFrom(t, tt.cfg)
			if refused := tt.message != ""; h.Ports.IsObserved() == refused {
				t.Errorf("ports observed: %v", h.Ports.IsObserved())
			}
			if tt.message != "" && (account.Status != facts.Failed || account.Class != facts.Missing || account.Message != tt.message) {
				t.Errorf("%s %s: %s", account.Status, account.Class, account.Message)
			}
			if got := strings.Join(account.Warnings, "\n"); got != tt.warning {
				t.Errorf("warning %q, want %q", got, tt.warning)
			}
			clock, why := h.Clock.Get()
			if tt.clock != (why == nil) || tt.clock && (!clock.Theirs.Equal(made) || !clock.Ours.Equal(now)) {
				t.Errorf("clock %+v, %v", clock, why)
			}
		})
	}
}

func TestBadCertificate(t *testing.T) {
	h, account := collectText(t, hostFile(
		`{"kind":"certificate","store":"LocalMachine\\MY","der":"3000"}`,
		`{"kind":"certificate","store":"LocalMachine\\MY","blob":"2000"}`,
		`{"kind":"certificate","store":"CurrentUser\\ROOT","der":"00"}`,
		`{"kind":"end","class":"certificate","store":"LocalMachine\\MY","count":2}`,
		`{"kind":"end","class":"certificate","store":"LocalMachine\\CA","count":0}`,
		`{"kind":"end","class":"certificate","store":"LocalMachine\\ROOT","count":0}`,
		`{"kind":"end","class":"certificate","store":"CurrentUser\\ROOT","count":1}`,
	))
	if c, _ := h.Certificates.Get(); len(c) != 2 || string(c[1].DER) != "\x20\x00" || !h.UserRoots.IsObserved() {
		t.Errorf("%+v", account)
	}
	want := []string{
		`certificate 1 in LocalMachine\MY: x509: `,
		`certificate 2 in LocalMachine\MY: the blob ends within a property, 2 octets before its end`,
		`certificate 1 in CurrentUser\ROOT: x509: `,
	}
	if len(account.Warnings) != len(want) {
		t.Fatalf("warnings %q, want %q", account.Warnings, want)
	}
	for i, w := range want {
		if !strings.HasPrefix(account.Warnings[i], w) {
			t.Errorf("warning %q, want %q", account.Warnings[i], w)
		}
	}
}

func TestSettle(t *testing.T) {
	h, _ := collectText(t, hostFile(
		`{"kind":"missing","class":"Win32_Process","why":"rights","reason":"Access denied"}`,
		instance("Win32_Service", `{"Name":"MSSQL$RTC","State":"Stop Pending"}`), end("Win32_Service", 1),
		`{"kind":"missing","class":"MSFT_SIPRemoteAddressData","code":"0x80041010","reason":"Invalid class"}`,
	))
	for fact, want := range map[string]facts.Unknown{
		"processes": {Class: facts.Rights, Settle: "make the file again on the host as an administrator", Message: "read Win32_Process: Access denied"},
		"authorizedHosts": {Class: facts.Missing, Settle: "start MSSQL$RTC on lcs01.contoso.com and make the file again on the host",
			Message: "read MSFT_SIPRemoteAddressData: Invalid class (these settings are kept in the database of MSSQL$RTC, which is not running)"},
		"hotfixes": {Class: facts.Missing, Settle: "use a tool that asks for hotfix", Message: "nothing is said of hotfix"},
	} {
		want.Source, want.Target = "host", lcs01
		if diff := cmp.Diff(want, whyNot(t, h)[fact]); diff != "" {
			t.Errorf("%s: %s", fact, diff)
		}
	}
}

func TestUnobserved(t *testing.T) {
	reason := facts.Unknown{Class: facts.Timeout, Source: "host", Target: lcs01, Message: "too slow"}
	d := &facts.Deployment{}
	New(Config{FQDN: lcs01, Database: &Database{Name: "pool", Serves: []string{"pool01.contoso.com"}}}, &collect.Users{}).Unobserved(reason).AddTo(d)
	got := whyNot(t, d.Server(lcs01).Host)
	for _, fact := range []string{"system", "services", "processes", "ports", "listeners", "routing", "routes", "authorizedHosts",
		"serverSetting", "certificates", "userRoots", "events", "hotfixes", "clock"} {
		if diff := cmp.Diff(reason, got[fact]); diff != "" {
			t.Errorf("%s: %s", fact, diff)
		}
	}
	db := d.Database("pool")
	if db == nil || db.Entries.IsObserved() || db.Structure.IsObserved() || d.DatabaseOf("pool01.contoso.com") != db {
		t.Errorf("%+v", db)
	}
	if _, why := db.SIDs.Get(); *why != reason {
		t.Errorf("%+v", why)
	}
}

func TestAddTo(t *testing.T) {
	role := facts.Observed(facts.RoleHome, from)
	d := &facts.Deployment{Servers: []*facts.Server{{FQDN: "LCS01.contoso.com", Role: role}, {FQDN: "lcs03.contoso.com"}}}
	port := func(port int) *Observation {
		return &Observation{Host: facts.Host{Ports: facts.Observed([]facts.PortOwner{{Port: port}}, from)}}
	}
	for i, fqdn := range []string{lcs01, "LCS04.contoso.com", "lcs02.contoso.com"} {
		o := port(i + 1)
		o.FQDN = fqdn
		o.AddTo(d)
	}
	var names []string
	for _, s := range d.Servers {
		names = append(names, s.FQDN)
	}
	if diff := cmp.Diff([]string{"LCS01.contoso.com", "lcs02.contoso.com", "lcs03.contoso.com", "LCS04.contoso.com"}, names); diff != "" {
		t.Error(diff)
	}
	first := d.Server(lcs01)
	if ports, _ := first.Host.Ports.Get(); len(ports) != 1 || ports[0].Port != 1 || !first.Role.IsObserved() {
		t.Errorf("%+v", first)
	}
}

func TestAddDatabase(t *testing.T) {
	read := facts.Observed(2, from)
	tests := []struct {
		name      string
		old, made facts.Database
		keepsOld  bool
	}{
		{"the other was read", facts.Database{Entries: facts.Observed(3, from)}, facts.Database{Entries: read}, true},
		{"the other was not read", facts.Database{}, facts.Database{Entries: read}, false},
		{"neither was read", facts.Database{Structure: facts.Observed(facts.Structure{}, from)}, facts.Database{}, true},
	}
	for _, tt := range tests {
		tt.old.Name, tt.made.Name = "LCS01.contoso.com", lcs01
		tt.old.Serves, tt.made.Serves = []string{"old"}, []string{"new"}
		d := &facts.Deployment{Databases: []*facts.Database{{Name: "a"}, &tt.old}}
		o := Observation{FQDN: lcs01, Database: &tt.made}
		o.AddTo(d)
		if got := d.Databases[1].Serves[0] == "old"; len(d.Databases) != 2 || got != tt.keepsOld {
			t.Errorf("%s: %+v", tt.name, d.Databases[1])
		}
	}
	d := &facts.Deployment{Databases: []*facts.Database{{Name: "A"}, {Name: "z"}}}
	o := Observation{FQDN: lcs01, Database: &facts.Database{Name: lcs01}}
	o.AddTo(d)
	if len(d.Databases) != 3 || d.Databases[1].Name != lcs01 {
		t.Errorf("%+v", d.Databases)
	}
}

func TestUnavailable(t *testing.T) {
	d := run(t, Unavailable(lcs01, facts.Unknown{}), Unavailable("lcs02.contoso.com", facts.Unknown{Message: "no script for it", Settle: "write one"}))
	want := facts.Unknown{Class: facts.NotAsked, Source: "host", Target: lcs01, Message: "no way into this host is configured", Settle: "give a host file for lcs01.contoso.com (hosts[].file)"}
	for fact, why := range whyNot(t, d.Server(lcs01).Host) {
		if diff := cmp.Diff(want, why); diff != "" {
			t.Errorf("%s: %s", fact, diff)
		}
	}
	if a := d.Sources[0]; a.Status != facts.Skipped || a.Class != facts.NotAsked || a.Name != "host" || a.Target != lcs01 {
		t.Errorf("%+v", a)
	}
	if why := whyNot(t, d.Server("lcs02.contoso.com").Host)["services"]; why.Message != "no script for it" || why.Settle != "write one" {
		t.Errorf("%+v", why)
	}
}
