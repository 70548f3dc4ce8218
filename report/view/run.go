package view

import (
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// Run is the data of the run.
type Run struct {
	report.Run
	Stored bool // the facts were gathered before the run, and read from a file
	Rows   []Row
}

// Row is a label and its value.
type Row struct{ Label, Value string }

func newRun(r report.Run) Run {
	clean := report.Clean
	out := Run{Run: r}
	out.ID, out.Version, out.Catalog, out.Config = clean(r.ID), clean(r.Version), clean(r.Catalog), clean(r.Config)
	out.Scope = report.Scope{
		Codes: slices.Clone(r.Scope.Codes), Causes: cleanAll(r.Scope.Causes),
		Servers: cleanAll(r.Scope.Servers), User: clean(r.Scope.User),
	}
	out.Stored = !r.CollectedAt.IsZero() && r.CollectedAt.Before(r.StartedAt)

	add := func(label, value string) {
		if value != "" {
			out.Rows = append(out.Rows, Row{label, value})
		}
	}
	add("Run", out.ID)
	add("Started", Stamp(r.StartedAt))
	add("Finished", Stamp(r.FinishedAt))
	if took := r.FinishedAt.Sub(r.StartedAt); took > 0 {
		add("Duration", Duration(took.Milliseconds()))
	}
	add("Facts gathered", Stamp(r.CollectedAt))
	add("lcshealth", out.Version)
	add("Catalogue", out.Catalog)
	add("Configuration", out.Config)
	if out.Redacted = clean(r.Redacted); out.Redacted != "" {
		add("Redacted", "names are pseudonyms, of the key "+out.Redacted)
	}
	add("Limited to", Limits(out.Scope, 20))
	add("Exit code", strconv.Itoa(r.ExitCode)+exitMeaning(checks.ExitCode(r.ExitCode)))
	return out
}

func exitMeaning(code checks.ExitCode) string {
	switch code {
	case checks.ExitNothing:
		return ": no cause is present at the severity asked for, and none is undetermined"
	case checks.ExitPresent:
		return ": a cause is present"
	case checks.ExitUsage:
		return ": usage or configuration error"
	case checks.ExitIncomplete:
		return ": incomplete; no cause is present at the severity asked for, but some are undetermined"
	case checks.ExitInternal:
		return ": internal error"
	}
	return ""
}

// Limits says in words what a run was limited to, or "" if to nothing. Of
// each kind it names the first, up to most.
func Limits(s report.Scope, most int) string {
	var parts []string
	if len(s.Codes) > 0 {
		parts = append(parts, "SIP "+List(numbers(s.Codes), most))
	}
	if len(s.Causes) > 0 {
		parts = append(parts, plural(len(s.Causes), "cause ", "causes ")+List(s.Causes, most))
	}
	if len(s.Servers) > 0 {
		parts = append(parts, plural(len(s.Servers), "server ", "servers ")+List(s.Servers, most))
	}
	if s.User != "" {
		parts = append(parts, "user "+s.User)
	}
	return strings.Join(parts, "; ")
}

func numbers(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func cleanSources(list []facts.Source) []facts.Source {
	out := slices.Clone(list)
	for i := range out {
		s := &out[i]
		s.Name, s.Target, s.Message = report.Clean(s.Name), report.Clean(s.Target), report.Clean(s.Message)
		s.Warnings, s.Details = cleanAll(s.Warnings), cleanAll(s.Details)
	}
	return out
}
