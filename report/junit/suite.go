package junit

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/report"
)

// rest is the suite of the findings that concern no single server.
const rest = "deployment"

// suites sorts findings by server; the deployment comes first, then servers by
// name. Findings keep their order.
func suites(r *report.Report, o Options) []suite {
	var out []suite
	at := map[string]int{}
	put := func(server string) *suite {
		key := strings.ToLower(server)
		i, seen := at[key]
		if !seen {
			i = len(out)
			at[key] = i
			out = append(out, suite{
				server: key, Name: name(cmp.Or(server, rest)), Hostname: name(cmp.Or(server, rest)), Package: "lcshealth",
				Timestamp: r.Run.StartedAt.UTC().Format("2006-01-02T15:04:05"), Properties: run(&r.Run),
			})
		}
		return &out[i]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		s := put(f.Subject.Server)
		t := o.judge(f)
		s.Cases = append(s.Cases, t)
		s.Tests++
		if t.Failure != nil {
			s.Failures++
		}
		if t.Skipped != nil {
			s.Skipped++
		}
	}
	for i := range r.Sources {
		source := &r.Sources[i]
		key := strings.ToLower(source.Target)
		if _, seen := at[key]; !seen { // such as a domain controller's
			key = ""
		}
		s := put(key)
		s.took += source.DurationMs
		s.Properties = append(s.Properties, property{name("source " + source.Name + " " + source.Target), status(source)})
		s.Err.Text += complaints(source)
	}
	slices.SortStableFunc(out, func(a, b suite) int { return strings.Compare(a.server, b.server) })
	for i := range out {
		out[i].ID, out[i].Time = i, seconds(out[i].took)
	}
	return out
}

// run gives the data of the run.
func run(r *report.Run) []property {
	out := []property{
		{"run", report.Clean(r.ID)},
		{"lcshealth", report.Clean(r.Version)},
		{"catalogue", report.Clean(r.Catalog)},
		{"duration", seconds(r.FinishedAt.Sub(r.StartedAt).Milliseconds())},
		{"exit code", strconv.Itoa(r.ExitCode)},
	}
	add := func(name string, values ...string) {
		if value := report.Clean(strings.Join(values, ", ")); value != "" {
			out = append(out, property{name, value})
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
