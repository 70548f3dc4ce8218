package lab_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/lab"
	"lcshealth/checks/sip"
)

// Every cause has a client who sees it. Where the lab's servers answer as the
// article has it the client really talks to them.
func TestClientLog(t *testing.T) {
	t.Parallel()
	really := []string{"none", "user-sid-invalid", "stale-user-entry", "user-not-enabled", "user-missing-from-database", "messenger-on-server", "user-being-moved", "sql-service-stopped"}
	faults := []string{"none"}
	for _, f := range lab.Faults() {
		faults = append(faults, f.ID)
	}
	for _, fault := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(fault, ":") {
				return // a source's, which no client sees
			}
			log, err := start(t, fault).ClientLog(t.Context(), fault)
			if err != nil {
				t.Fatal(err)
			}
			if log.Signed != slices.Contains(really, fault) {
				t.Errorf("the client really signed in: %t", log.Signed)
			}
			codes := map[int]bool{}
			for i, e := range log.Exchanges {
				m, err := sip.Parse([]byte(e.Text))
				if err != nil {
					t.Fatalf("message %d: %v\n%s", i, err, e.Text)
				}
				codes[m.Code] = true
				if i == 0 && (!e.Sent || m.Method != "REGISTER") {
					t.Errorf("it begins with %s", m.StartLine())
				}
			}
			if !codes[log.Code] {
				t.Errorf("no answer has the code %d", log.Code)
			}
		})
	}
	if _, err := start(t, "none").ClientLog(t.Context(), "source:directory"); err == nil {
		t.Error("a client sees that a source hangs")
	}
}
