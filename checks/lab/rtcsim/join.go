package rtcsim

import (
	"lcshealth/checks/lab/tdsd"
)

// join is how the rows of one table are found for those of the tables before.
type join struct {
	left bool
	on   truthOf
	all  [][]any
	// With a condition of the form a = b the rows are found by key.
	key   valueOf
	byKey map[any][][]any
}

func (s scope) join(i int) (join, *tdsd.Error) {
	src := s.sources[i]
	j := join{left: src.left, all: s.tables[i].Rows}
	if src.on == nil {
		return j, nil
	}
	var err *tdsd.Error
	if j.on, err = s.truth(src.on); err != nil {
		return j, err
	}
	if c, ok := src.on.(comparison); ok && c.op == "=" {
		for _, sides := range [][2]expr{{c.a, c.b}, {c.b, c.a}} {
			if own, other, ok := s.equiJoin(i, sides); ok {
				j.index(own, other)
				break
			}
		}
	}
	return j, nil
}

// equiJoin reports whether the first side is a whole-number column of table i
// and the second one of a table before it.
func (s scope) equiJoin(i int, sides [2]expr) (own int, other valueOf, ok bool) {
	a, ok1 := sides[0].(columnRef)
	b, ok2 := sides[1].(columnRef)
	if !ok1 || !ok2 {
		return 0, nil, false
	}
	at, own, err := s.column(a)
	before, _, err2 := s.column(b)
	if err != nil || err2 != nil || at != i || before >= i {
		return 0, nil, false
	}
	other, col, err := s.value(b)
	whole := func(t tdsd.Type) bool { return t == tdsd.Int || t == tdsd.BigInt }
	return own, other, err == nil && whole(col.Type) && whole(s.tables[i].Columns[own].Type)
}

func (j *join) index(own int, other valueOf) {
	j.key, j.byKey = other, map[any][][]any{}
	for _, row := range j.all {
		if n, ok := wholeNumber(row[own]); ok {
			j.byKey[n] = append(j.byKey[n], row)
		}
	}
}

func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

func (j join) candidates(r rowset) [][]any {
	if j.key == nil {
		return j.all
	}
	n, ok := wholeNumber(j.key(r))
	if !ok {
		return nil
	}
	return j.byKey[n]
}
