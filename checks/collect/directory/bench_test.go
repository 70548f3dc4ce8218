package directory

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/lab/peer"
)

// BenchmarkAccounts reads 20,000 accounts, and then has OpenLDAP's ldapsearch
// read the same from the same server. The ratio is what counts: both share
// the machine with the server.
func BenchmarkAccounts(b *testing.B) {
	peer.Need(b, "ldapsearch")
	const n = 20_000
	l := newLab(b, 0)
	l.root.Entries = append(sharedEntries(true), rootEntries(b, n)...)
	without(&l.root, "CN=CHILD,CN=Partitions,"+configDN)
	l.root.RequireTLS = false
	serve(b, l.root, &l.network, "dc1.contoso.com:389")
	address := l.network.addresses["dc1.contoso.com:389"]
	cfg := l.config()
	cfg.Security = Plain
	var ours, theirs time.Duration
	for b.Loop() {
		started := time.Now()
		if _, err := New(cfg, &accounts{}).Collect(b.Context(), collect.NewSession("directory", "dc1.contoso.com", nil, nil)); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(started)

		started = time.Now()
		search := exec.CommandContext(b.Context(), "ldapsearch", "-LLL", "-x", "-H", "ldap://"+address, "-D", testUser, "-w", testPassword,
			"-b", rootDN, "-E", "pr=1000/noprompt", "(msRTCSIP-PrimaryUserAddress=*)",
			"sAMAccountName", "objectGUID", "objectSid", "msRTCSIP-PrimaryUserAddress", "msRTCSIP-UserEnabled", "msRTCSIP-PrimaryHomeServer")
		if err := search.Run(); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(started)
	}
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "times-ldapsearch")
	b.ReportMetric(float64(n)*float64(b.N)/ours.Seconds(), "accounts/s")
}

// BenchmarkLookups looks 10,000 logon names up among 100,000 accounts, and then
// has OpenLDAP's ldapsearch ask the same server for them, one after the other, as
// its -f does.
func BenchmarkLookups(b *testing.B) {
	peer.Need(b, "ldapsearch")
	const n = 10_000
	s := peer.StartSlapd(b, peer.Crowd{Users: 100_000, Servers: 2})
	cfg := Config{Controllers: []string{s.Addr}, Security: Plain, Username: s.BindDN, Password: secret(s.Password)}
	names := make([]byte, 0, 8*n)
	for i := range n {
		name := fmt.Sprintf("u%d", 7*i)
		cfg.Wanted, names = append(cfg.Wanted, name), append(append(names, name...), '\n')
	}
	file := filepath.Join(b.TempDir(), "names")
	if err := os.WriteFile(file, names, 0o600); err != nil {
		b.Fatal(err)
	}
	r := newReader(New(cfg, &accounts{}), collect.NewSession("directory", s.Addr, nil, nil))
	defer r.close()
	first, err := r.connect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	f, err := r.readForest(b.Context(), first)
	if err != nil {
		b.Fatal(err)
	}
	r.assign(b.Context(), f)
	var ours, theirs time.Duration
	for b.Loop() {
		started := time.Now()
		for _, l := range r.lookUp(b.Context(), f) {
			if len(l.Found) != 1 || l.Unknown != nil {
				b.Fatalf("%+v", l)
			}
		}
		ours += time.Since(started)

		started = time.Now()
		search := exec.CommandContext(b.Context(), "ldapsearch", "-LLL", "-x", "-H", "ldap://"+s.Addr, "-D", s.BindDN, "-w", s.Password,
			"-b", s.BaseDN, "-f", file, "(sAMAccountName=%s)", "sAMAccountName", "objectGUID", "objectSid")
		if err := search.Run(); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(started)
	}
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "times-ldapsearch")
	b.ReportMetric(float64(n)*float64(b.N)/ours.Seconds(), "names/s")
}
