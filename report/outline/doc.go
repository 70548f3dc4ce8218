// Package outline takes from the facts of a deployment what a report shows
// beside its findings: what was looked at, which dates matter, and what came of
// sign-ins that were tried. Its functions only compute.
//
// What was not observed is left out and named as such. Nothing is made up from
// it.
package outline

import (
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// Add gives a report what it shows of the facts that it judges, and returns it.
func Add(r *report.Report, d *facts.Deployment) *report.Report {
	r.Outline, r.Dates, r.SignIns = Of(d), Dates(d), SignIns(d, r.Findings)
	return r
}
