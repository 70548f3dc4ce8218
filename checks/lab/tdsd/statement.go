package tdsd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// query is a statement to be run.
type query struct {
	text   string
	params []Param
	inProc bool // within sp_executesql
}

// run answers one statement.
func (c *conn) run(ctx context.Context, r *reply, q query) error {
	c.server.record(q.text)
	results, ok := c.builtin(r, q.text)
	if ok {
		return c.send(ctx, r, q, results)
	}
	session := c.session
	session.Params = slices.Clone(q.params)
	results, err := c.handle(ctx, session, q.text)
	if err != nil {
		return c.refuse(&Error{Number: 50000, State: 1, Class: 20, Message: err.Error()})
	}
	return c.send(ctx, r, q, results)
}

// handle calls the handler. Its panic ends the connection and not the program,
// in which other servers may be running.
func (c *conn) handle(ctx context.Context, session Session, statement string) (results []Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the handler of %q: %v", statement, p)
		}
	}()
	if c.cfg.Handler == nil {
		return nil, nil
	}
	return c.cfg.Handler(ctx, session, statement), nil
}

var usePattern = regexp.MustCompile(`(?is)^\s*use\s+(?:\[((?:[^\]]|\]\])+)\]|"([^"]+)"|([\w$#]+))\s*;?\s*$`)

// builtin answers the statements that need no handler.
func (c *conn) builtin(r *reply, text string) ([]Result, bool) {
	if strings.ContainsRune(text, 0) {
		// ALL_HEADERS that a client sent to SQL Server 2000 look like this.
		return []Result{{Err: syntaxError(strings.Trim(text[:min(len(text), 8)], "\x00"))}}, true
	}
	if m := usePattern.FindStringSubmatch(text); m != nil {
		asked := strings.ReplaceAll(m[1], "]]", "]") + m[2] + m[3]
		name, ok := c.cfg.database(asked)
		if !ok {
			return []Result{{Err: unknownDatabase(asked)}}, true
		}
		c.changeDatabase(r, name)
		return nil, true
	}
	if strings.EqualFold(strings.Trim(text, "; \t\r\n"), "select 1") {
		return []Result{{Columns: []Column{{Type: Int}}, Rows: Values([]any{1})}}, true
	}
	return nil, isSet(text)
}

// isSet reports whether a batch does nothing but set options.
func isSet(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("; \t\r\n", r) })
	if len(words) < 2 || words[0] != "set" {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "select", "exec", "execute", "insert", "update", "delete", "if", "begin", "declare", "print", "raiserror", "waitfor":
			return true
		}
		return strings.HasPrefix(w, "@") // SET of a variable
	})
}

// send sends the results of a statement.
func (c *conn) send(ctx context.Context, r *reply, q query, results []Result) error {
	token := byte(tokenDone)
	if q.inProc {
		token = tokenDoneInProc
	}
	var last done
	for i, res := range results {
		if ctx.Err() != nil || r.err != nil {
			break
		}
		if i > 0 {
			last.status |= doneMore
			r.add(appendDone(nil, c.layout, token, last))
		}
		last = c.sendResult(ctx, r, res)
	}
	if c.turn.settle() {
		return r.end(tokenDone, done{status: doneAttention})
	}
	if q.inProc {
		// The return status of sp_executesql is the number of the last error.
		failed := last.status & doneError
		last.status |= doneMore
		r.add(appendDone(nil, c.layout, token, last))
		r.add(appendReturnStatus(nil, last.errno))
		return r.end(tokenDoneProc, done{status: failed})
	}
	return r.end(token, last)
}

// sendResult sends rows and error of one result, and returns how to end it.
// What the client cannot be sent, because a value does not fit its column, it
// gets as an error.
func (c *conn) sendResult(ctx context.Context, r *reply, res Result) done {
	var d done
	if len(res.Columns) > 0 {
		rows, err := c.sendRows(ctx, r, res)
		d = done{status: doneCount, command: commandSelect, rows: rows}
		if err != nil && ctx.Err() == nil {
			var e *Error
			if !errors.As(err, &e) {
				e = userError(err)
			}
			d = c.sendError(r, d, e)
		}
	}
	if res.Err != nil {
		d = c.sendError(r, d, res.Err)
	}
	return d
}

func (c *conn) sendError(r *reply, d done, e *Error) done {
	r.add(appendError(nil, c.layout, c.cfg.ServerName, e))
	if e.failed() {
		d.status = d.status&^doneCount | doneError
		d.errno = e.Number
	}
	return d
}

func (c *conn) sendRows(ctx context.Context, r *reply, res Result) (sent uint64, err error) {
	token, err := appendColumns(nil, c.layout, res.Columns)
	if err != nil {
		return 0, err
	}
	r.add(token)
	if res.Rows == nil {
		return 0, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the rows of a result: %v", p)
		}
	}()
	for row, err := range res.Rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return sent, err
		}
		if token, err = appendRow(token[:0], res.Columns, row); err != nil {
			return sent, fmt.Errorf("row %d: %w", sent+1, err)
		}
		if r.add(token); r.err != nil {
			return sent, r.err
		}
		sent++
	}
	return sent, nil
}
