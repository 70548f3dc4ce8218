// Package nagios writes a report as the output of a monitoring plug-in, which
// Nagios, Icinga, Naemon and others run: one line with the state and the
// performance data, then longer text. The plug-in has exit codes of its own,
// which [Of] gives.
package nagios

import (
	"fmt"
	"io"

	"lcshealth/checks"
	"lcshealth/report"
)

// State is the state of a service. Its number is the plug-in's exit code
// (Monitoring Plugins Development Guidelines, "Plugin Return Codes").
type State int

// The states.
const (
	OK       State = 0 // nothing that counts is present, and all was decided
	Warning  State = 1 // the worst that is present is major or minor
	Critical State = 2 // something critical is present
	Unknown  State = 3 // nothing that counts is present, but something could not be decided
)

// String gives the word that the output begins with.
func (s State) String() string {
	switch s {
	case OK:
		return "OK"
	case Warning:
		return "WARNING"
	case Critical:
		return "CRITICAL"
	default:
		return "UNKNOWN"
	}
}

// Of decides the state of a report. What is present comes first, since it is
// certain: a critical finding makes it [Critical]; without one, a major or minor
// finding makes it [Warning]. A finding that is info changes nothing, nor does
// one that is waived. Without any that counts, an undetermined finding makes it
// [Unknown], and so does a report in which nothing was judged.
func Of(r *report.Report) State {
	if len(r.Findings) == 0 {
		return Unknown
	}
	state := OK
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case f.Waived != nil:
		case f.Verdict == checks.Present && f.Severity == checks.Critical:
			return Critical
		case f.Verdict == checks.Present && f.Severity.AtLeast(checks.Minor):
			state = Warning
		case f.Verdict == checks.Undetermined && state == OK:
			state = Unknown
		}
	}
	return state
}

// Write writes the output of the plug-in: "LCS CRITICAL - answer | performance
// data", then a line for each thing that needs attention. It is at most 4 KB
// long, since Nagios 3 reads no more; whole lines are left off the end.
//
// A vertical bar in text would begin performance data, and < and > could become
// elements of a web page that shows the output as it is. All three are written
// as similar characters: ¦, ‹ and ›.
func Write(w io.Writer, r *report.Report) error {
	if _, err := io.WriteString(w, output(r)); err != nil {
		return fmt.Errorf("write the report as plug-in output: %w", err)
	}
	return nil
}
