package main

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/report/preflight"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// preflights looks at a preflight report in JSON: each of its lines with the
// verdict and the checks that speak against it.
//
//	preflights stdout want.txt
func preflights(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: preflights FILE WANT")
	}
	var r preflight.Report
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	var out strings.Builder
	for i := range r.Lines {
		l := &r.Lines[i]
		fmt.Fprintf(&out, "%s %s %s", l.At, l.Kind, l.Verdict)
		if l.Done != "" {
			fmt.Fprintf(&out, " %s", l.Done)
		}
		for k := range l.Issues {
			if k == 0 || l.Issues[k].Check != l.Issues[k-1].Check {
				fmt.Fprintf(&out, " %s", l.Issues[k].Check)
			}
		}
		out.WriteByte('\n')
	}
	if want := ts.ReadFile(args[1]); want != out.String() {
		ts.Fatalf("the lines are\n%s\n%s", out.String(), cmp.Diff(strings.Split(want, "\n"), strings.Split(out.String(), "\n")))
	}
}

// planCertificates writes the certificates that the plans of a script name: of an
// authority of their own (ca.pem), sound ones and such with one mistake each,
// and the one that a server has selected for outbound connections by stored
// facts.
//
//	plancertificates lab.lcsfacts lcs01.contoso.com
func planCertificates(ts *testscript.TestScript, _ bool, args []string) {
	authority, err := pkitest.NewAuthority("Planned Root CA")
	ts.Check(err)
	other, err := pkitest.NewAuthority("Somebody Else")
	ts.Check(err)
	write := func(name string, certificates ...*x509.Certificate) {
		ts.Check(os.WriteFile(ts.MkAbs(name), pkitest.PEM(certificates...), 0o600))
	}
	issue := func(name string, by *pkitest.Authority, o pkitest.Options) {
		issued, err := by.Issue(o)
		ts.Check(err)
		write(name, issued.Certificate)
	}
	write("ca.pem", authority.Certificate)
	const fqdn = "fe02.contoso.com"
	issue("sound.pem", authority, pkitest.Server(fqdn))
	issue("name.pem", authority, pkitest.Server("sip.contoso.com"))
	issue("chain.pem", other, pkitest.Server(fqdn))
	purpose := pkitest.Server(fqdn)
	purpose.EKU = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	issue("purpose.pem", authority, purpose)
	soon, late := pkitest.Server(fqdn), pkitest.Server(fqdn)
	soon.NotAfter = time.Now().Add(10 * 24 * time.Hour)
	issue("soon.pem", authority, soon)
	late.NotBefore, late.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	issue("late.pem", authority, late)
	ts.Check(os.WriteFile(ts.MkAbs("text.pem"), []byte("no certificate"), 0o600))

	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	in, err := facts.NewReader(file)
	ts.Check(err)
	server := in.Deployment.Server(args[1])
	stored, _ := server.Host.Certificates.Get()
	routing, _ := server.Host.Routing.Get()
	mine, _ := pki.Store(stored, pki.My)
	own, found := pki.Find(mine, routing.Certificate)
	if !found {
		ts.Fatalf("%s has no certificate for outbound connections", args[1])
	}
	write("own.pem", own.Certificate)
}
