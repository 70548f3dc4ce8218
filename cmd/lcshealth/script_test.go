package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/report"

	"github.com/rogpeppe/go-internal/testscript"
)

// commands are those of the scripts besides testscript's own.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"cut":              cut,
	"exits":            exits,
	"findings":         findings,
	"nameless":         nameless,
	"plancertificates": planCertificates,
	"preflights":       preflights,
	"samefindings":     sameFindings,
	"some":             some,
	"source":           source,
	"spoil":            spoil,
	"waitfor":          waitFor,
}

// exits runs a program and wants one exit code:
//
//	exits 1 lcshealth check
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// findings looks at a report in JSON: which causes have the verdict, apart from
// consequences, which are listed behind a slash.
//
//	findings present stdout cause-a cause-b / consequence-c
//	findings undetermined report.json
func findings(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: findings VERDICT FILE [CAUSE...] [/ CONSEQUENCE...]")
	}
	var r report.Report
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &r))
	var causes, consequences []string
	for _, f := range r.Findings {
		switch {
		case f.Verdict != checks.Verdict(args[0]):
		case f.ConsequenceOf != "":
			consequences = append(consequences, f.Cause)
		default:
			causes = append(causes, f.Cause)
		}
	}
	want, wantConsequences := args[2:], []string(nil)
	if i := slices.Index(want, "/"); i >= 0 {
		want, wantConsequences = want[:i], want[i+1:]
	}
	if got := unique(causes); !slices.Equal(got, unique(want)) {
		ts.Fatalf("%s are %q, want %q", args[0], got, unique(want))
	}
	if got := unique(consequences); !slices.Equal(got, unique(wantConsequences)) {
		ts.Fatalf("%s as consequences are %q, want %q", args[0], got, unique(wantConsequences))
	}
}

func unique(s []string) []string {
	s = append([]string{}, s...)
	slices.Sort(s)
	return slices.Compact(s)
}

// some wants at least one finding with the verdict.
func some(ts *testscript.TestScript, _ bool, args []string) {
	var r report.Report
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &r))
	if !slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.Verdict == checks.Verdict(args[0]) }) {
		ts.Fatalf("nothing is %s", args[0])
	}
}

// sameFindings wants the findings and counts of two reports to be the same,
// byte for byte, but for what every lab has anew: times, ports and the serial
// numbers of certificates.
func sameFindings(ts *testscript.TestScript, _ bool, args []string) {
	var parts [2]struct{ Summary, Findings json.RawMessage }
	anew := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|:\d{4,5}\b|port \d+|serial number \w+|for (?:\d+h)?(?:\d+m)?\d+s`)
	for i := range parts {
		ts.Check(json.Unmarshal(anew.ReplaceAll([]byte(ts.ReadFile(args[i])), []byte("ANEW")), &parts[i]))
	}
	if string(parts[0].Summary) != string(parts[1].Summary) || string(parts[0].Findings) != string(parts[1].Findings) {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
	if len(parts[0].Findings) < 1000 {
		ts.Fatalf("%s has hardly any findings", args[0])
	}
}

// cut copies the first octets of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text[:min(n, len(text)-1)]), 0o600))
}

// waitFor waits until a background program has written a file, at most half a
// minute.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	for range 300 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%s was never written", args[0])
}
