package directory

import (
	"os/exec"
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
