package lab_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"lcshealth/checks/lab"

	"github.com/google/go-cmp/cmp"
)

// The same rows give the same findings, whether they come over TDS or were
// read on the host and brought in a host file.
func TestDatabaseInHostFile(t *testing.T) {
	faults := []string{"user-sid-invalid", "stale-user-entry", "user-missing-from-database", "user-entry-damaged"}
	var got [2]string
	for i, inFile := range []bool{false, true} {
		l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Faults: faults, HostDatabases: inFile})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(check(t, l).findings, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if sent := len(l.Statements()); (sent == 0) != inFile {
			t.Errorf("%d statements were sent, with the rows in host files: %t", sent, inFile)
		}
		// What differs is who said it and when, and what each lab has anew.
		anew := regexp.MustCompile(`"(source|host)": "[^"]*"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|port \d+|serial number \w+|:\d{4,5}`)
		got[i] = anew.ReplaceAllString(string(text), "…")
	}
	if got[0] != got[1] {
		t.Errorf("-over TDS +in host files:\n%s", cmp.Diff(strings.Split(got[0], "\n"), strings.Split(got[1], "\n")))
	}
}
