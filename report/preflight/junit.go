package preflight

import (
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/internal/junitxml"
	"lcshealth/report/view"
)

// WriteJUnit writes a test for each line of the plan. What makes the exit code 1
// fails; other risks, and what cannot be told, are skipped and say why.
func WriteJUnit(w io.Writer, r *Report, failOn checks.Severity) error {
	s := junitxml.Suite{
		Name: "preflight " + junitxml.Name(r.Run.Plan), Hostname: "localhost", Package: "lcshealth", Timestamp: junitxml.Stamp(r.Run.StartedAt),
		Time:       junitxml.Seconds(r.Run.FinishedAt.Sub(r.Run.StartedAt).Milliseconds()),
		Properties: []junitxml.Property{{Name: "run", Value: report.Clean(r.Run.ID)}, {Name: "verdict", Value: string(r.Verdict)}, {Name: "facts gathered", Value: view.Stamp(r.Run.CollectedAt)}},
	}
	for i := range r.Lines {
		s.Add(testOf(&r.Lines[i], failOn))
	}
	for i := range r.Besides {
		l := preflight.Line{Verdict: r.Besides[i].Verdict, Issues: r.Besides[i : i+1]}
		t := testOf(&l, failOn)
		t.Name, t.Class = junitxml.Name("beside the plan: "+r.Besides[i].Check), "lcshealth.preflight.beside"
		s.Add(t)
	}
	return junitxml.Write(w, []junitxml.Suite{s})
}

func testOf(l *preflight.Line, failOn checks.Severity) junitxml.Test {
	t := junitxml.Test{Name: junitxml.Name(l.At.String() + " " + KindWords(l.Kind) + " " + l.Name), Class: "lcshealth.preflight." + string(l.Kind), Time: junitxml.Seconds(0)}
	if len(l.Issues) == 0 {
		return t
	}
	first := &l.Issues[0]
	var text strings.Builder
	fails := false
	for i := range l.Issues {
		issue := &l.Issues[i]
		fails = fails || issue.Verdict == preflight.NoGo || issue.Verdict == preflight.Risk && issue.Severity.AtLeast(failOn)
		fmt.Fprintf(&text, "%s: %s: %s\n", VerdictWords(issue.Verdict), issue.Check, report.Clean(issue.Reason))
		for _, s := range issue.Remedy {
			fmt.Fprintf(&text, "  remedy: %s\n", report.Clean(strings.TrimSpace(s.Text+where(&s)+" "+s.Command)))
		}
		for _, s := range issue.Settle {
			fmt.Fprintf(&text, "  to settle: %s\n", report.Clean(s))
		}
	}
	o := &junitxml.Outcome{Message: VerdictWords(l.Verdict) + ": " + report.Clean(first.Reason), Text: text.String()}
	if fails {
		o.Type = first.Check
		t.Failure = o
	} else {
		t.Skipped = o
	}
	return t
}
