package history

import (
	"context"
	"database/sql"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// weaving is a run that is being stored.
type weaving struct {
	tx     *tx
	pack   *packer
	scope  int64
	seq    int64 // the run's place
	report *report.Report
	states []state // of its findings
}

// sources stores how each source ended. Of two with the same name and target
// the last counts.
func (w *weaving) sources(ctx context.Context) error {
	for _, source := range w.report.Sources {
		name, target := key(source.Name), targetKey(source.Target)
		id, err := w.named(ctx, "targets", []string{"scope", "name", "target"}, w.scope, name, target)
		if err != nil {
			return err
		}
		err = w.tx.exec(ctx, "INSERT INTO sources (target, run, status, class, duration) VALUES (?, ?, ?, ?, ?)"+
			" ON CONFLICT (target, run) DO UPDATE SET status = excluded.status, class = excluded.class, duration = excluded.duration",
			id, w.seq, clean(string(source.Status)), clean(string(source.Class)), source.DurationMs)
		if err != nil {
			return err
		}
	}
	return nil
}

// named returns the number of a name, which it stores if it is new.
func (w *weaving) named(ctx context.Context, table string, columns []string, values ...any) (id int64, err error) {
	find := "SELECT id FROM " + table + " WHERE " + strings.Join(columns, " = ? AND ") + " = ?"
	if err = w.tx.row(ctx, find, values...).Scan(&id); err != sql.ErrNoRows { //nolint:errorlint // Scan returns it as it is
		return id, err
	}
	// Another transaction may store the same name now.
	err = w.tx.exec(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+list(len(columns))+
		") ON CONFLICT ("+strings.Join(columns, ", ")+") DO NOTHING", values...)
	if err != nil {
		return 0, err
	}
	err = w.tx.row(ctx, find, values...).Scan(&id)
	return id, err
}

// trend stores the counts of each cause.
func (w *weaving) trend(ctx context.Context) error {
	points := map[string]*TrendPoint{}
	var causes []string // in the order of the report
	for i := range w.report.Findings {
		f := &w.report.Findings[i]
		cause := key(f.Cause)
		if points[cause] == nil {
			points[cause] = &TrendPoint{}
			causes = append(causes, cause)
		}
		points[cause].add(f)
	}
	for _, cause := range causes {
		id, err := w.named(ctx, "causes", []string{"name"}, cause)
		if err != nil {
			return err
		}
		p := points[cause]
		err = w.tx.exec(ctx, "INSERT INTO trend (scope, cause, run, present, waived, absent, undetermined, not_applicable, worst) VALUES ("+list(9)+")",
			w.scope, id, w.seq, p.Verdicts.Present, p.Waived, p.Verdicts.Absent, p.Verdicts.Undetermined, p.Verdicts.NotApplicable, clean(string(p.Worst)))
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *TrendPoint) add(f *checks.Finding) {
	switch f.Verdict {
	case checks.Present:
		p.Verdicts.Present++
		if f.Waived != nil {
			p.Waived++
		}
		if p.Worst == "" || f.Severity.Rank() < p.Worst.Rank() {
			p.Worst = f.Severity
		}
	case checks.Absent:
		p.Verdicts.Absent++
	case checks.Undetermined:
		p.Verdicts.Undetermined++
	case checks.NotApplicable:
		p.Verdicts.NotApplicable++
	}
}
