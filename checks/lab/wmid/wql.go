package wmid

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// The part of WQL (MS-WMI 2.2.1) that a client needs who reads settings:
//
//	SELECT * | property, ... FROM class [WHERE condition AND condition ...]
//
// where a condition compares a property with a constant by =, <>, !=, <, <=,
// >, >= or LIKE, or asks whether it IS NULL or IS NOT NULL.

var errWQL = errors.New("wql not understood")

// query is one that was parsed.
type query struct {
	class      string
	properties []string // nil for all
	conditions []condition
}

type condition struct {
	property, operator string // the operator in upper case
	constant           any    // string, *big.Int, bool, or nil
}

// asksFor tells whether a condition wants a value of the property.
func (q query) asksFor(property string) bool {
	for _, c := range q.conditions {
		if strings.EqualFold(c.property, property) && c.operator == "=" {
			return true
		}
	}
	return false
}

// token is a word, a string constant or a symbol.
type token struct {
	text   string
	quoted bool
}

const symbols = "=<>!,*()"

func lexQuery(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '\'' || c == '"':
			var b strings.Builder
			for i++; ; i++ {
				if i >= len(s) {
					return nil, fmt.Errorf("%w: string without end", errWQL)
				}
				if s[i] == c {
					break
				}
				if s[i] == '\\' {
					if i++; i >= len(s) {
						return nil, fmt.Errorf("%w: string without end", errWQL)
					}
				}
				b.WriteByte(s[i])
			}
			i++
			out = append(out, token{b.String(), true})
		case strings.IndexByte(symbols, c) >= 0:
			n := 1
			if i+1 < len(s) && slices.Contains([]string{"<>", "<=", ">=", "!="}, s[i:i+2]) {
				n = 2
			}
			out = append(out, token{s[i : i+n], false})
			i += n
		default:
			end := strings.IndexAny(s[i:], symbols+"'\" \t\r\n")
			if end < 0 {
				end = len(s) - i
			}
			out = append(out, token{s[i : i+end], false})
			i += end
		}
	}
	return out, nil
}

// queryParser goes through the tokens.
type queryParser struct{ rest []token }

func (p *queryParser) next() token {
	if len(p.rest) == 0 {
		return token{}
	}
	t := p.rest[0]
	p.rest = p.rest[1:]
	return t
}

// keyword takes the next token if it is that word or symbol.
func (p *queryParser) keyword(word string) bool {
	if len(p.rest) > 0 && !p.rest[0].quoted && strings.EqualFold(p.rest[0].text, word) {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

func (p *queryParser) name() (string, error) {
	t := p.next()
	if t.quoted || t.text == "" || strings.ContainsAny(t.text, symbols) {
		return "", fmt.Errorf("%w: %q is no name", errWQL, t.text)
	}
	return t.text, nil
}

func parseQuery(s string) (q query, err error) {
	p := &queryParser{}
	if p.rest, err = lexQuery(s); err != nil {
		return q, err
	}
	if !p.keyword("SELECT") {
		return q, fmt.Errorf("%w: no SELECT", errWQL)
	}
	for !p.keyword("*") {
		name, err := p.name()
		if err != nil {
			return q, err
		}
		q.properties = append(q.properties, name)
		if !p.keyword(",") {
			break
		}
	}
	if !p.keyword("FROM") {
		return q, fmt.Errorf("%w: no FROM", errWQL)
	}
	if q.class, err = p.name(); err != nil || len(p.rest) == 0 {
		return q, err
	}
	if !p.keyword("WHERE") {
		return q, fmt.Errorf("%w: %q instead of WHERE", errWQL, p.rest[0].text)
	}
	for {
		c, err := p.condition()
		if err != nil {
			return q, err
		}
		q.conditions = append(q.conditions, c)
		if len(p.rest) == 0 {
			return q, nil
		}
		if !p.keyword("AND") {
			return q, fmt.Errorf("%w: %q instead of AND", errWQL, p.rest[0].text)
		}
	}
}

func (p *queryParser) condition() (c condition, err error) {
	if c.property, err = p.name(); err != nil {
		return c, err
	}
	if p.keyword("IS") {
		c.operator = "IS NULL"
		if p.keyword("NOT") {
			c.operator = "IS NOT NULL"
		}
		if !p.keyword("NULL") {
			return c, fmt.Errorf("%w: no NULL", errWQL)
		}
		return c, nil
	}
	op := p.next()
	c.operator = strings.ToUpper(op.text)
	switch c.operator {
	case "!=":
		c.operator = "<>"
	case "=", "<>", "<", "<=", ">", ">=", "LIKE":
	default:
		return c, fmt.Errorf("%w: operator %q", errWQL, op.text)
	}
	value := p.next()
	switch n, isNumber := new(big.Int).SetString(value.text, 0); {
	case op.quoted || value.text == "" && !value.quoted:
		return c, fmt.Errorf("%w: no constant", errWQL)
	case value.quoted:
		c.constant = value.text
	case c.operator == "LIKE":
		return c, fmt.Errorf("%w: LIKE %s", errWQL, value.text)
	case strings.EqualFold(value.text, "TRUE") || strings.EqualFold(value.text, "FALSE"):
		c.constant = strings.EqualFold(value.text, "TRUE")
	case isNumber:
		c.constant = n
	default:
		return c, fmt.Errorf("%w: constant %s", errWQL, value.text)
	}
	return c, nil
}

// parseDateTime reads a CIM_DATETIME, whose zone is in minutes.
func parseDateTime(s string) (time.Time, error) {
	const layout = "20060102150405.000000"
	if len(s) != len(layout)+4 {
		return time.Time{}, fmt.Errorf("%q is no datetime", s)
	}
	t, err := time.Parse(layout, s[:len(layout)])
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no datetime: %w", s, err)
	}
	var sign byte
	var minutes int
	if _, err := fmt.Sscanf(s[len(layout):], "%c%03d", &sign, &minutes); err != nil || sign != '+' && sign != '-' {
		return time.Time{}, fmt.Errorf("%q is no datetime", s)
	}
	if sign == '-' {
		minutes = -minutes
	}
	return t.Add(-time.Duration(minutes) * time.Minute), nil
}
