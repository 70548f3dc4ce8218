package rtcsim

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks/lab/tdsd"
)

// rowset is one row of each table of the FROM clause; nil for a table that a
// LEFT JOIN found no row in.
type rowset [][]any

type (
	valueOf func(rowset) any
	// truth of a condition: NULL makes it unknown, which is nil.
	truthOf func(rowset) *bool
)

// scope is what names mean in a statement.
type scope struct {
	db      *Database
	sources []source
	tables  []*Table
}

func is(b bool) *bool { return &b }

// column finds the column that a name means.
func (s scope) column(ref columnRef) (source, column int, err *tdsd.Error) {
	source = -1
	for i, src := range s.sources {
		if ref.qualifier != "" && !strings.EqualFold(ref.qualifier, src.alias) {
			continue
		}
		for j, col := range s.tables[i].Columns {
			if !strings.EqualFold(col.Name, ref.name) {
				continue
			}
			if source >= 0 {
				return 0, 0, &tdsd.Error{Number: 209, State: 1, Class: 16, Message: "Ambiguous column name '" + ref.name + "'."}
			}
			source, column = i, j
		}
	}
	if source < 0 {
		return 0, 0, tdsd.InvalidColumn(ref.name)
	}
	return source, column, nil
}

// value compiles an expression. The column says what type its values have.
func (s scope) value(e expr) (valueOf, tdsd.Column, *tdsd.Error) {
	switch e := e.(type) {
	case columnRef:
		i, j, err := s.column(e)
		if err != nil {
			return nil, tdsd.Column{}, err
		}
		return func(r rowset) any {
			if r[i] == nil {
				return nil
			}
			return r[i][j]
		}, s.tables[i].Columns[j], nil
	case literal:
		col := tdsd.Column{Type: tdsd.Int}
		switch v := e.value.(type) {
		case string:
			col = tdsd.Column{Type: tdsd.NVarChar}
		case int64:
			if v != int64(int32(v)) {
				col.Type = tdsd.BigInt
			}
		}
		return func(rowset) any { return e.value }, col, nil
	case call:
		return s.function(e)
	case convert:
		return s.convert(e)
	case caseWhen:
		return s.caseWhen(e)
	case count:
		return nil, tdsd.Column{}, &tdsd.Error{Number: 147, State: 1, Class: 15, Message: "An aggregate may not appear there."}
	}
	return nil, tdsd.Column{}, syntaxError("expression")
}

// function evaluates the few functions that are known.
func (s scope) function(c call) (valueOf, tdsd.Column, *tdsd.Error) {
	text := tdsd.Column{Type: tdsd.NVarChar, Size: 128} // of sql_variant, for SERVERPROPERTY
	var v any
	switch c.name {
	case "SERVERPROPERTY":
		if strings.EqualFold(c.arg, "ProductVersion") {
			v = s.db.product
		}
	case "DB_NAME":
		v = s.db.name
	default:
		return nil, tdsd.Column{}, &tdsd.Error{Number: 195, State: 10, Class: 15, Message: "'" + c.name + "' is not a recognized function name."}
	}
	return func(rowset) any { return v }, text, nil
}

func (s scope) caseWhen(c caseWhen) (valueOf, tdsd.Column, *tdsd.Error) {
	other, _, err := s.value(c.other)
	if err != nil {
		return nil, tdsd.Column{}, err
	}
	var when []truthOf
	var then []valueOf
	var col tdsd.Column
	for i := range c.whens {
		t, err := s.truth(c.whens[i])
		if err != nil {
			return nil, tdsd.Column{}, err
		}
		v, thenCol, err := s.value(c.thens[i])
		if err != nil {
			return nil, tdsd.Column{}, err
		}
		if i == 0 {
			col = thenCol
		}
		when, then = append(when, t), append(then, v)
	}
	return func(r rowset) any {
		for i, t := range when {
			if b := t(r); b != nil && *b {
				return then[i](r)
			}
		}
		return other(r)
	}, tdsd.Column{Type: col.Type, Size: col.Size}, nil
}

