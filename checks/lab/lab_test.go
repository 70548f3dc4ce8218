package lab_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/lab"
	"lcshealth/checks/lab/ldapd"
	"lcshealth/config"

	"github.com/google/go-cmp/cmp"
)

// TestHealthy is the most important one: whatever else a check finds in a lab
// is due to what was planted there.
func TestHealthy(t *testing.T) {
	t.Parallel()
	l := start(t, "none")
	o := check(t, l)
	if diff := cmp.Diff([]string(nil), o.shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s%s", diff, o.explain())
	}
	if code := checks.Exit(o.findings, checks.Info); code != checks.ExitNothing {
		t.Errorf("exit code = %d", code)
	}
	for _, s := range o.deployment.Sources {
		if s.Status != facts.OK || len(s.Warnings) > 0 {
			t.Errorf("source %+v", s)
		}
	}
	if got := l.Describe(); strings.Contains(got, "planted") || !strings.Contains(got, "200 users") {
		t.Errorf("described as\n%s", got)
	}
}

// TestForest looks whether the forest is what it is meant to be: more than one
// of everything, and nothing that the configuration had to tell.
func TestForest(t *testing.T) {
	t.Parallel()
	o := check(t, start(t))
	d := o.deployment
	roles := map[string]string{}
	for _, s := range d.Servers {
		role, _ := s.Role.Get()
		generation, _ := s.Generation.Get()
		roles[s.FQDN] = strings.Join([]string{string(role), s.Role.Origin().Source, string(generation), s.Generation.Origin().Source}, ", ")
	}
	wantRoles := map[string]string{
		"lcs01.contoso.com":      "home, directory, LCS 2003, directory",
		"lcs02.emea.contoso.com": "home, directory, LCS 2003, directory",
		"fe01.contoso.com":       "front-end, configuration, LCS 2003, directory",
		"px01.contoso.com":       "proxy, configuration, LCS 2003, directory",
	}
	if diff := cmp.Diff(wantRoles, roles); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	forest, _ := d.Directory.Forest.Get()
	if len(forest.Domains) != 2 {
		t.Errorf("domains = %+v", forest.Domains)
	}

	kinds := map[string]int{} // how many users there are of each kind
	entries := map[string]int{}
	for _, u := range o.users {
		for _, e := range u.Entries {
			entries[e.Database]++
		}
		for _, a := range u.Accounts {
			_, domain, _ := strings.Cut(a.DN, ",OU=People,")
			_, home, _ := strings.Cut(a.HomeServer, "CN=Microsoft,")
			kinds[domain+" "+home[:len("CN=LCS01")]+" "+facts.AddressDomain(u.Address)]++
			if strings.ContainsFunc(u.Address, func(r rune) bool { return r > 0x7e }) {
				t.Errorf("%s is not ASCII", u.Address)
			}
		}
	}
	total := 0
	for _, n := range kinds {
		total += n
	}
	if len(kinds) != 8 || total != lab.DefaultUsers {
		t.Errorf("users by domain, home server and SIP domain = %v", kinds)
	}
	if diff := cmp.Diff(map[string]int{"lcs01.contoso.com": 203, "lcs02.emea.contoso.com": 203}, entries); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for _, name := range []string{"Aoife O'Brien", "Größler, Jürgen", "Søren Ravn", "李雷"} {
		if !slices.ContainsFunc(o.users, func(u *facts.SignIn) bool { return len(u.Accounts) == 1 && u.Accounts[0].Name == name }) {
			t.Errorf("nobody is called %s", name)
		}
	}
	testListeners(t, d)
}

// testListeners compares what listens with what the hosts say.
func testListeners(t *testing.T, d *facts.Deployment) {
	secured := 0
	for _, s := range d.Servers {
		listeners, _ := s.Host.Listeners.Get()
		stored, _ := s.Host.Certificates.Get()
		for _, l := range listeners {
			e := d.Wire.Endpoint(s.FQDN, l.Port, l.Transport)
			if connected, why := e.Connected.Get(); !connected {
				t.Errorf("%s %s: not connected: %v", s.FQDN, l.Transport, why)
			}
			if l.Transport == facts.TCP {
				continue
			}
			secured++
			answer, why := e.TLS.Get()
			if why != nil {
				t.Fatalf("%s %s: %s", s.FQDN, l.Transport, why)
			}
			shown, err := x509.ParseCertificate(answer.Chain[0])
			if err != nil {
				t.Fatal(err)
			}
			inStore := slices.ContainsFunc(stored, func(c facts.Certificate) bool { return c.Store == pki.My && bytes.Equal(c.DER, shown.Raw) })
			if diff := cmp.Diff(l.Certificate, pki.RefTo(shown)); diff != "" || !inStore {
				t.Errorf("%s %s shows a certificate that the host does not name: in its store is %t, %s", s.FQDN, l.Transport, inStore, diff)
			}
			if answer.ClientCertificate != (l.Transport == facts.MTLS) {
				t.Errorf("%s %s asks for a certificate: %t", s.FQDN, l.Transport, answer.ClientCertificate)
			}
		}
	}
	if secured != 7 {
		t.Errorf("%d listeners with certificates", secured)
	}
}

