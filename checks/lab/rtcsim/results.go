package rtcsim

import (
	"context"
	"fmt"
	"slices"

	"lcshealth/checks/lab/tdsd"
)

// results yields the rows of a result, each with the rows of the tables that
// it was made from, which the order may refer to.
type results func(yield func(row []any, from rowset, err *tdsd.Error) bool)

// rows runs the joins and the conditions.
func (p plan) rows(tables []*Table) results {
	return func(yield func([]any, rowset, *tdsd.Error) bool) {
		r := make(rowset, len(tables))
		p.level(0, r, func() bool {
			if p.where != nil {
				if b := p.where(r); b == nil || !*b {
					return true
				}
			}
			row := make([]any, len(p.values))
			for i, v := range p.values {
				row[i] = v(r)
			}
			return yield(row, r, nil)
		})
	}
}

// level adds the rows of one table after the other to r.
func (p plan) level(i int, r rowset, emit func() bool) bool {
	if i == len(p.joins) {
		return emit()
	}
	matched := false
	for _, row := range p.joins[i].candidates(r) {
		r[i] = row
		if on := p.joins[i].on; on != nil {
			if b := on(r); b == nil || !*b {
				continue
			}
		}
		matched = true
		if !p.level(i+1, r, emit) {
			return false
		}
	}
	if r[i] = nil; matched || !p.joins[i].left {
		return true
	}
	return p.level(i+1, r, emit)
}

// count turns all rows into the one with their numbers.
func (p plan) count(rows results) results {
	return func(yield func([]any, rowset, *tdsd.Error) bool) {
		totals := make([]int64, len(p.counts))
		seen := make([]map[string]bool, len(p.counts))
		rows(func(_ []any, r rowset, _ *tdsd.Error) bool {
			for i, c := range p.counts {
				if c.value != nil {
					v := c.value(r)
					if v == nil {
						continue
					}
					if key := fmt.Sprint(v); c.distinct {
						if seen[i][key] {
							continue
						}
						if seen[i] == nil {
							seen[i] = map[string]bool{}
						}
						seen[i][key] = true
					}
				}
				totals[i]++
			}
			return true
		})
		row := make([]any, len(totals))
		for i, n := range totals {
			row[i] = n
		}
		yield(row, nil, nil)
	}
}

// sorted returns what puts rows in the order asked for.
func (s scope) sorted(by []order) (func(results) results, *tdsd.Error) {
	if len(by) == 0 {
		return func(r results) results { return r }, nil
	}
	keys := make([]valueOf, len(by))
	for i, o := range by {
		var err *tdsd.Error
		if keys[i], _, err = s.value(o.e); err != nil {
			return nil, err
		}
	}
	return func(rows results) results {
		return func(yield func([]any, rowset, *tdsd.Error) bool) {
			type keyed struct {
				row  []any
				from rowset
			}
			var all []keyed
			rows(func(row []any, r rowset, _ *tdsd.Error) bool {
				all = append(all, keyed{row, slices.Clone(r)})
				return true
			})
			slices.SortStableFunc(all, func(a, b keyed) int {
				for i, key := range keys {
					c := compare(key(a.from), key(b.from))
					if by[i].desc {
						c = -c
					}
					if c != 0 {
						return c
					}
				}
				return 0
			})
			for _, k := range all {
				if !yield(k.row, k.from, nil) {
					return
				}
			}
		}
	}, nil
}

// limit carries out DISTINCT and TOP.
func limit(rows results, q query) results {
	return func(yield func([]any, rowset, *tdsd.Error) bool) {
		n := 0
		seen := map[string]bool{}
		if q.top == 0 {
			return
		}
		rows(func(row []any, r rowset, err *tdsd.Error) bool {
			if q.distinct {
				key := fmt.Sprintf("%q", row)
				if seen[key] {
					return true
				}
				seen[key] = true
			}
			n++
			return yield(row, r, err) && n != q.top
		})
	}
}

// faulty lets a fault strike in place of a row, or at the end if there are
// fewer.
func (d *Database) faulty(ctx context.Context, rows results, f fault) results {
	return func(yield func([]any, rowset, *tdsd.Error) bool) {
		n, wanted := 0, true
		rows(func(row []any, r rowset, err *tdsd.Error) bool {
			if n++; n > f.after {
				return false
			}
			wanted = yield(row, r, err)
			return wanted
		})
		if wanted {
			if err := d.strike(ctx, f); err != nil {
				yield(nil, nil, err)
			}
		}
	}
}

// tds gives the rows to the server, until ctx ends.
func (rows results) tds(ctx context.Context) tdsd.Rows {
	return func(yield func([]any, error) bool) {
		rows(func(row []any, _ rowset, err *tdsd.Error) bool {
			if err != nil {
				yield(nil, err)
				return false
			}
			return ctx.Err() == nil && yield(row, nil)
		})
	}
}
