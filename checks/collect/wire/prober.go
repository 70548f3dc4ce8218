package wire

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"golang.org/x/sync/errgroup"
)

// prober is one run of a source.
type prober struct {
	*Source
	session  *collect.Session
	resolver *resolver

	mu       sync.Mutex
	problems []error
	done     atomic.Int64
}

func newProber(s *Source, session *collect.Session) *prober {
	return &prober{Source: s, session: session, resolver: newResolver(s.cfg)}
}

// run tries everything, at most cfg.Limit things at once. The result is in the
// order of the targets and records, whatever order the answers came in; hosts
// to which records lead come last.
func (p *prober) run(ctx context.Context) facts.Wire {
	wire := facts.Wire{
		Endpoints: make([]*facts.Endpoint, len(p.targets)),
		Records:   make([]facts.ClientRecord, len(p.records)),
	}
	hosts := p.hosts(ctx)
	var group errgroup.Group
	group.SetLimit(p.cfg.Limit)
	for i, t := range p.targets {
		group.Go(func() error {
			wire.Endpoints[i] = guard(p, func() *facts.Endpoint { return p.endpoint(ctx, t, hosts[t.Host]) },
				func(why facts.Unknown) *facts.Endpoint { return p.unobservedEndpoint(t, why) })
			return nil
		})
	}
	for i, r := range p.records {
		group.Go(func() error {
			wire.Records[i] = guard(p, func() facts.ClientRecord { return p.record(ctx, r) },
				func(why facts.Unknown) facts.ClientRecord { return unobservedRecord(r, why) })
			return nil
		})
	}
	if u := p.cfg.ProbeUser; u != nil {
		wire.SignIns = make([]facts.SignInProbe, 1)
		group.Go(func() error {
			wire.SignIns[0] = guard(p, func() facts.SignInProbe { return p.signIn(ctx, u) },
				func(why facts.Unknown) facts.SignInProbe { return unobservedSignIn(u, why) })
			return nil
		})
	}
	_ = group.Wait() // a probe's failure is in its facts
	wire.Records = append(wire.Records, p.destinations(ctx, wire.Records)...)
	p.account()
	return wire
}

// guard does one piece of work and turns a panic into an unobserved result, so
// that one strange answer does not cost the others.
func guard[T any](p *prober, work func() T, failed func(facts.Unknown) T) (out T) {
	defer func() {
		if fault := recover(); fault != nil {
			out = failed(p.failed(collect.Fail(facts.Internal, "report this as a fault of lcshealth", "internal error: %v", fault)))
		}
		p.session.Progress("probes", int(p.done.Add(1)))
	}()
	return work()
}

// failed notes that something could not be observed and returns the reason.
func (p *prober) failed(err error) facts.Unknown {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, err)
	return p.session.Unknown(err)
}

// account tells the session of the failures in an order that does not depend
// on which came first.
func (p *prober) account() {
	slices.SortFunc(p.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	for _, err := range p.problems {
		p.session.Partly(err)
	}
}

// hosts returns for each host of the targets a function that looks it up once,
// when it is first called.
func (p *prober) hosts(ctx context.Context) map[string]func() facts.Value[[]string] {
	out := make(map[string]func() facts.Value[[]string])
	for _, t := range p.targets {
		if out[t.Host] == nil {
			out[t.Host] = sync.OnceValue(func() facts.Value[[]string] {
				addresses, err := p.resolver.host(ctx, t.Host)
				if err != nil {
					return facts.NotObserved[[]string](p.failed(err))
				}
				return facts.Observed(addresses, p.session.Origin())
			})
		}
	}
	return out
}

// endpoint looks up, connects to and, for TLS, shakes hands with one target, and
// asks it over SIP if that is wanted.
func (p *prober) endpoint(ctx context.Context, t Target, lookup func() facts.Value[[]string]) *facts.Endpoint {
	e := &facts.Endpoint{Host: t.Host, Port: t.Port, Transport: t.Transport, Addresses: lookup()}
	unreached := func(why facts.Unknown) *facts.Endpoint {
		e.Connected, e.TLS = facts.NotObserved[bool](why), facts.NotObserved[facts.TLSAnswer](why)
		p.withoutSIP(e, why)
		return e
	}
	addresses, why := e.Addresses.Get()
	switch {
	case t.Address != "":
		addresses = []string{t.Address}
	case why != nil:
		return unreached(*why)
	case len(addresses) == 0:
		return unreached(p.session.Unknown(collect.Fail(facts.Missing, "", "%s has no address in the DNS", t.Host)))
	}
	speaksTLS := t.Transport == facts.TLS || t.Transport == facts.MTLS
	if !speaksTLS && t.Transport != facts.TCP {
		return unreached(p.session.Unknown(collect.Fail(facts.NotAsked, "", "%q is not a transport that lcshealth knows", t.Transport)))
	}

	conn, address, err := p.connect(ctx, t, addresses)
	if err != nil {
		return unreached(p.failed(err))
	}
	e.Connected = facts.Observed(conn != nil, p.session.Origin())
	switch {
	case conn == nil:
		why := p.session.Unknown(collect.Fail(facts.Unreachable, "", "%s:%d refuses connections", t.Host, t.Port))
		e.TLS = facts.NotObserved[facts.TLSAnswer](why)
		p.withoutSIP(e, why)
		return e
	case !speaksTLS:
		e.TLS = facts.NotObserved[facts.TLSAnswer](p.session.Unknown(
			collect.Fail(facts.NotAsked, "", "%s:%d is for TCP without TLS", t.Host, t.Port)))
	default:
		answer, err := p.askTLS(ctx, t, address, conn)
		if err != nil {
			why := p.failed(err)
			e.TLS = facts.NotObserved[facts.TLSAnswer](why)
			p.withoutSIP(e, why)
			return e
		}
		e.TLS = facts.Observed(answer, p.session.Origin())
		conn = nil // it was closed
	}
	switch {
	case p.cfg.SIP:
		p.askSIP(ctx, e, t, address, conn)
	case conn != nil:
		_ = conn.Close() // all there was to know is that it opened
	}
	return e
}

// ended reports whether ctx has ended, or is about to: the network's own timers
// are set to the deadline of ctx and may go off before ctx notices.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// tooLate is the error of work that was cut short because ctx ended.
func tooLate(ctx context.Context, what string) error {
	cause := context.Cause(ctx)
	if cause == nil {
		cause = context.DeadlineExceeded
	}
	return &collect.Error{
		Class:  facts.Timeout,
		Settle: "allow it more time with timeouts.source",
		Err:    fmt.Errorf("%s: the time for the network ended: %w", what, cause),
	}
}
