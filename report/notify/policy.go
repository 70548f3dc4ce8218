package notify

import (
	"time"

	"lcshealth/checks"
	"lcshealth/report/compare"
)

// Policy says what is told and when. The zero value tells every change at once.
type Policy struct {
	// Tell are the kinds of change that are told: new, changed, lost,
	// undetermined, resolved, decided. Nil means all of these; a list without
	// any leaves digests and reminders.
	Tell []compare.Kind
	// Changed says which differences make a finding a changed one. Nil means
	// all of [Aspects].
	Changed []Aspect
	// Reminders says after how long what is still present is told again, by
	// severity. What is missing or zero is not told again.
	Reminders map[checks.Severity]time.Duration
	// AuditReminder is the same for audits that fail or are missing; zero
	// means a day.
	AuditReminder time.Duration
	Flapping      Damping
	Quiet         []QuietHours
	Digest        Schedule
	// BaseURL is where the web page is, without the part that names a run;
	// empty if there is none. Messages link to BaseURL + "/runs/" + the run's
	// id, unless RunPath says otherwise.
	BaseURL string
	// RunPath is the path of a run below BaseURL, with {run} and {scope} where
	// they go; empty means "/runs/{run}".
	RunPath string
}

// Aspect is a way in which a finding that is still present can change.
type Aspect string

// The aspects.
const (
	OfSeverity Aspect = "severity"
	OfEvidence Aspect = "evidence"
	OfUsers    Aspect = "users"
	OfWaiver   Aspect = "waiver"
)

// Aspects lists them.
func Aspects() []Aspect { return []Aspect{OfSeverity, OfEvidence, OfUsers, OfWaiver} }

// Damping quietens what comes and goes. A finding that becomes present or
// ceases to be Transitions times within Window is told of once, as flapping,
// and then not until it has stayed as it is for Steady.
type Damping struct {
	Transitions int           // 0 means no damping; at least 2
	Window      time.Duration // zero means a day
	Steady      time.Duration // zero means a quarter of the window
}

// QuietHours are times at which nothing is sent. What is to be told then waits
// for their end.
type QuietHours struct {
	From string // "22:00", on the clock of Zone
	To   string // "07:00"; not later than From means on the next day; "24:00" is the day's end
	// Days are those on which the hours begin: mon, tue, wed, thu, fri, sat,
	// sun. None means every day.
	Days []string
	Zone string // "Europe/Berlin"; empty means UTC
	// Break is the severity that is told all the same; empty means none.
	// Reminders and digests always wait.
	Break checks.Severity
}

// Schedule says when a channel gets a digest.
type Schedule struct {
	Every string // daily or weekly; empty means no digest
	At    string // "07:30", on the clock of Zone
	Day   string // of a weekly digest: mon to sun; empty means mon
	Zone  string // as in QuietHours
	// Always sends it also if nothing is present and nothing has changed.
	Always bool
}

// Rules are what one channel is told. What they leave unset is as the policy
// has it.
type Rules struct {
	Channel string // its name
	// Scopes are the names of the scopes whose audits it is told of; * stands
	// for any characters. None means all.
	Scopes []string
	// MinSeverity is the least severity that it is told of; empty means all.
	// Who was told of something is told how it goes on, whatever its severity.
	MinSeverity checks.Severity
	// NoAudits keeps messages about audits that fail or are missing from it.
	NoAudits bool

	Tell   []compare.Kind
	Quiet  []QuietHours
	Digest *Schedule
}

// Since says how far back the history has to know what became of a finding, for
// [Plan] to judge what comes and goes.
func (p Policy) Since(now time.Time) time.Time {
	return now.Add(-max(p.Flapping.window(), p.Flapping.steady()))
}

func (d Damping) window() time.Duration { return or(d.Window, 24*time.Hour) }
func (d Damping) steady() time.Duration { return or(d.Steady, d.window()/4) }

// of returns the policy as it is for one channel.
func (p Policy) of(r Rules) Policy {
	if r.Tell != nil {
		p.Tell = r.Tell
	}
	if r.Quiet != nil {
		p.Quiet = r.Quiet
	}
	if r.Digest != nil {
		p.Digest = *r.Digest
	}
	return p
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
