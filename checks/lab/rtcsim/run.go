package rtcsim

import (
	"context"
	"strings"

	"lcshealth/checks/lab/tdsd"
)

// Handle answers a batch of SELECT statements. It is a [tdsd.Handler].
func (d *Database) Handle(ctx context.Context, _ tdsd.Session, statement string) []tdsd.Result {
	queries, err := parse(statement)
	if err != nil {
		return []tdsd.Result{{Err: err}}
	}
	var out []tdsd.Result
	for _, q := range queries {
		result, err := d.run(ctx, q)
		if err != nil {
			return append(out, tdsd.Result{Err: err})
		}
		out = append(out, result)
	}
	return out
}

// plan is a statement ready to be run.
type plan struct {
	columns []tdsd.Column
	values  []valueOf
	counts  []counter // instead of values, if the statement counts
	where   truthOf
	joins   []join
}

// counter is a COUNT; without a value it counts rows.
type counter struct {
	value    valueOf
	distinct bool
}

func (d *Database) run(ctx context.Context, q query) (tdsd.Result, *tdsd.Error) {
	tables, faults, denied := d.snapshot()
	s := scope{db: d, sources: q.from}
	for _, src := range q.from {
		t := find(tables, d.unqualified(src.table))
		if t == nil {
			return tdsd.Result{}, tdsd.InvalidObject(src.table)
		}
		if denied[strings.ToLower(t.Name)] {
			return tdsd.Result{}, tdsd.PermissionDenied(t.Name, d.name)
		}
		s.tables = append(s.tables, t)
	}
	p, err := s.plan(q)
	if err != nil {
		return tdsd.Result{}, err
	}
	sorted, err := s.sorted(q.order)
	if err != nil {
		return tdsd.Result{}, err
	}
	rows := sorted(p.rows(s.tables))
	if p.counts != nil {
		rows = p.count(rows)
	}
	rows = limit(rows, q)
	if len(s.tables) > 0 {
		if f, struck := faults[strings.ToLower(s.tables[0].Name)]; struck {
			rows = d.faulty(ctx, rows, f)
		}
	}
	return tdsd.Result{Columns: p.columns, Rows: rows.tds(ctx)}, nil
}

// unqualified returns the name of a table without the database and the owner
// dbo. Another owner or database makes it a name that is not found.
func (d *Database) unqualified(name string) string {
	parts := strings.Split(name, ".")
	last := len(parts) - 1
	if last > 0 && parts[last-1] != "" && !strings.EqualFold(parts[last-1], "dbo") {
		return name
	}
	if last > 1 && !strings.EqualFold(parts[last-2], d.name) || last > 2 {
		return name
	}
	return parts[last]
}

// plan compiles the clauses of a statement.
func (s scope) plan(q query) (p plan, err *tdsd.Error) {
	for _, it := range q.items {
		if err := s.item(&p, it); err != nil {
			return p, err
		}
	}
	if p.counts != nil && p.values != nil {
		return p, &tdsd.Error{Number: 8118, State: 1, Class: 16,
			Message: "A column is invalid in the select list because it is not contained in an aggregate function."}
	}
	if q.where != nil {
		if p.where, err = s.truth(q.where); err != nil {
			return p, err
		}
	}
	for i := range q.from {
		j, err := s.join(i)
		if err != nil {
			return p, err
		}
		p.joins = append(p.joins, j)
	}
	return p, nil
}

// item adds the columns of one item of the select list.
func (s scope) item(p *plan, it item) *tdsd.Error {
	if c, ok := it.e.(count); ok {
		k := counter{distinct: c.distinct}
		if !c.all {
			var err *tdsd.Error
			if k.value, _, err = s.value(c.e); err != nil {
				return err
			}
		}
		p.counts = append(p.counts, k)
		p.columns = append(p.columns, tdsd.Column{Name: it.name, Type: tdsd.Int})
		return nil
	}
	if it.e != nil {
		v, col, err := s.value(it.e)
		if err != nil {
			return err
		}
		col.Name = it.name
		p.columns, p.values = append(p.columns, col), append(p.values, v)
		return nil
	}
	found := false
	for i, src := range s.sources {
		if it.name != "" && !strings.EqualFold(it.name, src.alias) {
			continue
		}
		found = true
		for _, col := range s.tables[i].Columns {
			v, _, err := s.value(columnRef{src.alias, col.Name})
			if err != nil {
				return err
			}
			p.columns, p.values = append(p.columns, col), append(p.values, v)
		}
	}
	if !found {
		return syntaxError("*")
	}
	return nil
}
