package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	got := tellLines(&r)
	if want := ts.ReadFile(args[1]); want != got {
		ts.Fatalf("the lines are\n%s\n%s", got, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
	}
}

// tellLines gives each line of a plan with its verdict, what became of it, and
// the checks that speak against it.
func tellLines(r *preflight.Report) string {
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
	return out.String()
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

// runHere runs the program in this process, wants an exit code of it, and
// returns its standard output.
func runHere(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	var stderr bytes.Buffer
	if code := run(t.Context(), args, &app{stdout: stdout, stderr: &stderr}); int(code) != want {
		t.Errorf("%q ended with %d, want %d: %s", args, code, want, stderr.String())
	}
	text, err := os.ReadFile(stdout.Name())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// preflightHere judges a plan in this process and returns its lines.
func preflightHere(t *testing.T, want int, args ...string) []string {
	t.Helper()
	text := runHere(t, want, append([]string{"preflight", "-q", "--format", "json"}, args...)...)
	var r preflight.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return strings.Split(strings.TrimSuffix(tellLines(&r), "\n"), "\n")
}
