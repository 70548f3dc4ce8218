package preflight

import (
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/view"
)

// table are lines of the plan. Columns that would be empty are left out.
type table struct {
	Target, Done, Other bool
	Said                string // what the column is called that tells what is said of each alone; empty without one
	Count               int
	Rows                listing[row]
}

// row is a line of the plan, with what is said of it alone.
type row struct {
	At, Kind, Name, Target, Done, Other string
	Also                                preflight.Verdict // the verdict of the line, if it is another than that of its issue

	Severity checks.Severity // if that is said of it alone
	Reason   string
	Seen     []string
	Steps    []view.Step
	Remedy   bool // the steps are a whole remedy, not only commands
	Settle   []string
}

// rowIn is a row in its table.
type rowIn struct {
	*table
	Row row
}

// With puts a row into the table, whose columns it has.
func (t *table) With(r row) rowIn { return rowIn{t, r} }

// mostSeen is how much evidence a row has.
const mostSeen = 3

func tableOf(b *block, own []bool) *table {
	t := &table{Count: len(b.told)}
	switch {
	case b.same == all:
	case own != nil && b.same == parts{severity: true, reason: true, evidence: true, settle: true}:
		t.Said = "Command"
	default:
		t.Said = "Why"
	}
	var rows []row
	for _, of := range b.told {
		t.Target = t.Target || of.line.Target != ""
		t.Done = t.Done || of.line.Done != ""
		t.Other = t.Other || of.issue.Other != nil
		if len(rows) < mostLines {
			rows = append(rows, rowOf(of, b.same, own))
		}
	}
	t.Rows = list(rows)
	t.Rows.More = len(b.told) - len(rows)
	return t
}

func rowOf(t told, same parts, own []bool) row {
	l, i := t.line, t.issue
	clean := report.Clean
	r := row{At: clean(l.At.String()), Kind: KindWords(l.Kind), Name: clean(l.Name), Target: clean(l.Target), Done: DoneWords(l.Done)}
	if i.Other != nil {
		r.Other = clean(i.Other.String())
	}
	if l.Verdict != i.Verdict {
		r.Also = l.Verdict
	}
	if !same.severity {
		r.Severity = i.Severity
	}
	if !same.reason {
		r.Reason = clean(i.Reason)
	}
	if !same.evidence {
		for _, e := range i.Evidence[:min(len(i.Evidence), mostSeen)] {
			r.Seen = append(r.Seen, clean(evidence(&e)))
		}
	}
	if !same.remedy {
		r.Steps, r.Remedy = stepsOf(i.Remedy, own), own == nil && len(i.Remedy) > 0
	}
	if !same.settle {
		for _, s := range i.Settle {
			r.Settle = append(r.Settle, clean(s))
		}
	}
	return r
}

// stepsOf are the steps of a line, or only the commands that are its own.
func stepsOf(remedy []checks.Step, own []bool) (out []view.Step) {
	for k, s := range remedy {
		command := report.Clean(s.Command)
		step := view.Step{Step: checks.Step{Command: command}, Inexact: command != s.Command}
		switch {
		case own == nil:
			step.Text, step.Host = strings.TrimSpace(report.Clean(s.Text)), report.Clean(s.Host)
		case !own[k]:
			continue
		}
		out = append(out, step)
	}
	return out
}
