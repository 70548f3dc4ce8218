package runner

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/schedule"
)

// Watcher is told how an audit gets on. It may be called by many at once.
type Watcher interface {
	// Step says what a source is at, and how much of it has been read.
	Step(source, target, what string, n int)
	// Finished says how a source ended.
	Finished(facts.Source)
}

// Start runs one audit of a scope. The error says why there is no report.
type Start func(ctx context.Context, scope string, watch Watcher) (*audit.Outcome, error)

// Scope is something that is audited. With a zero schedule it is audited only
// when somebody asks.
type Scope struct {
	Name     string
	Schedule schedule.Schedule
}

// History is what the runner asks the history.
type History interface {
	Scopes(ctx context.Context) ([]history.Scope, error)
}

// Options are what a [Runner] needs. Functions that are nil are not called.
type Options struct {
	Scopes  []Scope
	Start   Start
	History History
	// Deliver sends the messages that are due, every minute.
	Deliver func(ctx context.Context) error
	// Trouble tells that the audits of a scope are missing. It is called every
	// minute while they are, and has to see to it that nobody is told twice.
	Trouble func(ctx context.Context, t notify.Trouble) error
	// Prune removes what is too old, daily.
	Prune func(ctx context.Context) error
	// Parallel is how many audits run at once; zero means two. Others wait.
	Parallel int
	// Grace is how long an audit may go on when the server stops; zero means
	// half a minute.
	Grace time.Duration
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger     // nil means none
}

// What the options that are not set amount to.
const (
	defaultParallel = 2
	defaultGrace    = 30 * time.Second
)

func (o *Options) complete() {
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Errors of [Runner.Ask].
var (
	ErrNoScope = errors.New("there is no such scope")
	ErrBusy    = errors.New("an audit of the scope is under way")
	ErrStopped = errors.New("the server is stopping")
)

// Who asked for an audit if it is nobody.
const (
	BySchedule = "the schedule"
	ByMissed   = "the schedule, for an audit that was missed"
)
