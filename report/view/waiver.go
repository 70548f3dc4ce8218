package view

import (
	"cmp"
	"fmt"
	"slices"

	"lcshealth/checks"
	"lcshealth/report"
)

// WaivedWords says who accepted a finding, until when and why.
func WaivedWords(w *checks.Waived) string {
	return fmt.Sprintf("by %s until %s: %s", w.Owner, w.Until, w.Reason)
}

// WaiverWords says what became of a waiver.
func WaiverWords(w report.Waiver) string {
	n := Count(len(w.Findings), "finding", "findings")
	switch w.State {
	case report.WaiverApplied:
		return "waives " + n
	case report.WaiverExpired:
		if len(w.Findings) == 0 {
			return "expired on " + w.Until + ", and no such finding is present: remove it"
		}
		return "expired on " + w.Until + ": " + n + plural(len(w.Findings), " counts", " count") + " again"
	case report.WaiverOutdated:
		return "the evidence is not what was accepted: " + n + plural(len(w.Findings), " counts", " count")
	case report.WaiverUnjudged:
		return "such a finding could not be judged in this run"
	case report.WaiverUnmatched:
		return "no such finding is present: correct or remove it"
	default:
		return string(w.State)
	}
}

// WaiverSubject says what a waiver is for: "clock-skew, lcs01.contoso.com".
func WaiverSubject(w report.Waiver) string {
	subject := w.Subject
	if subject == "*" {
		subject = "every subject"
	}
	if w.Shape != "" {
		subject += ", " + w.Shape
	}
	return w.Cause + ", " + subject
}

// WaiverShape is the shape that goes with the state of a waiver.
func WaiverShape(s report.WaiverState) string {
	switch s {
	case report.WaiverApplied:
		return ShapeClear
	case report.WaiverUnjudged:
		return ShapeOpen
	default:
		return ShapeMajor
	}
}

func cleanWaivers(list []report.Waiver) []report.Waiver {
	out := slices.Clone(list)
	for i := range out {
		w := &out[i]
		for _, field := range []*string{&w.Cause, &w.Subject, &w.Shape, &w.Reason, &w.Owner, &w.Until, &w.Fingerprint} {
			*field = report.Clean(*field)
		}
		w.State = report.WaiverState(report.Clean(string(w.State)))
		w.Findings = cleanAll(w.Findings)
	}
	order := []report.WaiverState{report.WaiverExpired, report.WaiverOutdated, report.WaiverUnmatched, report.WaiverUnjudged, report.WaiverApplied}
	slices.SortStableFunc(out, func(a, b report.Waiver) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	})
	return out
}

// waived says how many present findings do not count.
func waived(v *View, present []*Finding) string {
	n, stale := 0, 0
	for _, f := range present {
		if f.Waived != nil {
			n++
		}
	}
	for _, w := range v.Waivers {
		if w.State == report.WaiverExpired || w.State == report.WaiverOutdated || w.State == report.WaiverUnmatched {
			stale++
		}
	}
	var out string
	if n > 0 {
		out = fmt.Sprintf("Of %s present, %s waived and %s not count for the exit code.",
			Count(len(present), "finding", "findings"), Count(n, "is", "are"), plural(n, "does", "do"))
	}
	if stale > 0 {
		if out != "" {
			out += " "
		}
		out += Count(stale, "waiver", "waivers") + plural(stale, " does", " do") + " not apply any more."
	}
	return out
}
