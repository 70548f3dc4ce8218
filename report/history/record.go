package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

// Record is a run with all that is stored along with it.
type Record struct {
	Scope     string // must not be empty
	Report    *report.Report
	FactsFile string // where its facts are kept; empty if they are not
	// RedactionKey names the key of the facts' pseudonyms; empty if the
	// report is not redacted.
	RedactionKey string
	Auditor      string // the computer that made the run; this one if empty
	// Messages are queued; scope, run and time are filled in where they are
	// missing.
	Messages []Message
	// Told is what channels are told by the messages: channel → id of the
	// finding → what.
	Told map[string]map[string]Told
}

// Save stores a run, its messages and what was told in one transaction: all of
// it or nothing. A mark of the run is removed with it. A run that is stored
// already gives [ErrExists], and nothing is changed.
//
// After [ErrGone] the run may or may not be stored; saving it again tells.
func (s *Store) Save(ctx context.Context, r Record) error {
	if r.Scope == "" || r.Report == nil || r.Report.Run.ID == "" {
		return s.failed("save the run", errors.New("it needs a scope, a report and an id"))
	}
	op := "save run " + r.Report.Run.ID
	var pack packer
	body, size, err := pack.pack(r.Report)
	if err != nil {
		return s.failed(op, fmt.Errorf("encode the report: %w", err))
	}
	if size > maxReport {
		return s.failed(op, fmt.Errorf("the report is larger than %d MiB", maxReport>>20))
	}
	now, states := s.now(), statesOf(r.Report)
	return s.failed(op, s.write(ctx, func(tx *tx) error {
		scope, err := scopeOf(ctx, tx, r.Scope, now)
		if err != nil {
			return fmt.Errorf("scope %q: %w", r.Scope, err)
		}
		w := &weaving{tx: tx, pack: &pack, scope: scope, report: r.Report, states: states}
		if w.seq, err = s.insertRun(ctx, tx, scope, &r, now); err != nil {
			return err
		}
		if err := tx.exec(ctx, "INSERT INTO reports (run, size, body) VALUES (?, ?, ?)", w.seq, size, body); err != nil {
			return fmt.Errorf("store the report: %w", err)
		}
		for _, part := range []struct {
			what  string
			store func(context.Context) error
		}{
			{"sources", w.sources},
			{"trend", w.trend},
			{"spans", w.spans},
		} {
			if err := part.store(ctx); err != nil {
				return fmt.Errorf("store the %s: %w", part.what, err)
			}
		}
		if err := queue(ctx, tx, r.Scope, r.Report.Run.ID, r.Messages, now); err != nil {
			return err
		}
		if err := storeTold(ctx, tx, scope, r.Told); err != nil {
			return err
		}
		return tx.exec(ctx, "DELETE FROM marks WHERE scope = ? AND run = ?", scope, key(r.Report.Run.ID))
	}))
}

// scopeOf returns the number of a scope, which it makes if need be. In
// PostgreSQL the scope is then this transaction's until it ends.
func scopeOf(ctx context.Context, tx *tx, name string, now time.Time) (id int64, err error) {
	name = key(name)
	if err := tx.exec(ctx, "INSERT INTO scopes (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", name, micros(now)); err != nil {
		return 0, err
	}
	err = tx.row(ctx, "SELECT id FROM scopes WHERE name = ?"+tx.dialect.forUpdate, name).Scan(&id)
	return id, err
}

// insertRun stores the run's own row and returns its place.
func (s *Store) insertRun(ctx context.Context, tx *tx, scope int64, r *Record, now time.Time) (seq int64, err error) {
	run := &r.Report.Run
	var there int
	if err := tx.row(ctx, "SELECT COUNT(*) FROM runs WHERE id = ?", key(run.ID)).Scan(&there); err != nil {
		return 0, err
	}
	if there > 0 {
		return 0, ErrExists
	}
	summary, err := json.Marshal(r.Report.Summary)
	if err != nil {
		return 0, err
	}
	limits, err := json.Marshal(run.Scope)
	if err != nil {
		return 0, err
	}
	auditor := r.Auditor
	if auditor == "" {
		auditor = s.host
	}
	err = tx.row(ctx, "INSERT INTO runs (scope, id, started, finished, collected, exit_code, version, catalog, config,"+
		" redaction_key, facts_file, auditor, complete, summary, limits, saved) VALUES ("+list(16)+") RETURNING seq",
		scope, key(run.ID), micros(run.StartedAt), micros(run.FinishedAt), micros(run.CollectedAt), run.ExitCode,
		clean(run.Version), clean(run.Catalog), clean(run.Config), clean(r.RedactionKey), clean(r.FactsFile), clean(auditor),
		bit(complete(r.Report)), string(summary), string(limits), micros(now)).Scan(&seq)
	return seq, err
}

// complete reports whether a report could decide everything.
func complete(r *report.Report) bool {
	for i := range r.Findings {
		if r.Findings[i].Verdict == checks.Undetermined {
			return false
		}
	}
	return true
}
