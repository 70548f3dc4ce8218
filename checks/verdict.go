package checks

import (
	"time"

	"lcshealth/checks/facts"
)

// Verdict is the result of judging one cause for one subject.
type Verdict string

// The verdicts. Their words are part of the report's format.
const (
	Present       Verdict = "present"
	Absent        Verdict = "absent"
	Undetermined  Verdict = "undetermined"
	NotApplicable Verdict = "not-applicable"
)

// Verdicts lists them in the order in which reports show them.
func Verdicts() []Verdict { return []Verdict{Present, Undetermined, NotApplicable, Absent} }

// Evidence is an observation that a verdict rests on.
type Evidence struct {
	Observed string    `json:"observed"`
	Expected string    `json:"expected,omitempty"`
	Source   string    `json:"source"`
	Host     string    `json:"host,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// Saw returns evidence with the origin of the fact that it tells of.
func Saw(from facts.Origin, observed, expected string) Evidence {
	return Evidence{Observed: observed, Expected: expected, Source: from.Source, Host: from.Target, At: from.At}
}

// Step is one step of a remedy. Command, if any, is to be run on Host.
type Step struct {
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
	Host    string `json:"host,omitempty"`
}

// Judgement gathers what a cause's function finds for one subject. Its
// [Judgement.Verdict] is the single place that weighs it: present if anything
// shows the cause, else undetermined if anything that could show it was not
// observed, else not applicable if so declared, else absent.
type Judgement struct {
	severity Severity
	reasons  []string
	present  []Evidence
	noted    []Evidence
	unknown  []*facts.Unknown
	excluded string
	remedy   []Step
	alone    bool
}

// Present records that the cause is there. The worst severity of several
// calls counts.
func (j *Judgement) Present(severity Severity, reason string, evidence ...Evidence) {
	if len(j.reasons) == 0 || severity.Rank() < j.severity.Rank() {
		j.severity = severity
	}
	j.reasons = append(j.reasons, reason)
	j.present = append(j.present, evidence...)
}

// StandsAlone records that what is present would be there without the causes
// that the cause comes after.
func (j *Judgement) StandsAlone() { j.alone = true }

// Unknown records that a fact which could show the cause was not observed.
// A nil reason is ignored.
func (j *Judgement) Unknown(why *facts.Unknown) {
	if why != nil {
		j.unknown = append(j.unknown, why)
	}
}

// NotApplicable records that the cause cannot occur for the subject.
func (j *Judgement) NotApplicable(reason string) { j.excluded = reason }

// Note records an observation that speaks against the cause, or about it.
func (j *Judgement) Note(evidence ...Evidence) { j.noted = append(j.noted, evidence...) }

// Remedy adds steps that cure the cause. They are shown if it is present.
func (j *Judgement) Remedy(steps ...Step) { j.remedy = append(j.remedy, steps...) }

// Verdict weighs what was recorded.
func (j *Judgement) Verdict() Verdict {
	switch {
	case len(j.reasons) > 0:
		return Present
	case j.excluded != "" && len(j.unknown) == 0:
		return NotApplicable
	case len(j.unknown) > 0:
		return Undetermined
	default:
		return Absent
	}
}
