package preflight

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// Verdict says whether something planned may be done.
type Verdict string

// The verdicts, from the best to the worst but for CannotTell, which says
// nothing of either. Their words are part of the result's format.
const (
	Go         Verdict = "go"
	Risk       Verdict = "risk"        // it may be done; what is told will bite somebody
	NoGo       Verdict = "no-go"       // it would fail, or break what works
	CannotTell Verdict = "cannot-tell" // something that could speak against it was not observed
)

// Verdicts lists them as results show them.
func Verdicts() []Verdict { return []Verdict{NoGo, CannotTell, Risk, Go} }

// rank orders verdicts for a line or a plan: the first that occurs decides.
func (v Verdict) rank() int {
	switch v {
	case NoGo:
		return 0
	case CannotTell:
		return 1
	case Risk:
		return 2
	}
	return 3
}

// Kind says what a line of the plan does.
type Kind string

// The kinds of line.
const (
	EnableUser     Kind = "enable"
	MoveUser       Kind = "move"
	AddDomain      Kind = "add-domain"
	RemoveDomain   Kind = "remove-domain"
	AddServer      Kind = "add-server"
	SetCertificate Kind = "set-certificate"
	AddRoute       Kind = "add-route"
	AddGateway     Kind = "add-gateway"
	ExpectAbsent   Kind = "expect-absent"
)

// Line is a line of the plan with what became of it.
type Line struct {
	At      plan.Ref `json:"at"`
	Kind    Kind     `json:"kind"`
	Name    string   `json:"name"` // what it is about: an account, a domain, a server
	Target  string   `json:"target,omitempty"`
	Verdict Verdict  `json:"verdict"`
	Issues  []Issue  `json:"issues,omitempty"` // the worst first
	Cures   []string `json:"cures,omitempty"`  // ids of causes that are present now and would be gone
	// Done says after the roll-out what became of the line; empty before it.
	Done Done `json:"done,omitempty"`
}

// Done says what became of a line.
type Done string

// What may have become of a line.
const (
	DoneAsPlanned   Done = "done"
	NotDone         Done = "not-done"
	DoneDifferently Done = "differently"
	DoneUnknown     Done = "cannot-tell"
)

// Issue is something that speaks against a line.
type Issue struct {
	Check    string            `json:"check"`           // id of a check of this package, or of a cause of the catalogue
	Title    string            `json:"title,omitempty"` // of the cause; empty for a check of this package
	Verdict  Verdict           `json:"verdict"`
	Severity checks.Severity   `json:"severity"`
	Reason   string            `json:"reason"`
	Evidence []checks.Evidence `json:"evidence,omitempty"`
	Remedy   []checks.Step     `json:"remedy,omitempty"`
	Settle   []string          `json:"settle,omitempty"` // what would settle what cannot be told
	Other    *plan.Ref         `json:"other,omitempty"`  // the other line, if it is about two
}

// Effect says what the plan does to a cause.
type Effect string

// The effects.
const (
	Introduced Effect = "introduced" // absent now, present then; or present now, and for more
	Cured      Effect = "cured"      // present now, absent then
	Unchanged  Effect = "unchanged"  // present now and then
	PresentNow Effect = "present"    // then; nothing is known of before
)

// Change is a cause for one subject, now and with the plan done.
type Change struct {
	Effect  Effect         `json:"effect"`
	Before  checks.Verdict `json:"before"`
	After   checks.Verdict `json:"after"`
	Finding checks.Finding `json:"finding"` // with the plan done; as it is now if it is cured
}

// Counts are how many lines have which verdict.
type Counts struct {
	Go         int `json:"go"`
	Risk       int `json:"risk"`
	NoGo       int `json:"noGo"`
	CannotTell int `json:"cannotTell"`
}

// Result is a plan, judged.
type Result struct {
	Verdict Verdict  `json:"verdict"` // of the whole plan
	Counts  Counts   `json:"counts"`
	Lines   []Line   `json:"lines"`   // the plan's own first, in their order
	Changes []Change `json:"changes"` // causes that are present now or then
	// Besides are issues of no line: of the plan as a whole.
	Besides []Issue        `json:"besides,omitempty"`
	Sources []facts.Source `json:"sources,omitempty"`
}

// nameCauses gives the issues that are causes of the catalogue their titles.
func (r *Result) nameCauses(causes []checks.Cause) {
	titles := make(map[string]string, len(causes))
	for i := range causes {
		titles[causes[i].ID] = causes[i].Title
	}
	name := func(issues []Issue) {
		for i := range issues {
			issues[i].Title = titles[issues[i].Check]
		}
	}
	for i := range r.Lines {
		name(r.Lines[i].Issues)
	}
	name(r.Besides)
}

// settleVerdicts gives every line and the plan their verdicts.
func (r *Result) settleVerdicts() {
	worst := Go
	take := func(v Verdict) {
		if v.rank() < worst.rank() {
			worst = v
		}
	}
	r.Counts = Counts{}
	for i := range r.Lines {
		l := &r.Lines[i]
		l.Verdict = Go
		for k := range l.Issues {
			if v := l.Issues[k].Verdict; v.rank() < l.Verdict.rank() {
				l.Verdict = v
			}
		}
		switch l.Verdict {
		case Go:
			r.Counts.Go++
		case Risk:
			r.Counts.Risk++
		case NoGo:
			r.Counts.NoGo++
		case CannotTell:
			r.Counts.CannotTell++
		}
		take(l.Verdict)
	}
	for i := range r.Besides {
		take(r.Besides[i].Verdict)
	}
	r.Verdict = worst
}

// Exit decides the exit code: 1 if the plan is a no-go or has a risk at or above
// a severity, else 3 if something cannot be told, else 0.
func (r *Result) Exit(failOn checks.Severity) checks.ExitCode {
	code := checks.ExitNothing
	look := func(issues []Issue) {
		for i := range issues {
			switch {
			case issues[i].Verdict == NoGo, issues[i].Verdict == Risk && issues[i].Severity.AtLeast(failOn):
				code = checks.ExitPresent
			case issues[i].Verdict == CannotTell && code == checks.ExitNothing:
				code = checks.ExitIncomplete
			}
		}
	}
	for i := range r.Lines {
		look(r.Lines[i].Issues)
	}
	look(r.Besides)
	return code
}
