package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/catalog"
	"lcshealth/checks/lab"

	"github.com/rogpeppe/go-internal/testscript"
)

// consequences are the causes that follow from a planted one, as verdicts and
// ids.
var consequences = map[string]struct{ present, undetermined string }{
	"server-service-stopped": {present: "mtls-not-configured no-tls-listener", undetermined: "clock-skew"},
	"sql-service-stopped":    {undetermined: "stale-user-entry user-entry-damaged user-missing-from-database user-sid-invalid"},
}

// TestFaults runs the real program on a lab with each fault alone: the cause is
// present, no other is but its consequences, and nothing else is open. A
// source that hangs or lies leaves causes undetermined and none present.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	script := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, ":", "-")+".txtar"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script("none", "exits 0 lcshealth demo --quiet --fault none --format json\nfindings present stdout\nfindings undetermined stdout\n")
	faults := map[string]bool{}
	for _, f := range lab.Faults() {
		faults[f.ID] = true
		if strings.Contains(f.ID, ":") {
			script(f.ID, fmt.Sprintf("exits 3 lcshealth demo --quiet --fault %s --format json\nfindings present stdout\nsome undetermined stdout\n", f.ID))
			continue
		}
		c := consequences[f.ID]
		script(f.ID, fmt.Sprintf("exits 1 lcshealth demo --quiet --fault %[1]s --format json\nfindings present stdout %[1]s / %[2]s\nfindings undetermined stdout / %[3]s\n", f.ID, c.present, c.undetermined))
	}
	for _, c := range catalog.All() {
		if !faults[c.ID] {
			t.Errorf("the lab has no fault %s", c.ID)
		}
	}
	testscript.Run(t, testscript.Params{Dir: dir, RequireExplicitExec: true, Cmds: commands})
}