// TestOnlyReads shows what a check asks for.
func TestOnlyReads(t *testing.T) {
	t.Parallel()
	l := start(t)
	check(t, l)
	searched := map[string]bool{}
	for _, r := range l.Requests() {
		switch r.Kind {
		case ldapd.KindBind, ldapd.KindUnbind:
		case ldapd.KindSearch:
			searched[r.DN] = true
		default:
			t.Errorf("asked the directory to %s %s", r.Kind, r.DN)
		}
		if !r.TLS {
			t.Errorf("asked in clear: %+v", r)
		}
	}
	for _, domain := range []string{"DC=contoso,DC=com", "DC=emea,DC=contoso,DC=com"} {
		if !searched[domain] {
			t.Errorf("%s was not searched", domain)
		}
	}
	statements := l.Statements()
	for _, s := range statements {
		if !strings.HasPrefix(s, "SELECT ") {
			t.Errorf("statement %q", s)
		}
	}
	if len(statements) < 2 {
		t.Errorf("%d statements", len(statements))
	}
}

// TestManyUsers starts a lab that has more users than there are names.
func TestManyUsers(t *testing.T) {
	t.Parallel()
	const n = 2500
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: n})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := check(t, l)
	if diff := cmp.Diff([]string(nil), o.shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if totals, _ := o.deployment.Directory.Users.Get(); totals.Enabled != n {
		t.Errorf("users = %+v", totals)
	}
}

// TestFiles looks at what a person sees of a lab.
func TestFiles(t *testing.T) {
	t.Parallel()
	l := start(t, "sql-service-stopped", "stale-user-entry")
	text, err := os.ReadFile(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"MSSQL$RTC is stopped on lcs02.emea.contoso.com", "aoife.o'brien@contoso.com"} {
		if !bytes.Contains(text, []byte(want)) || !strings.Contains(l.Describe(), want) {
			t.Errorf("the configuration and the description do not tell of %s:\n%s\n%s", want, text, l.Describe())
		}
	}
	cfg, err := config.Load(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []config.Secret{cfg.Directory.Password, cfg.Database.Password} {
		password, err := secret.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(password)) {
			t.Error("the configuration holds a password")
		}
		info, err := os.Stat(secret.File)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
			t.Errorf("%s has mode %o", secret.File, mode)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options lab.Options
		want    string
	}{
		{lab.Options{Faults: []string{"sql-service-stoped"}}, `there is no fault "sql-service-stoped"; did you mean sql-service-stopped?`},
		{lab.Options{Faults: []string{"sqlservice"}}, `there is no fault "sqlservice"; did you mean sql-service-stopped?`},
		{lab.Options{Faults: []string{"stale"}}, `there is no fault "stale"; did you mean stale-user-entry?`},
		{lab.Options{Faults: []string{"source"}}, `did you mean source:directory or source:rtcdb or source:host or source:wire?`},
		{lab.Options{Faults: []string{"none", "qqq", "qqqqqqqq"}}, "there is no fault \"qqq\"\nthere is no fault \"qqqqqqqq\""},
		{lab.Options{Faults: []string{""}}, `there is no fault ""`},
		{lab.Options{}, "no folder is named"},
		{lab.Options{Users: 4, Faults: []string{"user-sid-invalid"}}, "plant user-sid-invalid: the lab has too few users: 3 more are needed"},
	}
	for _, tt := range tests {
		if tt.options.Users > 0 {
			tt.options.Dir = t.TempDir()
		}
		l, err := lab.Start(t.Context(), tt.options)
		if err == nil {
			_ = l.Close()
			t.Errorf("%+v: started", tt.options)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v:\n got %v\nwant %s", tt.options, err, tt.want)
		}
	}
}

// TestClose runs by itself, so that every goroutine of the package is of its
// own lab.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	faults := []string{"sql-service-stopped", "pstn-trust-on-client-server", "server-service-stopped"}
	if runtime.GOOS != "windows" {
		faults = append(faults, "source:host")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var clients []net.Conn
	for range 2 { // the second one finds the files of the first
		l, err := lab.Start(ctx, lab.Options{Dir: dir, Faults: faults})
		if err != nil {
			t.Fatal(err)
		}
		// Clients that stay do not keep it from closing.
		for line := range strings.Lines(l.Describe()) {
			address := regexp.MustCompile(`127\.0\.\d+\.\d+`).FindString(line)
			for _, m := range regexp.MustCompile(`(?:TLS|TCP|ldaps|database|127\.0\.0\.1:) ?(\d+)`).FindAllStringSubmatch(line, -1) {
				if conn, err := net.Dial("tcp", net.JoinHostPort(address, m[1])); err == nil {
					defer conn.Close()
					clients = append(clients, conn)
				}
			}
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	// In each: DNS, two controllers, a database, the proxy's two listeners and
	// three each of lcs02 and the front end.
	if len(clients) != 2*12 {
		t.Errorf("%d ports took connections", len(clients))
	}
	for _, conn := range clients {
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the connection to %s is still open", conn.RemoteAddr())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "lcshealth.yaml")); err != nil {
		t.Error(err)
	}
	// What waits for a goroutine goes on a moment before it is gone.
	var left []string
	for range 1000 {
		if left = goroutines(); len(left) == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
}

// goroutines returns the stacks of goroutines that a lab or a library under it
// started.
func goroutines() []string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	return slices.DeleteFunc(strings.Split(string(all), "\n\n"), func(stack string) bool {
		return strings.Contains(stack, "testing.tRunner") || !strings.Contains(stack, "lcshealth/checks/lab") && !strings.Contains(stack, "miekg/dns")
	})
}
