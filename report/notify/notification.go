package notify

import (
	"time"

	"lcshealth/checks"
	"lcshealth/report/compare"
)

// Format is the version of [Notification]. It rises only if a field changes its
// meaning, which none is meant to.
const Format = 1

// Notification is what one channel is told at one time. The generic webhook
// sends it as it is; notify.schema.json describes it. Fields are only ever
// added; readers must ignore those that they do not know.
type Notification struct {
	Format   int       `json:"format"` // 1
	Occasion Occasion  `json:"occasion"`
	Scope    string    `json:"scope"`   // name of what was audited
	Channel  string    `json:"channel"` // name of the channel that is told
	At       time.Time `json:"at"`      // when it was decided to tell it
	Subject  string    `json:"subject"` // one line
	Summary  string    `json:"summary"` // one sentence
	More     []string  `json:"more"`    // further sentences, each standing alone
	// Severity is the worst of what is, or may be, present among the changes.
	Severity checks.Severity `json:"severity,omitempty"`
	// Counts are the changes by kind, also those that are not listed.
	Counts  map[Kind]int `json:"counts"`
	Changes []Change     `json:"changes"` // by kind, then by severity and id
	Omitted int          `json:"omitted"` // changes that are not listed
	// Present is what is present now, worst first; of digests only.
	Present        []Change  `json:"present,omitempty"`
	PresentOmitted int       `json:"presentOmitted,omitempty"`
	Since          time.Time `json:"since,omitzero"`   // the last digest; of digests only
	State          *State    `json:"state,omitempty"`  // what the run found as a whole
	Run            *Run      `json:"run,omitempty"`    // the run that it tells of
	Before         *Run      `json:"before,omitempty"` // the run that it was compared with
	Sources        []Source  `json:"sources"`          // those that ended otherwise than before
	Notes          []string  `json:"notes"`            // what to bear in mind
	URL            string    `json:"url,omitempty"`    // where more can be read
}

// Change is what the message tells of one finding.
type Change struct {
	Kind     Kind            `json:"kind"` // why it is told
	ID       string          `json:"id"`   // of the finding, exactly as in the report
	Cause    string          `json:"cause"`
	Title    string          `json:"title"`
	About    string          `json:"about"` // its subject in words
	Subject  checks.Subject  `json:"subject"`
	Severity checks.Severity `json:"severity"`
	Codes    []int           `json:"codes"`             // SIP response codes that clients see
	Article  string          `json:"article,omitempty"` // where the cause is documented
	Verdict  checks.Verdict  `json:"verdict"`           // now
	Before   checks.Verdict  `json:"before,omitempty"`  // in the run before; empty if it said nothing of it
	Why      string          `json:"why,omitempty"`     // the reason of the finding, or why it cannot be decided
	Since    time.Time       `json:"since,omitzero"`    // since when it has had its verdict, as far as known
	Times    int             `json:"times,omitempty"`   // how often it came or went of late, if it is flapping
	Differs  []string        `json:"differs,omitempty"` // how it differs, if it is changed
	Affected int             `json:"affected,omitempty"`
	Step     *Step           `json:"step,omitempty"` // the first of its remedy
	// Follows is the id of the change of this message that explains this one,
	// and should take it away with it.
	Follows string         `json:"follows,omitempty"`
	Waived  *checks.Waived `json:"waived,omitempty"`
}

// Step is a step of a remedy. Command, if any, is to be run on Host.
type Step struct {
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
	Host    string `json:"host,omitempty"`
	Of      int    `json:"of"` // how many steps the remedy has
}

// State counts what the run found.
type State struct {
	Headline     string                  `json:"headline"` // the answer in one sentence
	Present      int                     `json:"present"`
	Undetermined int                     `json:"undetermined"`
	Waived       int                     `json:"waived"` // of those that are present
	Severities   map[checks.Severity]int `json:"severities"`
	Codes        map[string]int          `json:"codes"` // SIP code to causes present
}

// Run is the data of a run.
type Run struct {
	ID         string    `json:"id"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	Version    string    `json:"version"` // of lcshealth
	Catalog    string    `json:"catalog"` // version of the catalogue
	ExitCode   int       `json:"exitCode"`
}

// Source is a source that ended otherwise than before.
type Source = compare.SourceChange
