package junit

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/internal/junitxml"
)

// rest is the suite of the findings that concern no single server.
const rest = "deployment"

// suite is what concerns one server.
type suite struct {
	junitxml.Suite

	server string // in lower case; empty for what belongs to none
	took   int64  // milliseconds
}

// suites sorts findings by server; the deployment comes first, then servers by
// name. Findings keep their order.
func suites(r *report.Report, o Options) []junitxml.Suite {
	var all []suite
	at := map[string]int{}
	put := func(server string) *suite {
		key := strings.ToLower(server)
		i, seen := at[key]
		if !seen {
			i = len(all)
			at[key] = i
			all = append(all, suite{server: key, Suite: junitxml.Suite{
				Name: junitxml.Name(cmp.Or(server, rest)), Hostname: junitxml.Name(cmp.Or(server, rest)), Package: "lcshealth",
				Timestamp: junitxml.Stamp(r.Run.StartedAt), Properties: run(&r.Run),
			}})
		}
		return &all[i]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		put(f.Subject.Server).Add(o.judge(f))
	}
	for i := range r.Sources {
		source := &r.Sources[i]
		key := strings.ToLower(source.Target)
		if _, seen := at[key]; !seen { // such as a domain controller's
			key = ""
		}
		s := put(key)
		s.took += source.DurationMs
		s.Properties = append(s.Properties, junitxml.Property{Name: junitxml.Name("source " + source.Name + " " + source.Target), Value: status(source)})
		s.Err.Text += complaints(source)
	}
	slices.SortStableFunc(all, func(a, b suite) int { return strings.Compare(a.server, b.server) })
	out := make([]junitxml.Suite, len(all))
	for i := range all {
		out[i] = all[i].Suite
		out[i].ID, out[i].Time = i, junitxml.Seconds(all[i].took)
	}
	return out
}

// run gives the data of the run.
func run(r *report.Run) []junitxml.Property {
	out := []junitxml.Property{
		{Name: "run", Value: report.Clean(r.ID)},
		{Name: "lcshealth", Value: report.Clean(r.Version)},
		{Name: "catalogue", Value: report.Clean(r.Catalog)},
		{Name: "duration", Value: junitxml.Seconds(r.FinishedAt.Sub(r.StartedAt).Milliseconds())},
		{Name: "exit code", Value: strconv.Itoa(r.ExitCode)},
	}
	add := func(name string, values ...string) {
		if value := report.Clean(strings.Join(values, ", ")); value != "" {
			out = append(out, junitxml.Property{Name: name, Value: value})
		}
	}
	if !r.CollectedAt.IsZero() {
		add("facts gathered", r.CollectedAt.UTC().Format("2006-01-02T15:04:05Z"))
	}
	add("configuration", r.Config)
	add("redacted with key", r.Redacted)
	for _, code := range r.Scope.Codes {
		add("limited to code", strconv.Itoa(code))
	}
	add("limited to causes", r.Scope.Causes...)
	add("limited to servers", r.Scope.Servers...)
	add("limited to user", r.Scope.User)
	return out
}

func status(s *facts.Source) string {
	out := string(s.Status)
	if s.Class != "" {
		out += " (" + string(s.Class) + ")"
	}
	return report.Clean(out)
}

// complaints are a source's message and warnings.
func complaints(s *facts.Source) string {
	var out string
	for _, text := range append([]string{s.Message}, s.Warnings...) {
		if text != "" {
			out += report.Clean(fmt.Sprintf("%s %s: %s", s.Name, s.Target, text)) + "\n"
		}
	}
	return out
}
