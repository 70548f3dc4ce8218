package wire

import (
	"context"
	"fmt"
	"net"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// askSIP has a target answer OPTIONS and, if it is a listener of a server, a
// REGISTER without credentials. It takes conn, which may be nil, as its first
// connection. What it finds changes nothing of what is known of the endpoint
// already.
func (p *prober) askSIP(ctx context.Context, e *facts.Endpoint, t Target, address string, conn net.Conn) {
	c, err := p.openSIP(ctx, t, address, conn)
	if err != nil {
		p.withoutSIP(e, p.reason(err))
		return
	}
	defer func() {
		if c != nil {
			_ = c.Close() // nothing was promised to the peer
		}
	}()
	e.Options = asked(p, func() (facts.SIPAnswer, error) { return p.askOptions(ctx, t, c) })
	if !t.Listener {
		e.Register = p.notRegistered(t)
		return
	}
	if !e.Options.IsObserved() {
		// Whoever does not answer OPTIONS may answer REGISTER, but not where a
		// late answer to the one could be taken for that to the other.
		_ = c.Close() // nothing was promised to the peer
		if c, err = p.openSIP(ctx, t, address, nil); err != nil {
			e.Register = facts.NotObserved[facts.SIPAnswer](p.reason(err))
			return
		}
	}
	e.Register = asked(p, func() (facts.SIPAnswer, error) { return p.askRegister(ctx, t, c) })
}

// asked is the fact that asking gives.
func asked(p *prober, ask func() (facts.SIPAnswer, error)) facts.Value[facts.SIPAnswer] {
	answer, err := ask()
	if err != nil {
		return facts.NotObserved[facts.SIPAnswer](p.reason(err))
	}
	return facts.Observed(answer, p.session.Origin())
}

// reason is why something could not be observed. The source has only failed in
// part if it was asked for.
func (p *prober) reason(err error) facts.Unknown {
	if collect.Reason(err).Class == facts.NotAsked {
		return p.session.Unknown(err)
	}
	return p.failed(err)
}

// withoutSIP says why an endpoint was not asked over SIP, if that was wanted.
func (s *Source) withoutSIP(e *facts.Endpoint, why facts.Unknown) {
	if !s.cfg.SIP {
		return
	}
	e.Options, e.Register = facts.NotObserved[facts.SIPAnswer](why), facts.NotObserved[facts.SIPAnswer](why)
}

// notRegistered is the fact of a host to which no REGISTER is sent: it may be
// anything that a route leads to, and belong to others.
func (p *prober) notRegistered(t Target) facts.Value[facts.SIPAnswer] {
	return facts.NotObserved[facts.SIPAnswer](p.session.Unknown(collect.Fail(facts.NotAsked, "",
		"%s:%d is no listener of a server of the deployment, and is not asked to register anyone", t.Host, t.Port)))
}

func (p *prober) askOptions(ctx context.Context, t Target, c *sipConn) (facts.SIPAnswer, error) {
	d, err := p.newDialogue(c, p.probeURI(t.Host))
	if err != nil {
		return facts.SIPAnswer{}, err
	}
	r, err := d.ask(ctx, d.options(t.Host))
	if err != nil {
		return facts.SIPAnswer{}, err
	}
	return p.answer(c, r), nil
}

// askRegister sends a REGISTER that would register nothing. A redirection is
// followed once: a second one is the answer.
func (p *prober) askRegister(ctx context.Context, t Target, c *sipConn) (facts.SIPAnswer, error) {
	d, err := p.newDialogue(c, p.probeURI(t.Host))
	if err != nil {
		return facts.SIPAnswer{}, err
	}
	r, err := d.ask(ctx, d.register(0))
	if err != nil {
		return facts.SIPAnswer{}, err
	}
	answer := p.answer(c, r)
	if !redirects(r.Message) {
		return answer, nil
	}
	next, _, contact, err := p.follow(ctx, t, r.Message)
	if next == nil {
		if err != nil {
			p.reason(redirected(t, err))
		}
		return answer, nil
	}
	defer func() { _ = next.Close() }() // nothing was promised to the peer
	d.conn = next
	if r, err = d.ask(ctx, d.register(0)); err != nil {
		p.reason(redirected(t, err))
		return answer, nil // what the first server said stands
	}
	answer = p.answer(next, r)
	answer.RedirectedFrom = text(contact)
	return answer, nil
}

// redirected is an error of where a target sends its clients.
func redirected(t Target, err error) error {
	return fmt.Errorf("%s:%d redirects: %w", t.Host, t.Port, err)
}
