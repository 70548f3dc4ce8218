// Package view arranges a report for people: the answer in plain words,
// findings with their consequences folded under them, what could not be
// decided grouped by its reason. The text and the HTML page show the same
// view, so they cannot disagree.
//
// Every string in a [View] has been through [report.Clean].
package view

import (
	"cmp"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// View is a report as it is shown. The report itself is not changed.
type View struct {
	Answer     Answer
	Verdicts   []VerdictCount  // all of them, in the order in which they are shown
	Severities []SeverityCount // all of them, worst first; of findings that are present
	Codes      []Code          // ascending
	// WaivedCount is how many of the findings that are present are waived; the
	// other counts include them.
	WaivedCount int

	Present       []*Finding // those that explain others, or stand alone; worst first
	Undetermined  []Group    // worst first
	NotApplicable []Bucket
	Absent        []Bucket

	Matrix   *Matrix   // nil if nothing was judged
	Timeline *Timeline // nil if there is nothing with a date
	Picture  *Picture  // nil if the report has no outline
	SignIns  []SignIn

	Sources []facts.Source
	Waivers []report.Waiver // those that did not take effect first
	Run     Run
}

// VerdictCount counts the findings of one verdict.
type VerdictCount struct {
	Verdict checks.Verdict
	Count   int
}

// SeverityCount counts the findings of one severity that are present.
type SeverityCount struct {
	Severity checks.Severity
	Count    int
}

// Code is a SIP response code and the causes that are present for it.
type Code struct {
	Code     int
	Count    int
	Findings []*Finding
}

// Bucket holds the findings of one cause that have the same verdict.
type Bucket struct {
	Cause    string
	Title    string
	Findings []*Finding
}

// Of arranges a report. It does not rely on the order of the findings, but
// keeps it among those of equal rank.
func Of(r *report.Report) *View {
	findings := make([]*Finding, len(r.Findings))
	for i := range r.Findings {
		findings[i] = newFinding(&r.Findings[i])
	}
	v := &View{Sources: cleanSources(r.Sources), Waivers: cleanWaivers(r.Waivers), Run: newRun(r.Run)}
	link(findings)
	v.Present = fold(with(findings, checks.Present))
	v.Undetermined = group(with(findings, checks.Undetermined))
	v.NotApplicable = buckets(with(findings, checks.NotApplicable))
	v.Absent = buckets(with(findings, checks.Absent))
	v.count(r.Summary)
	v.Answer = answer(v, with(findings, checks.Present))
	v.Matrix = matrix(findings, v.Codes, r.Outline)
	v.Timeline = timeline(r, findings)
	v.Picture = picture(r.Outline, findings)
	v.SignIns = signIns(r.SignIns, findings)
	return v
}

func with(findings []*Finding, verdict checks.Verdict) []*Finding {
	var out []*Finding
	for _, f := range findings {
		if f.Verdict == verdict {
			out = append(out, f)
		}
	}
	return out
}

// count takes the report's own counts: every format shows these.
func (v *View) count(s report.Summary) {
	counts := map[checks.Verdict]int{
		checks.Present: s.Verdicts.Present, checks.Absent: s.Verdicts.Absent,
		checks.Undetermined: s.Verdicts.Undetermined, checks.NotApplicable: s.Verdicts.NotApplicable,
	}
	for _, verdict := range checks.Verdicts() {
		v.Verdicts = append(v.Verdicts, VerdictCount{verdict, counts[verdict]})
	}
	for _, severity := range checks.Severities() {
		v.Severities = append(v.Severities, SeverityCount{severity, s.Severities[severity]})
	}
	v.WaivedCount = s.Waived
	byCode := map[int][]*Finding{}
	for f := range All(v.Present) {
		for _, code := range f.Codes {
			byCode[code] = append(byCode[code], f)
		}
	}
	for word, n := range s.Codes {
		code := number(word)
		v.Codes = append(v.Codes, Code{Code: code, Count: n, Findings: byCode[code]})
	}
	slices.SortFunc(v.Codes, func(a, b Code) int { return cmp.Compare(a.Code, b.Code) })
}

// buckets gathers findings by cause, in the order in which causes first occur.
func buckets(findings []*Finding) []Bucket {
	var out []Bucket
	at := map[string]int{}
	for _, f := range findings {
		i, seen := at[f.Cause]
		if !seen {
			i = len(out)
			at[f.Cause] = i
			out = append(out, Bucket{Cause: f.Cause, Title: f.Title})
		}
		out[i].Findings = append(out[i].Findings, f)
	}
	return out
}
