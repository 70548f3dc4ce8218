package prometheus

import (
	"strconv"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// families are the metrics in the order in which they are written.
func families(r *report.Report) []*family {
	return append(append(findings(r), summary(r)...), append(sources(r), run(r)...)...)
}

// findings are counted by what they are about.
func findings(r *report.Report) []*family {
	all := &family{name: "findings", help: "Findings by cause, server, severity and verdict. The server is empty for what belongs to none."}
	waived := &family{name: "findings_waived", help: "Findings that are present and waived; the other metrics count them too."}
	affected := &family{name: "affected_users", help: "Users whom findings concern that are present. A user can be concerned by several causes."}
	for i := range r.Findings {
		f := &r.Findings[i]
		cause, server, severity := f.Cause, f.Subject.Server, string(f.Severity)
		all.add(1, "cause", cause, "server", server, "severity", severity, "verdict", string(f.Verdict))
		if f.Verdict != checks.Present {
			continue
		}
		if f.Waived != nil {
			waived.add(1, "cause", cause, "server", server, "severity", severity)
		}
		if f.Affected != nil {
			affected.add(float64(f.Affected.Count), "cause", cause, "server", server, "severity", severity)
		}
	}
	return []*family{all, waived, affected}
}

// summary are the report's own counts. Verdicts, severities, and the codes of
// every finding are there even with a count of 0, so that an alert has
// something to compare.
func summary(r *report.Report) []*family {
	verdicts := &family{name: "verdicts", help: "Findings by verdict."}
	for verdict, n := range map[checks.Verdict]int{
		checks.Present: r.Summary.Verdicts.Present, checks.Absent: r.Summary.Verdicts.Absent,
		checks.Undetermined: r.Summary.Verdicts.Undetermined, checks.NotApplicable: r.Summary.Verdicts.NotApplicable,
	} {
		verdicts.add(float64(n), "verdict", string(verdict))
	}
	severities := &family{name: "present", help: "Findings that are present, by severity."}
	for _, s := range checks.Severities() {
		severities.add(float64(r.Summary.Severities[s]), "severity", string(s))
	}
	codes := &family{name: "present_by_code", help: "Findings that are present, by the SIP response code that clients see. A finding can have several."}
	for code, n := range r.Summary.Codes {
		codes.add(float64(n), "code", code)
	}
	for i := range r.Findings {
		for _, code := range r.Findings[i].Codes {
			codes.add(0, "code", strconv.Itoa(code))
		}
	}
	return []*family{verdicts, severities, codes}
}

func sources(r *report.Report) []*family {
	up := &family{name: "source_up", help: "Whether a source answered: 1, also if it could not tell everything, or 0. Sources that were not asked are left out."}
	status := &family{name: "source_status", help: "Always 1, with the status of a source: ok, partial, failed or skipped."}
	took := &family{name: "source_duration_seconds", help: "How long a source took."}
	for i := range r.Sources {
		s := &r.Sources[i]
		switch s.Status {
		case facts.OK, facts.Partial:
			up.set(1, "source", s.Name, "target", s.Target)
		case facts.Failed:
			up.set(0, "source", s.Name, "target", s.Target)
		}
		status.set(1, "source", s.Name, "target", s.Target, "status", string(s.Status))
		took.add(float64(s.DurationMs)/1000, "source", s.Name, "target", s.Target)
	}
	return []*family{up, status, took}
}

func run(r *report.Report) []*family {
	info := &family{name: "run_info", help: "Always 1, with the versions of lcshealth and its catalogue, and the digest of the configuration."}
	labels := []string{"version", r.Run.Version, "catalog", r.Run.Catalog, "config", r.Run.Config}
	if r.Run.Redacted != "" {
		labels = append(labels, "redacted", r.Run.Redacted)
	}
	info.add(1, labels...)
	exit := &family{name: "run_exit_code", help: "Exit code: 0 nothing present, 1 a cause is present, 2 usage error, 3 incomplete, 4 internal error."}
	exit.add(float64(r.Run.ExitCode))
	finished := moment("run_timestamp_seconds", "When the run finished, in seconds since 1970.", r.Run.FinishedAt)
	collected := moment("facts_timestamp_seconds", "When the facts were gathered, in seconds since 1970.", r.Run.CollectedAt)
	duration := &family{name: "run_duration_seconds", help: "How long the run took."}
	duration.add(max(r.Run.FinishedAt.Sub(r.Run.StartedAt).Seconds(), 0))
	return []*family{info, exit, finished, collected, duration}
}

// moment is a family without samples if the time is not known.
func moment(name, help string, at time.Time) *family {
	out := &family{name: name, help: help}
	if !at.IsZero() {
		out.add(float64(at.UnixMilli()) / 1000)
	}
	return out
}
