package wmi

import (
	"context"
	"errors"
	"fmt"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// run is one collection. Rows go to the decoder as they come.
type run struct {
	cfg      Config
	session  *collect.Session
	decoder  *host.Decoder
	conn     Conn  // nil if there is none at the moment
	down     error // why there can be none any more
	dialled  bool
	backends backends
	hotfixes hotfixes
}

// everything asks for all parts, those about Windows first.
func (r *run) everything(ctx context.Context) {
	since := r.session.Now().AddDate(0, 0, -r.cfg.EventDays)
	for _, q := range host.Questions(since) {
		name := host.Part{Class: q.Class}
		switch {
		case q.PoolLevel:
			r.part(ctx, name, func(p *part) error { return r.poolLevel(p, q) })
		case name.Class == hotfixClass:
			r.part(ctx, name, func(p *part) error { return r.hotfixParts(p, q) })
		default:
			r.part(ctx, name, func(p *part) error { return p.ask(q, r.noticing(q)) })
		}
	}
	r.registry(ctx)
	r.decoder.Missing(host.Part{Class: "port"}, collect.Fail(facts.Missing,
		"make a host file on "+r.cfg.FQDN+" with the collector script (lcshealth script)",
		"the WMI of Windows Server 2003 does not tell which process listens on which port"))
}

// part is a part that is being read, with its own time.
type part struct {
	*run
	ctx     context.Context //nolint:containedctx // it lasts as long as the part
	name    host.Part
	rows    int
	retried bool
}

// part reads one part and tells the decoder how it ended.
func (r *run) part(ctx context.Context, name host.Part, read func(*part) error) {
	parent := ctx
	ctx, cancel := context.WithTimeout(ctx, r.cfg.QueryTimeout)
	defer cancel()
	p := &part{run: r, ctx: ctx, name: name}
	err := read(p)
	switch {
	case err == nil:
		r.decoder.End(name, p.rows)
	case ctx.Err() != nil && parent.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		r.decoder.Missing(name, collect.Fail(facts.Timeout, "allow it more time, or look why WMI on "+r.cfg.FQDN+" is slow",
			"not done after %s and %d rows: %w", r.cfg.QueryTimeout, p.rows, err))
	default:
		r.decoder.Missing(name, classified(err, settleRights(r.cfg.FQDN)))
	}
	r.session.Progress(name.String(), p.rows)
}

// row hands one row to the decoder. One that is refused spoils the part there,
// and is no reason not to read on.
func (p *part) row(class string, properties map[string]any) {
	p.rows++
	_ = p.decoder.Row(class, properties)
}

// ask asks all statements of a question. Each row that is worth keeping is
// shown to notice, which may be nil, and taken.
func (p *part) ask(q host.Question, notice func(map[string]any)) error {
	for _, wql := range q.Statements() {
		err := p.query(wql, func(properties map[string]any) {
			if !q.Keep(properties) {
				return
			}
			if notice != nil {
				notice(properties)
			}
			p.row(q.Class, properties)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// query asks one statement.
func (p *part) query(wql string, row func(map[string]any)) error {
	return p.try(func(conn Conn) (given bool, err error) {
		err = conn.Query(p.ctx, wql, func(properties map[string]any) error {
			given = true
			row(properties)
			return p.ctx.Err()
		})
		return given, err
	})
}

// try does something on the connection. If that breaks before anything was
// given, it is done again on a new one, but just once in a part: what broke
// two connections is likely to be what breaks them.
func (p *part) try(do func(Conn) (given bool, err error)) error {
	for {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		conn, err := p.connection(p.ctx)
		if err != nil {
			return err
		}
		given, err := do(conn)
		if !errors.Is(err, ErrBroken) {
			return err
		}
		p.drop()
		if given || p.retried || p.ctx.Err() != nil {
			return err
		}
		p.retried = true
	}
}

// connection returns the connection, which it makes if there is none. A host
// that could not be reached is not tried again: all that is still to be asked
// then fails at once, instead of waiting each for itself.
func (r *run) connection(ctx context.Context) (Conn, error) {
	if r.conn != nil || r.down != nil {
		return r.conn, r.down
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.QueryTimeout)
	defer cancel()
	conn, err := r.cfg.Dial(ctx)
	if err != nil {
		err = classified(err, settleRights(r.cfg.FQDN))
		if r.dialled {
			err = fmt.Errorf("the connection broke, and there is no new one: %w", err)
		}
		r.down = err
		return nil, err
	}
	r.conn, r.dialled = conn, true
	return conn, nil
}

// drop lets go of the connection.
func (r *run) drop() {
	if r.conn != nil {
		_ = r.conn.Close()
		r.conn = nil
	}
}
