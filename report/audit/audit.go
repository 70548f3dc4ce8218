// Package audit does one scheduled audit: it has a report made, stores it in
// the history with what is to be told of it, compares it with the run before,
// and delivers the messages. What goes wrong with the history or with a channel
// never takes the report away.
package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/notify"
)

// Auditor is what all audits have in common.
type Auditor struct {
	Store    *history.Store
	Policy   notify.Policy
	Rules    []notify.Rules // one for each channel
	Channels []notify.Channel
	Delivery notify.Delivery
	Now      func() time.Time // nil means time.Now
}

// Job is one audit.
type Job struct {
	Scope string // what is audited, by the name under which runs are compared
	RunID string
	// Make makes the report, whose id must be RunID, and returns the path of
	// its facts if it has kept them.
	Make func(context.Context) (r *report.Report, factsFile string, err error)
}

// Outcome is what came of an audit.
type Outcome struct {
	Report     *report.Report
	Comparison *compare.Comparison // with the run before; nil in the first audit of a scope
	Stored     bool
	Queued     int              // messages that it gave rise to
	Sent       []notify.Outcome // what became of these, and of those that were waiting
	// Problems are failures of the history and of channels. The report stands
	// all the same.
	Problems []error
}

// aside bounds what is still done when an audit was interrupted.
const aside = 10 * time.Second

// delivery bounds the delivery of messages at the end of an audit. What is not
// sent by then waits in the history.
const delivery = 2 * time.Minute

// Run does an audit. The error is that of making the report; it is noted in the
// history, and told to the channels unless ctx was cancelled.
func (a *Auditor) Run(ctx context.Context, job Job) (*Outcome, error) {
	out := &Outcome{}
	out.problem(a.Store.Mark(ctx, job.Scope, job.RunID, history.Started, ""))
	r, factsFile, err := job.Make(ctx)
	if err != nil {
		a.failed(ctx, out, job, err)
		return out, err
	}
	out.Report = r
	if err := a.store(ctx, out, job, factsFile); err != nil {
		out.problem(err)
		a.mark(ctx, out, job, history.Failed, err.Error())
	}
	a.deliver(ctx, out)
	return out, nil
}

// store compares the report with the one before, and stores it with what is to
// be told.
func (a *Auditor) store(ctx context.Context, out *Outcome, job Job, factsFile string) error {
	switch before, err := a.Store.Latest(ctx, job.Scope); {
	case err == nil:
		out.Comparison = compare.Compare(before, out.Report)
	case !errors.Is(err, history.ErrNone):
		return err
	}
	now := a.now()
	found := notify.Audit{Scope: job.Scope, Report: out.Report, Comparison: out.Comparison}
	known, err := a.Store.Known(ctx, job.Scope, nil, a.Policy.Since(now))
	if err != nil {
		return err
	}
	found.Known = known
	plans := notify.Plan(now, a.Policy, a.Rules, found)
	messages, err := plans.Outgoing()
	if err != nil {
		return err
	}
	record := history.Record{
		Scope: job.Scope, Report: out.Report, FactsFile: factsFile, RedactionKey: out.Report.Run.Redacted,
		Messages: messages, Told: plans.Told,
	}
	err = a.Store.Save(ctx, record)
	if errors.Is(err, history.ErrGone) {
		err = a.Store.Save(ctx, record) // which tells whether it was stored before
	}
	if err != nil && !errors.Is(err, history.ErrExists) {
		return err
	}
	out.Stored, out.Queued = true, len(messages)
	return nil
}

// failed notes and tells that there is no report.
func (a *Auditor) failed(ctx context.Context, out *Outcome, job Job, why error) {
	if ctx.Err() != nil {
		a.mark(ctx, out, job, history.Interrupted, context.Cause(ctx).Error())
		return
	}
	a.mark(ctx, out, job, history.Failed, why.Error())
	out.problem(a.Trouble(ctx, notify.Trouble{Scope: job.Scope, Occasion: notify.AuditFailed, Why: why.Error()}))
	a.deliver(ctx, out)
}

// mark notes what became of a run without a report, even if the run was
// interrupted.
func (a *Auditor) mark(ctx context.Context, out *Outcome, job Job, state history.MarkState, why string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aside)
	defer cancel()
	out.problem(a.Store.Mark(ctx, job.Scope, job.RunID, state, why))
}

// Trouble queues the news that audits themselves fail or are missing, for each
// channel that has not been told.
func (a *Auditor) Trouble(ctx context.Context, t notify.Trouble) error {
	now := a.now()
	known, err := a.Store.Known(ctx, t.Scope, []string{notify.AuditID}, now)
	if err != nil {
		return err
	}
	plans := notify.PlanTrouble(now, a.Policy, a.Rules, t, known[notify.AuditID].Told)
	messages, err := plans.Outgoing()
	if err != nil || len(messages) == 0 {
		return err
	}
	return a.Store.Queue(ctx, t.Scope, messages, plans.Told)
}

// Deliver sends what is due, and returns what became of it.
func (a *Auditor) Deliver(ctx context.Context) ([]notify.Outcome, error) {
	d := a.Delivery
	d.Now = a.now
	d.Report = func(ctx context.Context, _, run string) (*report.Report, error) { return a.Store.Report(ctx, run) }
	return notify.Deliver(ctx, a.Store, a.Channels, d)
}

func (a *Auditor) deliver(ctx context.Context, out *Outcome) {
	ctx, cancel := context.WithTimeout(ctx, delivery)
	defer cancel()
	sent, err := a.Deliver(ctx)
	out.Sent = sent
	out.problem(err)
	for _, s := range sent {
		if s.State != history.Sent {
			out.problem(fmt.Errorf("tell %s: %s", s.Channel, s.Why))
		}
	}
}

func (a *Auditor) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

func (o *Outcome) problem(err error) {
	if err != nil {
		o.Problems = append(o.Problems, err)
	}
}
