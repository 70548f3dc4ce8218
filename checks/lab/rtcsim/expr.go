package rtcsim

import (
	"strconv"
	"strings"

	"lcshealth/checks/lab/tdsd"
)

// nest guards against expressions that are nested without end.
func (p *parser) nest() func() {
	p.depth++
	p.need(p.depth <= maxDepth)
	return func() { p.depth-- }
}

func (p *parser) condition() expr {
	defer p.nest()()
	e := p.conjunction()
	for p.keyword("OR") {
		e = logical{false, e, p.conjunction()}
	}
	return e
}

func (p *parser) conjunction() expr {
	e := p.predicate()
	for p.keyword("AND") {
		e = logical{true, e, p.predicate()}
	}
	return e
}

func (p *parser) predicate() expr {
	defer p.nest()()
	if p.keyword("NOT") {
		return negation{p.predicate()}
	}
	if p.symbol("(") {
		e := p.condition()
		p.need(p.symbol(")"))
		return e
	}
	a := p.operand()
	if p.keyword("IS") {
		not := p.keyword("NOT")
		p.need(p.keyword("NULL"))
		return negateIf(not, isNull{a})
	}
	not := p.keyword("NOT")
	switch {
	case p.keyword("LIKE"):
		return negateIf(not, comparison{"LIKE", a, p.operand()})
	case p.keyword("IN"):
		p.need(p.symbol("("))
		m := membership{e: a, list: []expr{p.operand()}}
		for p.symbol(",") {
			m.list = append(m.list, p.operand())
		}
		p.need(p.symbol(")"))
		return negateIf(not, m)
	}
	p.need(!not)
	for _, op := range []string{"=", "<>", "!=", "<", "<=", ">", ">="} {
		if p.symbol(op) {
			return comparison{op, a, p.operand()}
		}
	}
	p.fail()
	return nil
}

func negateIf(not bool, e expr) expr {
	if not {
		return negation{e}
	}
	return e
}

// operand reads a value: a column, a literal, CASE, CONVERT, COUNT or another
// function.
func (p *parser) operand() expr {
	defer p.nest()()
	switch t := p.tokens[0]; t.kind {
	case tokenNumber:
		n, err := strconv.ParseInt(t.text, 10, 64)
		p.need(err == nil)
		p.next()
		return literal{n}
	case tokenString:
		p.next()
		return literal{t.text}
	}
	switch {
	case p.keyword("NULL"):
		return literal{nil}
	case p.keyword("CASE"):
		return p.caseWhen()
	}
	called := !p.tokens[0].quoted
	c := columnRef{name: p.name()}
	if called && p.symbol("(") {
		e := p.function(c.name)
		p.need(p.symbol(")"))
		return e
	}
	for p.symbol(".") {
		c.qualifier, c.name = c.name, p.name()
	}
	return c
}

func (p *parser) caseWhen() expr {
	var c caseWhen
	for p.keyword("WHEN") {
		c.whens = append(c.whens, p.condition())
		p.need(p.keyword("THEN"))
		c.thens = append(c.thens, p.operand())
	}
	p.need(len(c.whens) > 0)
	c.other = literal{nil}
	if p.keyword("ELSE") {
		c.other = p.operand()
	}
	p.need(p.keyword("END"))
	return c
}

// function reads what is in the parentheses of a function.
func (p *parser) function(name string) expr {
	switch strings.ToUpper(name) {
	case "COUNT":
		if p.symbol("*") {
			return count{all: true}
		}
		return count{distinct: p.keyword("DISTINCT"), e: p.operand()}
	case "CONVERT":
		to := p.typeName()
		p.need(p.symbol(","))
		return convert{to, p.operand()}
	case "CAST":
		e := p.operand()
		p.need(p.keyword("AS"))
		return convert{p.typeName(), e}
	}
	c := call{name: strings.ToUpper(name)}
	if t := p.tokens[0]; t.kind == tokenString {
		c.arg = t.text
		p.next()
	}
	return c
}

// typeName reads the name of a type, with its length.
func (p *parser) typeName() tdsd.Column {
	name := p.name()
	for t, st := range systemTypes {
		if !strings.EqualFold(st.name, name) {
			continue
		}
		c := tdsd.Column{Type: t}
		if p.symbol("(") {
			c.Size = p.number()
			p.need(p.symbol(")"))
		}
		return c
	}
	panic(&tdsd.Error{Number: 243, State: 1, Class: 16, Message: "Type " + name + " is not a defined system type."})
}
