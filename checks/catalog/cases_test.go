package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
)

// verdictCase is a world that shows where a cause draws its lines: what it does
// not say to be present, and why.
type verdictCase struct {
	cause   string
	name    string
	plant   func(*world)
	subject string
	verdict checks.Verdict
	says    string // in the reason or the evidence
}

func cases() []verdictCase {
	return slices.Concat(serviceCases(), listenerCases(), certificateCases(), routeCases(), trustCases(), accountCases(), entryCases(), clockCases(), recordCases(), answerCases(),
		certificateUseCases(), certificateWireCases())
}

func (c *verdictCase) world() *world {
	w := healthy()
	c.plant(w)
	return w
}

func TestVerdicts(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.cause+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			judged := false
			for _, got := range c.world().judge(t, c.cause) {
				if got.Subject.Name != c.subject {
					continue
				}
				judged = true
				said := got.Reason
				for _, e := range got.Evidence {
					said += "\n" + e.Observed
					if e.Source == "" {
						t.Errorf("evidence without source: %+v", e)
					}
				}
				if got.Verdict != c.verdict || !strings.Contains(said, c.says) {
					t.Errorf("%s: %s; want %s with %q", got.Verdict, said, c.verdict, c.says)
				}
				if got.Verdict == checks.Undetermined && len(got.Settle) == 0 {
					t.Errorf("nothing is said to settle it: %s", got.Reason)
				}
			}
			if !judged {
				t.Errorf("there is no finding for %s", c.subject)
			}
		})
	}
}

// scenario is a world for the tests of properties.
type scenario struct {
	name    string
	cause   []string // what it is about; all causes if empty
	subject string
	world   func() *world
}

// matters tells whether a thing that is hidden one by one could matter to the
// scenario: what some cause needs, and of what hosts say of themselves that of
// the server in question. The healthy world, and those where several things
// are hidden at once, put the others to the test.
func (s *scenario) matters(h hide) bool {
	if s.subject == "" {
		return true
	}
	if s.subject != "deployment" && strings.Contains(h.path, "].Host.") && !strings.HasPrefix(h.path, "Servers["+s.subject+"]") {
		return false
	}
	for what := range tells {
		if stands(checks.Need{What: what}, h.path) {
			return true
		}
	}
	return false
}

func scenarios() []scenario {
	out := []scenario{{"healthy", nil, "", healthy}}
	for _, f := range faults() {
		out = append(out, scenario{f.cause + "/" + f.name, []string{f.cause}, f.subject, f.world})
	}
	for _, c := range cases() {
		out = append(out, scenario{c.cause + "/" + c.name, []string{c.cause}, c.subject, c.world})
	}
	for i := range out {
		if slices.Contains(out[i].cause, "user-sid-invalid") {
			out[i].cause = append(out[i].cause, "stale-user-entry") // takes over what is left from elsewhere
		}
	}
	return out
}
