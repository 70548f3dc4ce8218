package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"

	"github.com/google/go-cmp/cmp"
)

// fault is a healthy world with one thing broken, and the finding that must
// tell of it.
type fault struct {
	cause    string
	name     string
	plant    func(*world)
	subject  string
	shape    string // of causes of users
	severity checks.Severity
	says     string // in the reason or the evidence
}

func (f *fault) world() *world {
	w := healthy()
	f.plant(w)
	return w
}

// faults are all of them; each way in which a cause can show itself is there.
func faults() []fault {
	return slices.Concat(serviceFaults(), listenerFaults(), certificateFaults(), routeFaults(), trustFaults(), accountFaults(), entryFaults(), clockFaults(), recordFaults(), answerFaults(),
		expiringFaults(), renewedFaults(), wireFaults(), clientUseFaults(), nameFaults(), caListFaults())
}

// A deployment without a fault is quiet: nothing is present and nothing open.
func TestHealthy(t *testing.T) {
	for _, f := range healthy().judge(t) {
		if f.Verdict != checks.Absent && f.Verdict != checks.NotApplicable {
			t.Errorf("%s of %s: %s: %s", f.Cause, f.Subject.Name, f.Verdict, f.Reason)
		}
	}
}

// Each fault is found, with its severity, evidence and remedy, and nothing else
// is said to be present unless the fault explains it.
func TestFaults(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.cause+"/"+f.name, func(t *testing.T) {
			t.Parallel()
			found := false
			for _, got := range f.world().judge(t) {
				switch {
				case got.Verdict != checks.Present:
				case got.Cause == f.cause && got.Subject.Name == f.subject && got.Shape == f.shape:
					found = true
					checkPresent(t, &f, &got)
				case got.Cause != f.cause && got.ConsequenceOf == "":
					t.Errorf("%s is present too, and nothing explains it: %s %v", got.ID, got.Reason, got.Evidence)
				case got.Cause == f.cause:
					t.Errorf("the cause is also present as %s: %s %v", got.ID, got.Reason, got.Evidence)
				}
			}
			if !found {
				t.Errorf("no finding that is present for %s with shape %q", f.subject, f.shape)
			}
		})
	}
}

func checkPresent(t *testing.T, f *fault, got *checks.Finding) {
	t.Helper()
	if got.Severity != f.severity {
		t.Errorf("severity is %s, want %s", got.Severity, f.severity)
	}
	var said strings.Builder
	said.WriteString(got.Title + "\n" + got.Reason)
	for _, e := range got.Evidence {
		said.WriteString("\n" + e.Observed + "; expected: " + e.Expected)
		if e.Observed == "" || e.Source == "" {
			t.Errorf("evidence without observation or source: %+v", e)
		}
	}
	if !strings.Contains(said.String(), f.says) {
		t.Errorf("%q is not said in:\n%s", f.says, said.String())
	}
	if len(got.Evidence) == 0 {
		t.Error("there is no evidence")
	}
	if len(got.Remedy) == 0 {
		t.Error("there is no remedy")
	}
	for _, step := range got.Remedy {
		if step.Text == "" || step.Command != "" && step.Host == "" {
			t.Errorf("a step lacks its text, or its command a host: %+v", step)
		}
	}
	if got.Subject.Kind == checks.UsersSubject && (got.Affected == nil || got.Affected.Count == 0 || len(got.Affected.Users) == 0) {
		t.Errorf("nobody is said to be affected: %+v", got.Affected)
	}
}

// Every cause has a fault, and so has every severity that the design gives a
// cause apart from its usual one.
func TestFaultsCoverTheCatalogue(t *testing.T) {
	got := map[string][]string{}
	for _, f := range faults() {
		if severity := string(f.severity); !slices.Contains(got[f.cause], severity) {
			got[f.cause] = append(got[f.cause], severity)
		}
	}
	for id := range got {
		slices.Sort(got[id])
	}
	want := map[string][]string{
		"server-service-stopped":       {"critical", "major"},
		"no-tls-listener":              {"major"},
		"mtls-not-configured":          {"major", "minor"},
		"root-ca-in-user-store":        {"major"},
		"user-sid-invalid":             {"major"},
		"stale-user-entry":             {"major", "minor"},
		"sip-domain-not-listed":        {"major"},
		"user-not-enabled":             {"info", "major"},
		"signin-name-mismatch":         {"major"},
		"user-missing-from-database":   {"major"},
		"user-entry-damaged":           {"major", "minor"},
		"directory-connector-errors":   {"major", "minor"},
		"messenger-on-server":          {"critical", "major", "minor"},
		"user-being-moved":             {"major", "minor"},
		"sql-service-stopped":          {"critical", "major"},
		"outbound-certificate-missing": {"major", "minor"},
		"static-route-invalid":         {"major"},
		"pstn-trust-on-client-server":  {"minor"},
		"clock-skew":                   {"critical", "major"},
		"dns-records-wrong":            {"major", "minor"},

		"certificate-expiring":          {"major", "minor"},
		"certificate-renewed-in-place":  {"major"},
		"client-authentication-missing": {"major", "minor"},
		"certificate-name-mismatch":     {"major"},
		"ca-list-too-long":              {"major", "minor"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("severities that the faults show (-want +got):\n%s", diff)
	}
	for _, c := range catalog.All() {
		if want[c.ID] == nil {
			t.Errorf("%s has no fault", c.ID)
		}
	}
}
