package rtcsim

import (
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/lab/tdsd"
)

// query is a SELECT of the kind that is understood: joins, conditions and
// counting, but no grouping and no subqueries.
type query struct {
	distinct bool
	top      int // -1 is all
	items    []item
	from     []source
	where    expr
	order    []order
}

// item is a column of the result. Without an expression it is *, or name.*.
type item struct {
	e    expr
	name string
}

// source is a table of the FROM clause; the first has no condition.
type source struct {
	table string
	alias string
	left  bool
	on    expr
}

type order struct {
	e    expr
	desc bool
}

// The expressions. Conditions are expressions as well.
type expr any

type (
	columnRef struct{ qualifier, name string }
	literal   struct{ value any } // nil, int64 or string
	call      struct{ name, arg string }
	count     struct {
		distinct, all bool
		e             expr
	}
	convert struct {
		to tdsd.Column
		e  expr
	}
	caseWhen struct {
		whens, thens []expr
		other        expr
	}
	comparison struct {
		op   string
		a, b expr
	}
	logical struct {
		and  bool
		a, b expr
	}
	negation   struct{ e expr }
	isNull     struct{ e expr }
	membership struct {
		e    expr
		list []expr
	}
)

// parser reads tokens. A syntax error is thrown as *tdsd.Error and caught in
// [parse], so that the rules stay readable.
type parser struct {
	tokens []token
	depth  int
}

// maxDepth bounds how deep expressions are nested.
const maxDepth = 50

func syntaxError(near string) *tdsd.Error {
	return &tdsd.Error{Number: 102, State: 1, Class: 15, Message: "Incorrect syntax near '" + near + "'."}
}

// parse reads a batch of SELECT statements.
func parse(text string) (queries []query, err *tdsd.Error) {
	tokens, ok := lex(text)
	if !ok {
		return nil, &tdsd.Error{Number: 105, State: 1, Class: 15, Message: "Unclosed quotation mark after the character string."}
	}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *tdsd.Error:
			queries, err = nil, p
		default:
			panic(p)
		}
	}()
	p := &parser{tokens: tokens}
	for {
		for p.symbol(";") {
		}
		if p.tokens[0].kind == tokenEnd {
			return queries, nil
		}
		queries = append(queries, p.query())
	}
}

func (p *parser) fail() { panic(syntaxError(p.tokens[0].text)) }

// next goes on to the next token, and stays at the end.
func (p *parser) next() {
	if p.tokens[0].kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
}

// peek reports whether the next token is one of the keywords.
func (p *parser) peek(keywords ...string) bool {
	t := p.tokens[0]
	return t.kind == tokenName && !t.quoted &&
		slices.ContainsFunc(keywords, func(k string) bool { return strings.EqualFold(t.text, k) })
}

// keyword takes a keyword if it is next.
func (p *parser) keyword(k string) bool {
	if !p.peek(k) {
		return false
	}
	p.next()
	return true
}

func (p *parser) symbol(s string) bool {
	if t := p.tokens[0]; t.kind != tokenSymbol || t.text != s {
		return false
	}
	p.next()
	return true
}

func (p *parser) need(ok bool) {
	if !ok {
		p.fail()
	}
}

func (p *parser) name() string {
	t := p.tokens[0]
	p.need(t.kind == tokenName && (t.quoted || !isReserved(t.text)))
	p.next()
	return t.text
}

func isReserved(s string) bool {
	switch strings.ToUpper(s) {
	case "SELECT", "FROM", "WHERE", "ORDER", "BY", "GROUP", "HAVING", "LEFT", "INNER", "OUTER", "JOIN", "ON", "AS", "AND", "OR",
		"NOT", "NULL", "IS", "IN", "LIKE", "CASE", "WHEN", "THEN", "ELSE", "END", "DISTINCT", "TOP", "UNION", "WITH", "INTO",
		"INSERT", "UPDATE", "DELETE", "EXEC", "EXECUTE", "DROP", "CREATE", "ALTER", "TRUNCATE", "GRANT", "DENY", "SET", "DECLARE":
		return true
	}
	return false
}

func (p *parser) number() int {
	n, err := strconv.Atoi(p.tokens[0].text)
	p.need(p.tokens[0].kind == tokenNumber && err == nil)
	p.next()
	return n
}

func (p *parser) query() query {
	p.need(p.keyword("SELECT"))
	q := query{top: -1, distinct: p.keyword("DISTINCT")}
	if p.keyword("TOP") {
		q.top = p.number()
	}
	for {
		q.items = append(q.items, p.item())
		if !p.symbol(",") {
			break
		}
	}
	if p.keyword("FROM") {
		q.from = p.sources()
	}
	if p.keyword("WHERE") {
		q.where = p.condition()
	}
	if p.keyword("ORDER") {
		p.need(p.keyword("BY"))
		for {
			o := order{e: p.operand()}
			if o.desc = p.keyword("DESC"); !o.desc {
				p.keyword("ASC")
			}
			q.order = append(q.order, o)
			if !p.symbol(",") {
				break
			}
		}
	}
	return q
}

func (p *parser) item() item {
	if p.symbol("*") {
		return item{}
	}
	if len(p.tokens) > 2 && p.tokens[0].kind == tokenName && p.tokens[1].text == "." && p.tokens[2].text == "*" {
		it := item{name: p.name()}
		p.next()
		p.next()
		return it
	}
	it := item{e: p.operand()}
	if p.keyword("AS") || p.tokens[0].kind == tokenName && (p.tokens[0].quoted || !isReserved(p.tokens[0].text)) {
		it.name = p.name()
	} else if c, ok := it.e.(columnRef); ok {
		it.name = c.name
	}
	return it
}

func (p *parser) sources() []source {
	out := []source{p.source()}
	for {
		left := p.keyword("LEFT")
		switch {
		case left:
			p.keyword("OUTER")
			p.need(p.keyword("JOIN"))
		case p.keyword("INNER"):
			p.need(p.keyword("JOIN"))
		case !p.keyword("JOIN"):
			return out
		}
		s := p.source()
		p.need(p.keyword("ON"))
		s.left, s.on = left, p.condition()
		out = append(out, s)
	}
}

// source reads a table, which may be qualified by owner and database, with an
// alias and a locking hint.
func (p *parser) source() source {
	parts := []string{p.name()}
	for p.symbol(".") {
		if p.tokens[0].text == "." && p.tokens[0].kind == tokenSymbol {
			parts = append(parts, "") // as in rtc..Resource
			continue
		}
		parts = append(parts, p.name())
	}
	s := source{table: strings.Join(parts, ".")}
	s.alias = parts[len(parts)-1]
	if p.keyword("AS") || p.tokens[0].kind == tokenName && (p.tokens[0].quoted || !isReserved(p.tokens[0].text)) {
		s.alias = p.name()
	}
	if p.keyword("WITH") || p.tokens[0].text == "(" {
		p.need(p.symbol("("))
		p.name() // nolock and the like, which change nothing here
		p.need(p.symbol(")"))
	}
	return s
}
