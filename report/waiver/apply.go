package waiver

import (
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

// Apply marks the findings of a report that are waived on a day, and notes in
// the report what became of each waiver. Only what is present can be waived:
// what could not be seen was not accepted. The first waiver of a finding
// counts. The day is today's in its own location.
//
// The exit code, which [checks.Exit] decides without the waived findings, is
// for the caller to set.
func Apply(r *report.Report, list []Waiver, today time.Time) {
	r.Findings = slices.Clone(r.Findings)
	for i := range r.Findings {
		r.Findings[i].Waived = nil
	}
	r.Waivers = nil
	for i := range list {
		r.Waivers = append(r.Waivers, list[i].apply(r, today.Format(time.DateOnly)))
	}
	r.Summary.Waived = 0
	for i := range r.Findings {
		if r.Findings[i].Waived != nil {
			r.Summary.Waived++
		}
	}
}

// Counting returns the findings that count for an exit code, an alert or a
// total: those that are not waived.
func Counting(findings []checks.Finding) []checks.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f checks.Finding) bool { return f.Waived != nil })
}

func (w *Waiver) apply(r *report.Report, today string) report.Waiver {
	out := report.Waiver{
		Cause: w.Cause, Subject: w.Subject, Shape: w.Shape, Reason: w.Reason, Owner: w.Owner, Until: w.Until, Fingerprint: w.Fingerprint,
	}
	var present, accepted []*checks.Finding
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict != checks.Present || !w.about(f) || w.Shape != "" && w.Shape != f.Shape {
			continue
		}
		present = append(present, f)
		if w.Fingerprint == "" || w.Fingerprint == report.Fingerprint(f) {
			accepted = append(accepted, f)
		}
	}
	switch {
	case w.Until < today: // both are YYYY-MM-DD
		out.State, out.Findings = report.WaiverExpired, ids(present)
	case len(accepted) > 0:
		out.State, out.Findings = report.WaiverApplied, ids(accepted)
		for _, f := range accepted {
			if f.Waived == nil {
				f.Waived = &checks.Waived{Reason: w.Reason, Owner: w.Owner, Until: w.Until}
			}
		}
	case len(present) > 0:
		out.State, out.Findings = report.WaiverOutdated, ids(present)
	case w.unjudged(r):
		out.State = report.WaiverUnjudged
	default:
		out.State = report.WaiverUnmatched
	}
	return out
}

// about reports whether a finding has the waiver's cause and subject.
func (w *Waiver) about(f *checks.Finding) bool {
	return f.Cause == w.Cause && (w.Subject == Everything || strings.EqualFold(w.Subject, f.Subject.Name))
}

// unjudged reports whether what the waiver is about may be present, though the
// report does not say so: not everything could be seen, or it was not asked
// for.
func (w *Waiver) unjudged(r *report.Report) bool {
	judged := false
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Cause != w.Cause {
			continue
		}
		// What is open for no server in particular may be open for any.
		if open := f.Verdict == checks.Undetermined || len(f.Settle) > 0; open && (w.about(f) || f.Subject.Server == "") {
			return true
		}
		if w.about(f) {
			judged = true
			if r.Run.Scope.User != "" && f.Subject.Kind == checks.UsersSubject { // of one user only
				return true
			}
		}
	}
	s := r.Run.Scope
	return !judged && len(s.Codes)+len(s.Causes)+len(s.Servers) > 0
}

func ids(findings []*checks.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.ID)
	}
	return out
}
