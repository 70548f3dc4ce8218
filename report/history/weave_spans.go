package history

import (
	"context"
	"database/sql"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

// Gone is the verdict on a finding of which a run that judged its cause says
// nothing any more, because the server or the group of users is not there.
const Gone checks.Verdict = "gone"

// state is what must stay the same for a span to go on.
type state struct {
	verdict     checks.Verdict
	severity    checks.Severity
	waived      bool
	fingerprint string
	reported    bool // by the run itself; otherwise it follows from what the run says of others
}

// statesOf returns the state of each finding of a report.
func statesOf(r *report.Report) []state {
	out := make([]state, len(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		out[i] = state{f.Verdict, f.Severity, f.Waived != nil, report.Fingerprint(f), true}
	}
	return out
}

// latest is the span that says how a finding stood before the run.
type latest struct {
	id      int64
	finding string
	problem string
	state   state
	config  string
	asked   string
	lastAt  int64
}

// spans continues the span of each finding that is as it was, and ends and
// begins spans for the others.
func (w *weaving) spans(ctx context.Context) error {
	before, err := w.latest(ctx)
	if err != nil {
		return err
	}
	var unchanged, ended []int64
	var begun []span
	seen := map[string]bool{}
	for i := range w.report.Findings {
		f := &w.report.Findings[i]
		id, now := key(f.ID), w.states[i]
		if seen[id] {
			continue // ids are unique, unless somebody else made the report
		}
		seen[id] = true
		was := before[id]
		delete(before, id) // what is left is not in the report
		if was != nil && was.state == now {
			unchanged = append(unchanged, was.id)
			continue
		}
		if was != nil {
			ended = append(ended, was.id)
		}
		begun = append(begun, span{id: id, problem: problemOf(f.ID), finding: f, state: now, reason: f.Reason})
	}
	missing, err := w.missing(ctx, before)
	if err != nil {
		return err
	}
	for _, m := range missing {
		switch {
		case m.superseded:
			ended = append(ended, m.was.id)
		case m.was.state == m.now:
			unchanged = append(unchanged, m.was.id)
		default:
			ended = append(ended, m.was.id)
			begun = append(begun, span{id: m.was.finding, problem: m.was.problem, finding: m.finding, state: m.now, reason: m.why})
		}
	}
	if err := w.extend(ctx, unchanged); err != nil {
		return err
	}
	if err := w.end(ctx, ended); err != nil {
		return err
	}
	return w.begin(ctx, begun)
}

// latest reads how each finding of the scope stood.
func (w *weaving) latest(ctx context.Context) (map[string]*latest, error) {
	out := map[string]*latest{}
	const query = "SELECT id, finding, problem, verdict, severity, waived, fingerprint, reported, config, asked, last_at" +
		" FROM spans WHERE scope = ? AND latest = 1 ORDER BY finding" // in that order there is an index of just these
	err := each(ctx, w.tx.Tx, w.tx.dialect, query, []any{w.scope}, func(rows *sql.Rows) error {
		l := &latest{}
		var waived, reported int64
		if err := rows.Scan(&l.id, &l.finding, &l.problem, &l.state.verdict, &l.state.severity, &waived, &l.state.fingerprint,
			&reported, &l.config, &l.asked, &l.lastAt); err != nil {
			return err
		}
		l.state.waived, l.state.reported = waived != 0, reported != 0
		out[l.finding] = l
		return nil
	})
	return out, err
}

// span is one that begins with this run.
type span struct {
	id      string
	problem string
	finding *checks.Finding
	state   state
	reason  string
}

// at is when what the run saw was so.
func (w *weaving) at() time.Time { return w.report.Run.StartedAt }

// extend moves the ends of spans to this run.
func (w *weaving) extend(ctx context.Context, ids []int64) error {
	at, run := micros(w.at()), &w.report.Run
	return w.inParts(ctx, ids, "UPDATE spans SET last_seq = ?, last_run = ?, last_at = CASE WHEN last_at > ? THEN last_at ELSE ? END, config = ?, asked = ? WHERE id IN",
		w.seq, clean(run.ID), at, at, clean(run.Config), clean(run.Scope.User))
}

func (w *weaving) end(ctx context.Context, ids []int64) error {
	return w.inParts(ctx, ids, "UPDATE spans SET latest = 0 WHERE id IN")
}

// inParts runs a statement for a long list of rows.
func (w *weaving) inParts(ctx context.Context, ids []int64, statement string, args ...any) error {
	for len(ids) > 0 {
		n := min(len(ids), most)
		all := append([]any{}, args...)
		for _, id := range ids[:n] {
			all = append(all, id)
		}
		if err := w.tx.exec(ctx, statement+" ("+list(n)+")", all...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (w *weaving) begin(ctx context.Context, spans []span) error {
	if len(spans) == 0 {
		return nil
	}
	insert, err := w.tx.PrepareContext(ctx, w.tx.dialect.bind("INSERT INTO spans (scope, finding, problem, cause, kind, subject, server,"+
		" verdict, severity, waived, fingerprint, reported, reason, first_seq, first_run, first_at, last_seq, last_run, last_at,"+
		" config, asked, latest, body) VALUES ("+list(23)+")"))
	if err != nil {
		return err
	}
	defer insert.Close() //nolint:errcheck // the transaction closes it anyway
	at, run := micros(w.at()), &w.report.Run
	for _, s := range spans {
		f := s.finding
		body, _, err := w.pack.pack(f)
		if err != nil {
			return err
		}
		_, err = insert.ExecContext(ctx, w.scope, s.id, s.problem, key(f.Cause), clean(string(f.Subject.Kind)), clean(f.Subject.Name), clean(f.Subject.Server),
			clean(string(s.state.verdict)), clean(string(s.state.severity)), bit(s.state.waived), s.state.fingerprint, bit(s.state.reported), clean(s.reason),
			w.seq, clean(run.ID), at, w.seq, clean(run.ID), at, clean(run.Config), clean(run.Scope.User), 1, body)
		if err != nil {
			return err
		}
	}
	return nil
}
