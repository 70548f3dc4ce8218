package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/report/diagnosis"

	"github.com/rogpeppe/go-internal/testscript"
)

// seenByNobody are causes whose fault in the lab is at a server that clients do
// not sign in to, so that no log of theirs tells of it.
var seenByNobody = []string{"certificate-renewed-in-place"}

// keepFromReading are causes that also keep a source from reading everything.
var keepFromReading = []string{"sql-service-stopped", "ca-list-too-long"}

// TestDiagnoseFaults walks the whole way for every cause: a client of a lab
// with the fault writes a log, and diagnose names the cause first, from the
// running lab and from collected facts, with the codes that the cause has.
func TestDiagnoseFaults(t *testing.T) {
	dir := t.TempDir()
	for i, c := range catalog.All() {
		if testing.Short() && i%4 != 0 {
			continue // the others go the same way through the program
		}
		if slices.Contains(seenByNobody, c.ID) {
			if len(c.Codes) > 0 {
				t.Errorf("%s has a code, and is not tested", c.ID)
			}
			continue
		}
		codes := strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Codes), " ", "|"), "[]")
		collects := "exec"
		if slices.Contains(keepFromReading, c.ID) {
			collects = "exits 3"
		}
		text := fmt.Sprintf(`exec lcshealth lab --quiet --fault %[1]s --config lab.yaml --client-log trace.log &lab&
waitfor lab.yaml
exits 1 lcshealth diagnose --quiet --log trace.log --config lab.yaml --format json
diagnosed stdout %[1]s '%[2]s'
%[3]s lcshealth collect --quiet --config lab.yaml -o lab.lcsfacts
exits 1 lcshealth diagnose --quiet --log trace.log --facts lab.lcsfacts --format json --redact
diagnosed stdout %[1]s '%[2]s'
kill -INT lab
wait lab
`, c.ID, codes, collects)
		if err := os.WriteFile(filepath.Join(dir, c.ID+".txtar"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{Dir: dir, RequireExplicitExec: true, Cmds: commands})
}

func init() { commands["diagnosed"] = diagnosed }

// diagnosed wants a cause to be the first of those that are present, in a
// diagnosis in JSON, for a failure with one of the codes:
//
//	diagnosed stdout no-tls-listener 400|504
func diagnosed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: diagnosed FILE CAUSE [CODES]")
	}
	var d diagnosis.Diagnosis
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &d))
	if len(d.Causes) == 0 || d.Causes[0].ID != args[1] || d.Causes[0].Standing != diagnosis.Present {
		ts.Fatalf("the causes are %v", d.Causes)
	}
	for _, f := range d.Causes[0].Findings[:1] {
		if f.Verdict != checks.Present {
			ts.Fatalf("the first finding of %s is %s", f.Cause, f.Verdict)
		}
	}
	if len(args) > 2 && args[2] != "" && d.Failure.Kind != diagnosis.Pending && !slices.Contains(strings.Split(args[2], "|"), fmt.Sprint(d.Failure.Code)) {
		ts.Fatalf("the code is %d, want %s", d.Failure.Code, args[2])
	}
}
