// Package report holds the value that every format renders: the findings of
// one run with its summary, its sources and the run's own data. The formats are
// the packages below. Counts, identifiers and severities agree among them
// because each renders this one value.
package report

import (
	"strconv"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// Report is the result of one run. Its JSON form is described by
// report.schema.json; fields are only ever added.
type Report struct {
	Run      Run              `json:"run"`
	Summary  Summary          `json:"summary"`
	Findings []checks.Finding `json:"findings"`
	Sources  []facts.Source   `json:"sources"`
	Waivers  []Waiver         `json:"waivers,omitempty"` // those that the run was given, and what became of each
	Outline  *Outline         `json:"deployment,omitempty"`
	Dates    *Dates           `json:"dates,omitempty"`
	SignIns  []SignIn         `json:"signIns,omitempty"` // those that were tried
}

// Run is the data of the run itself.
type Run struct {
	ID          string    `json:"id"`
	StartedAt   time.Time `json:"startedAt"`
	FinishedAt  time.Time `json:"finishedAt"`
	CollectedAt time.Time `json:"collectedAt"`        // when the facts were gathered; earlier than StartedAt for a stored file
	Version     string    `json:"version"`            // of lcshealth
	Catalog     string    `json:"catalog"`            // version of the catalogue
	Config      string    `json:"config,omitempty"`   // digest of the configuration
	Redacted    string    `json:"redacted,omitempty"` // tells by which key names were replaced by pseudonyms; empty: they were not
	Scope       Scope     `json:"scope"`
	ExitCode    int       `json:"exitCode"`
}

// Scope says what the run was limited to. Empty means everything.
type Scope struct {
	Codes   []int    `json:"codes,omitempty"`
	Causes  []string `json:"causes,omitempty"`
	Servers []string `json:"servers,omitempty"`
	User    string   `json:"user,omitempty"`
}

// Summary counts findings.
type Summary struct {
	Verdicts   VerdictCounts           `json:"verdicts"`
	Codes      map[string]int          `json:"codes"`            // SIP code to causes present
	Severities map[checks.Severity]int `json:"severities"`       // findings present
	Waived     int                     `json:"waived,omitempty"` // findings present that are waived; the other counts include them
}

// VerdictCounts counts findings by verdict.
type VerdictCounts struct {
	Present       int `json:"present"`
	Absent        int `json:"absent"`
	Undetermined  int `json:"undetermined"`
	NotApplicable int `json:"notApplicable"`
}

// New puts a report together and counts its findings.
func New(run Run, findings []checks.Finding, sources []facts.Source) *Report {
	r := &Report{Run: run, Findings: findings, Sources: sources}
	r.Summary.Codes = map[string]int{}
	r.Summary.Severities = map[checks.Severity]int{}
	for _, f := range findings {
		switch f.Verdict {
		case checks.Present:
			r.Summary.Verdicts.Present++
			r.Summary.Severities[f.Severity]++
			if f.Waived != nil {
				r.Summary.Waived++
			}
			for _, code := range f.Codes {
				r.Summary.Codes[strconv.Itoa(code)]++
			}
		case checks.Absent:
			r.Summary.Verdicts.Absent++
		case checks.Undetermined:
			r.Summary.Verdicts.Undetermined++
		case checks.NotApplicable:
			r.Summary.Verdicts.NotApplicable++
		}
	}
	return r
}
