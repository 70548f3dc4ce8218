package runner

import (
	"sync"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report"
)

// State is how far an audit has come.
type State string

// The states of an audit.
const (
	Waiting     State = "waiting" // for others to end
	Running     State = "running"
	Done        State = "done"     // there is a report, and it is in the history
	Unstored    State = "unstored" // there was a report, but it could not be stored
	Failed      State = "failed"   // there is no report
	Interrupted State = "interrupted"
)

// Over reports whether an audit has ended.
func (s State) Over() bool { return s != Waiting && s != Running }

// Progress is how an audit gets on, or how it ended. Its strings have been
// through [report.Clean]. Its JSON form only ever gains fields.
type Progress struct {
	Scope    string    `json:"scope"`
	By       string    `json:"by"` // who asked for it
	State    State     `json:"state"`
	Asked    time.Time `json:"asked"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Sources  []Source  `json:"sources"`            // in the order in which they began
	RunID    string    `json:"runId,omitempty"`    // of an audit that has ended with a report
	Line     string    `json:"line,omitempty"`     // what it found that the one before had not
	Error    string    `json:"error,omitempty"`    // why there is no report
	Problems []string  `json:"problems,omitempty"` // of the history and of channels
}

// Source is how one source gets on.
type Source struct {
	Name       string       `json:"name"`
	Target     string       `json:"target,omitempty"`
	What       string       `json:"what,omitempty"` // what it reads at the moment
	Read       int          `json:"read"`           // how much of it so far
	Status     facts.Status `json:"status,omitempty"`
	Message    string       `json:"message,omitempty"`
	DurationMs int64        `json:"durationMs,omitempty"`
}

// job is an audit that was asked for. It is the [Watcher] of its own progress.
type job struct {
	mu      sync.Mutex
	now     Progress
	at      map[[2]string]int // place of a source
	changed chan struct{}     // closed with the next change; nil while nobody waits for it
}

func newJob(scope, by string, asked time.Time) *job {
	return &job{at: map[[2]string]int{}, now: Progress{Scope: scope, By: by, State: Waiting, Asked: asked.UTC()}}
}

// change changes the progress and tells those who wait for it.
func (j *job) change(do func(*Progress)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	do(&j.now)
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// look returns the progress and what is closed when it has changed.
func (j *job) look() (Progress, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	out := j.now
	out.Sources = append([]Source{}, j.now.Sources...)
	return out, j.changed
}

func (j *job) source(p *Progress, name, target string) *Source {
	key := [2]string{name, target}
	i, ok := j.at[key]
	if !ok {
		i = len(p.Sources)
		j.at[key] = i
		p.Sources = append(p.Sources, Source{Name: report.Clean(name), Target: report.Clean(target)})
	}
	return &p.Sources[i]
}

func (j *job) Step(name, target, what string, n int) {
	j.change(func(p *Progress) {
		s := j.source(p, name, target)
		s.What, s.Read = report.Clean(what), n
	})
}

func (j *job) Finished(f facts.Source) {
	j.change(func(p *Progress) {
		s := j.source(p, f.Name, f.Target)
		s.Status, s.Message, s.DurationMs = f.Status, report.Clean(f.Message), f.DurationMs
	})
}
