// Package junit writes a report as JUnit XML, which continuous integration
// shows as tests: one suite for each server and one for what belongs to none,
// one test for each finding.
//
//   - absent: the test passes;
//   - present: it fails, with the severity as the type of the failure;
//   - undetermined and not applicable: it is skipped, and the message says
//     which of the two and why. It is never an error, since errors stop a
//     pipeline as failures do, while a source that is down says nothing about
//     the deployment;
//   - present, but waived or below the severity that fails: it is skipped, and
//     the message says so.
//
// The class of a test is its cause, its name the finding's id.
package junit

import (
	"cmp"
	"fmt"
	"io"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/junitxml"
	"lcshealth/report/internal/prose"
)

// Options say which findings fail.
type Options struct {
	// FailOn is the severity from which on a finding that is present fails;
	// empty means any. With that of the run, a pipeline fails exactly if the
	// exit code is 1.
	FailOn checks.Severity
}

// Write writes the report as JUnit XML. The schemas of Ant's junit task
// and of Jenkins' xUnit plug-in (junit-10) both accept it.
func Write(w io.Writer, r *report.Report, o Options) error {
	return junitxml.Write(w, suites(r, o))
}

// judge turns a finding into a test.
func (o Options) judge(f *checks.Finding) junitxml.Test {
	t := junitxml.Test{Name: junitxml.Name(f.ID), Class: junitxml.Name("lcshealth." + f.Cause), Time: junitxml.Seconds(0)}
	skip := func(why string) { t.Skipped = &junitxml.Outcome{Message: why, Text: text(f)} }
	reason := cmp.Or(report.Clean(f.Reason), "no reason was given")
	switch {
	case f.Verdict == checks.Undetermined:
		skip("undetermined: " + reason)
	case f.Verdict == checks.NotApplicable:
		skip("not applicable: " + reason)
	case f.Verdict != checks.Present:
	case f.Waived != nil:
		skip("present, but " + prose.Waived(f.Waived))
	case o.FailOn != "" && !f.Severity.AtLeast(o.FailOn):
		skip(fmt.Sprintf("present, but %s is below %s: %s", f.Severity, o.FailOn, prose.Headline(f)))
	default:
		t.Failure = &junitxml.Outcome{Message: prose.Headline(f), Type: junitxml.Name(string(f.Severity)), Text: text(f)}
	}
	return t
}

// text tells a finding whole below its title.
func text(f *checks.Finding) string {
	out := report.Clean(f.Title) + "\n"
	for _, line := range prose.Lines(f) {
		out += line + "\n"
	}
	return out
}