// convert turns values into text or whole numbers, and leaves others alone.
func (s scope) convert(c convert) (valueOf, tdsd.Column, *tdsd.Error) {
	v, from, err := s.value(c.e)
	if err != nil {
		return nil, from, err
	}
	switch c.to.Type {
	case tdsd.NVarChar, tdsd.VarChar, tdsd.NChar, tdsd.Char:
		return func(r rowset) any {
			switch x := v(r).(type) {
			case int64:
				return strconv.FormatInt(x, 10)
			case int:
				return strconv.Itoa(x)
			case string:
				return x
			}
			return nil
		}, c.to, nil
	}
	if c.to.Type != from.Type {
		return nil, from, &tdsd.Error{Number: 529, State: 2, Class: 16,
			Message: "Explicit conversion from data type " + from.Type.String() + " to " + c.to.Type.String() + " is not allowed."}
	}
	return v, from, nil
}

// truth compiles a condition.
func (s scope) truth(e expr) (truthOf, *tdsd.Error) {
	switch e := e.(type) {
	case negation:
		t, err := s.truth(e.e)
		if err != nil {
			return nil, err
		}
		return func(r rowset) *bool {
			b := t(r)
			if b == nil {
				return nil
			}
			return is(!*b)
		}, nil
	case logical:
		return s.logical(e)
	case isNull:
		v, _, err := s.value(e.e)
		if err != nil {
			return nil, err
		}
		return func(r rowset) *bool { return is(v(r) == nil) }, nil
	case membership:
		either := expr(comparison{"=", e.e, e.list[0]})
		for _, x := range e.list[1:] {
			either = logical{false, either, comparison{"=", e.e, x}}
		}
		return s.truth(either)
	case comparison:
		return s.comparison(e)
	}
	return nil, syntaxError("condition")
}

func (s scope) logical(e logical) (truthOf, *tdsd.Error) {
	a, err := s.truth(e.a)
	if err != nil {
		return nil, err
	}
	b, err := s.truth(e.b)
	if err != nil {
		return nil, err
	}
	return func(r rowset) *bool {
		x, y := a(r), b(r)
		decides := !e.and // AND is decided by false, OR by true
		for _, v := range []*bool{x, y} {
			if v != nil && *v == decides {
				return is(decides)
			}
		}
		if x == nil || y == nil {
			return nil
		}
		return is(!decides)
	}, nil
}

func (s scope) comparison(e comparison) (truthOf, *tdsd.Error) {
	a, _, err := s.value(e.a)
	if err != nil {
		return nil, err
	}
	b, _, err := s.value(e.b)
	if err != nil {
		return nil, err
	}
	return func(r rowset) *bool {
		x, y := a(r), b(r)
		if x == nil || y == nil {
			return nil
		}
		if e.op == "LIKE" {
			text, ok := x.(string)
			pattern, ok2 := y.(string)
			return is(ok && ok2 && like(strings.ToLower(text), strings.ToLower(pattern)))
		}
		c := compare(x, y)
		switch e.op {
		case "=":
			return is(c == 0)
		case "<":
			return is(c < 0)
		case "<=":
			return is(c <= 0)
		case ">":
			return is(c > 0)
		case ">=":
			return is(c >= 0)
		}
		return is(c != 0)
	}, nil
}

// compare orders two values. Text is compared without regard to case and to
// blanks at the end, as by the usual collation. Values of different types are
// in a fixed order.
func compare(a, b any) int {
	rank := func(v any) (int, any) {
		switch v := v.(type) {
		case nil:
			return 0, nil
		case bool:
			if v {
				return 1, int64(1)
			}
			return 1, int64(0)
		case int:
			return 1, int64(v)
		case int64:
			return 1, v
		case string:
			return 2, strings.ToLower(strings.TrimRight(v, " "))
		case []byte:
			return 3, v
		case time.Time:
			return 4, v
		}
		return 5, nil
	}
	ra, x := rank(a)
	rb, y := rank(b)
	if ra != rb {
		return cmp.Compare(ra, rb)
	}
	switch x := x.(type) {
	case int64:
		return cmp.Compare(x, y.(int64))
	case string:
		return cmp.Compare(x, y.(string))
	case []byte:
		return bytes.Compare(x, y.([]byte))
	case time.Time:
		return x.Compare(y.(time.Time))
	}
	return 0
}

// like matches % and _; a set in brackets is not understood.
func like(s, pattern string) bool {
	if pattern == "" {
		return s == ""
	}
	rest := pattern[1:]
	switch {
	case pattern[0] == '%':
		for i := range len(s) + 1 {
			if like(s[i:], strings.TrimLeft(rest, "%")) {
				return true
			}
		}
		return false
	case s == "":
		return false
	}
	return (pattern[0] == '_' || pattern[0] == s[0]) && like(s[1:], rest)
}
