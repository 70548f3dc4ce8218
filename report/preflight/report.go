// Package preflight writes what became of a plan: as text, as JSON, as one HTML
// page without a script, as JUnit XML with a test for each line, and as CSV of
// the planned users. Every format renders the one value, [Report].
package preflight

import (
	"time"

	"lcshealth/checks/preflight"
)

// Report is a plan that was judged, with the data of the run. Its JSON form is
// described by preflight-report.schema.json; fields are only ever added.
type Report struct {
	Run Run `json:"run"`
	preflight.Result
}

// Run is the data of the run itself.
type Run struct {
	ID          string    `json:"id"`
	StartedAt   time.Time `json:"startedAt"`
	FinishedAt  time.Time `json:"finishedAt"`
	CollectedAt time.Time `json:"collectedAt"` // when the facts were gathered
	Version     string    `json:"version"`     // of lcshealth
	Catalog     string    `json:"catalog"`     // version of the catalogue
	Plan        string    `json:"plan"`        // its file
	Digest      string    `json:"digest"`      // SHA-256 of the plan and its users' file, in hexadecimal
	After       bool      `json:"after"`       // judged after the roll-out
	ExitCode    int       `json:"exitCode"`
}

// VerdictWords name a verdict for people.
func VerdictWords(v preflight.Verdict) string {
	switch v {
	case preflight.Go:
		return "go"
	case preflight.Risk:
		return "go with risks"
	case preflight.NoGo:
		return "no go"
	}
	return "cannot tell"
}

// KindWords name what a line does.
func KindWords(k preflight.Kind) string {
	switch k {
	case preflight.EnableUser:
		return "enable"
	case preflight.MoveUser:
		return "move"
	case preflight.AddDomain:
		return "add the SIP domain"
	case preflight.RemoveDomain:
		return "remove the SIP domain"
	case preflight.AddServer:
		return "add the server"
	case preflight.SetCertificate:
		return "select a certificate on"
	case preflight.AddRoute:
		return "add a route to"
	case preflight.AddGateway:
		return "trust a gateway on"
	}
	return "expect to be absent:"
}

// DoneWords name what became of a line after the roll-out.
func DoneWords(d preflight.Done) string {
	switch d {
	case preflight.DoneAsPlanned:
		return "done"
	case preflight.NotDone:
		return "not done"
	case preflight.DoneDifferently:
		return "done differently"
	case preflight.DoneUnknown:
		return "cannot tell whether it was done"
	}
	return ""
}

// arrow leads from what a line is about to what it leads to.
func arrow(l *preflight.Line) string {
	if l.Target == "" {
		return ""
	}
	return " → " + l.Target
}
