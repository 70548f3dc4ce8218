package history

import (
	"context"
	"database/sql"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
)

// missing is a finding that an earlier run had and this one does not have
// under its id. What the run says of it follows from the others.
type missing struct {
	was        *latest
	finding    *checks.Finding // as it was
	now        state
	why        string
	superseded bool // another finding of the run stands for it
}

// missing judges the findings that are left. One of which the run says nothing,
// since it did not judge it, is left out: its span stays as it is, and goes on
// when a later run judges it the same again.
func (w *weaving) missing(ctx context.Context, left map[string]*latest) ([]missing, error) {
	if len(left) == 0 {
		return nil, nil
	}
	here := w.standing()
	var out []missing
	ask := map[judgedWith][]missing{}
	for _, part := range parts(left) {
		err := w.bodies(ctx, part, func(was *latest, f *checks.Finding) {
			m := missing{was: was, finding: f}
			if m.superseded = here.standsFor(was, f); m.superseded {
				out = append(out, m)
				return
			}
			with := judgedWith{was.config, was.asked}
			ask[with] = append(ask[with], m)
		})
		if err != nil {
			return nil, err
		}
	}
	for with, asked := range ask {
		out = append(out, w.judge(with, asked)...)
	}
	return out, nil
}

// judgedWith is what two runs must have in common for a subject that is not
// there to be known as gone.
type judgedWith struct{ config, asked string }

// judge lets package compare say what the run tells of findings that it does
// not have, as if each had been present before.
func (w *weaving) judge(with judgedWith, asked []missing) []missing {
	before := report.Report{Run: w.report.Run}
	before.Run.Config, before.Run.Scope.User = with.config, with.asked
	if with.config == clean(w.report.Run.Config) {
		before.Run.Config = w.report.Run.Config
	}
	for _, m := range asked {
		f := *m.finding
		f.Verdict = checks.Present
		before.Findings = append(before.Findings, f)
	}
	place := map[*checks.Finding]int{}
	for i := range before.Findings {
		place[&before.Findings[i]] = i
	}
	var out []missing
	for _, change := range compare.Compare(&before, w.report).Changes {
		i, found := place[change.Finding]
		if !found {
			continue // of this run's own findings
		}
		m := asked[i]
		m.why, m.now = strings.ReplaceAll(change.Why, "the later report", "this run"), state{severity: m.was.state.severity}
		switch change.Kind {
		case compare.Lost:
			m.now.verdict = checks.Undetermined
		case compare.Resolved:
			if m.now.verdict = change.After; m.now.verdict == "" {
				m.now.verdict = Gone
			}
		default: // not judged
			continue
		}
		out = append(out, m)
	}
	return out
}

// standing is what a run has, to see what stands for a finding that it has
// under another id.
type standing struct {
	problems map[string]bool // with any severity
	present  map[string]bool // causes and subjects with anything present
}

func (w *weaving) standing() standing {
	s := standing{map[string]bool{}, map[string]bool{}}
	for i := range w.report.Findings {
		f := &w.report.Findings[i]
		s.problems[problemOf(f.ID)] = true
		if f.Verdict == checks.Present {
			s.present[slotOf(f)] = true
		}
	}
	return s
}

func slotOf(f *checks.Finding) string { return f.Cause + "\x00" + report.SubjectKey(f.Subject) }

// standsFor reports whether another finding stands for one that is missing: the
// same with another severity, or, for what was said of a whole set of users,
// what is now said of some of them.
func (s standing) standsFor(was *latest, f *checks.Finding) bool {
	return s.problems[was.problem] || was.state.verdict != checks.Present && f.Shape == "" && s.present[slotOf(f)]
}

// bodies reads the findings of spans.
func (w *weaving) bodies(ctx context.Context, of map[int64]*latest, use func(*latest, *checks.Finding)) error {
	args := make([]any, 0, len(of))
	for id := range of {
		args = append(args, id)
	}
	return each(ctx, w.tx.Tx, w.tx.dialect, "SELECT id, body FROM spans WHERE id IN ("+list(len(args))+") ORDER BY id", args, func(rows *sql.Rows) error {
		var id int64
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		f := &checks.Finding{}
		if err := unpackInto(body, f); err != nil {
			return err
		}
		use(of[id], f)
		return nil
	})
}

// parts cuts what is left into lists that fit into one query.
func parts(left map[string]*latest) []map[int64]*latest {
	var out []map[int64]*latest
	for _, l := range left {
		if len(out) == 0 || len(out[len(out)-1]) == most {
			out = append(out, map[int64]*latest{})
		}
		out[len(out)-1][l.id] = l
	}
	return out
}
