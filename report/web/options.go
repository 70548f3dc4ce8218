package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/runner"
)

// Options are what a [Server] needs.
type Options struct {
	Store *history.Store
	// Auditor tells of audits that are missing, delivers messages, and names
	// the channels.
	Auditor *audit.Auditor
	// Auth knows the users. Nil lets everybody who can connect read, and nobody
	// do more.
	Auth *auth.Service
	// Hosts are the names and addresses that the server is asked under, as
	// guard.Hosts lists them.
	Hosts []string
	TLS   bool // it is asked over TLS

	Scopes []runner.Scope // that it audits
	Start  runner.Start   // runs one audit
	// Prune removes what is too old; nil for nothing.
	Prune func(ctx context.Context) error
	// Grace is how long an audit may go on when the server stops; zero is half a
	// minute.
	Grace time.Duration

	Causes []checks.Cause // the catalogue
	// Waivers is the path of the file of waivers; empty if there is none, and
	// nothing can be waived then.
	Waivers string
	// Lookup judges the kept facts of the last run of a scope for one user. Nil,
	// or a report that is nil, means that no facts are kept.
	Lookup func(ctx context.Context, scope, user string) (*report.Report, error)
	// NotifyTest tries a channel out and returns what happened, step by step,
	// also with an error.
	NotifyTest func(ctx context.Context, channel string) (steps []string, err error)

	Version string           // of lcshealth
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means none
}

func (o *Options) complete() error {
	if o.Store == nil || o.Auditor == nil || o.Start == nil {
		return errors.New("the web page needs a history, an auditor and a way to audit")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
