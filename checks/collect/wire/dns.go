package wire

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/miekg/dns"
)

// asker puts one question to the DNS. A name that does not exist, or has no
// record of that kind, gives an empty list and no error. An error that wraps
// errSilent means that there was no answer at all.
type asker interface {
	addresses(ctx context.Context, name string, family family) ([]netip.Addr, told, error)
	services(ctx context.Context, name string) ([]facts.Target, told, error)
}

// told is what a DNS server tells beside the records. The zero value: there was
// no answer, or the one who asked for us does not pass it on.
type told struct {
	code string // as in [facts.ClientRecord.RCode]
	ttl  int    // seconds; 0 if there are no records
}

// and is what two answers tell of one name: the code of the first, since there
// are servers that deny a whole name for want of an IPv6 address (RFC 4074,
// section 4.2).
func (t told) and(other told) told {
	if t.ttl == 0 || other.ttl != 0 && other.ttl < t.ttl {
		t.ttl = other.ttl
	}
	return t
}

// family is a kind of address, named as package net names networks.
type family string

const (
	ipv4 family = "ip4"
	ipv6 family = "ip6"
)

// silencesAllowed is how many questions in a row may go without an answer
// before a resolver is taken for dead.
const silencesAllowed = 2

// resolver looks up absolute names: no search domain is ever appended. It stops
// asking a DNS server that does not answer, since every name would wait in vain.
type resolver struct {
	asker asker
	label string // how reasons call it

	mu       sync.Mutex
	answers  int   // answers of any kind so far
	silences int   // questions without an answer since the last answer
	dead     error // why it is no longer asked
}

func newResolver(cfg Config) *resolver {
	if cfg.Resolver == "" {
		return &resolver{label: "this computer's resolver", asker: newSystemDNS(cfg)}
	}
	return &resolver{label: "resolver " + cfg.Resolver, asker: newServerDNS(cfg)}
}

// host returns the IP addresses of a host, IPv4 first. An empty list means that
// the DNS says it has none.
func (r *resolver) host(ctx context.Context, name string) ([]string, error) {
	list, _, err := r.both(ctx, name)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(list))
	for _, ip := range list {
		out = append(out, ip.String())
	}
	return out, nil
}

// hostTargets returns the addresses of a name as targets, IPv4 first.
func (r *resolver) hostTargets(ctx context.Context, name string) ([]facts.Target, told, error) {
	list, answer, err := r.both(ctx, name)
	if err != nil {
		return nil, answer, err
	}
	out := make([]facts.Target, 0, len(list))
	for _, ip := range list {
		out = append(out, facts.Target{Host: ip.String()})
	}
	return out, answer, nil
}

// both looks up the addresses of both families, IPv4 first.
func (r *resolver) both(ctx context.Context, name string) ([]netip.Addr, told, error) {
	if ip, ok := parseIP(name); ok {
		return []netip.Addr{ip}, told{}, nil
	}
	list, answer, err := r.addresses(ctx, name, ipv4)
	if err != nil {
		return nil, answer, err
	}
	// That a name does not exist is so for every type (RFC 2308, section 5).
	if answer.code != dns.RcodeToString[dns.RcodeNameError] {
		more, also, err := r.addresses(ctx, name, ipv6)
		switch {
		case err == nil:
			list, answer = append(list, more...), answer.and(also)
		case len(list) == 0:
			return nil, also, err // it may have an IPv6 address
		}
	}
	if len(list) == 0 && !strings.Contains(bare(name), ".") {
		return nil, answer, collect.Fail(facts.Missing, "name it with its domain",
			"look up %s: it has no domain, and servers may add one of their own", name)
	}
	return list, answer, nil
}

// services returns the targets of an SRV record, sorted by priority, weight and
// host.
func (r *resolver) services(ctx context.Context, name string) ([]facts.Target, told, error) {
	list, answer, err := question(ctx, r, name, func() ([]facts.Target, told, error) { return r.asker.services(ctx, name) })
	if err != nil {
		return nil, answer, err
	}
	out := make([]facts.Target, 0, len(list))
	for _, t := range list {
		// A target of "." means that the service is decidedly not available
		// (RFC 2782).
		if t.Host = strings.ToLower(bare(t.Host)); t.Host != "" {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b facts.Target) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight),
			cmp.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port))
	})
	return slices.Compact(out), answer, nil
}

func (r *resolver) addresses(ctx context.Context, name string, family family) ([]netip.Addr, told, error) {
	list, answer, err := question(ctx, r, name, func() ([]netip.Addr, told, error) { return r.asker.addresses(ctx, name, family) })
	if err != nil {
		return nil, answer, err
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list), answer, nil
}

// question asks unless the resolver is dead, and learns from the outcome
// whether it is.
func question[T any](ctx context.Context, r *resolver, name string, ask func() ([]T, told, error)) ([]T, told, error) {
	if _, ok := dns.IsDomainName(name); !ok {
		return nil, told{}, collect.Fail(facts.Protocol, "correct the name", "look up %q: not a name that DNS can hold", name)
	}
	r.mu.Lock()
	before, dead := r.answers, r.dead
	r.mu.Unlock()
	if ended(ctx) {
		return nil, told{}, tooLate(ctx, "look up "+name)
	}
	if dead != nil {
		return nil, told{}, dead
	}
	list, answer, err := ask()
	if err != nil && ended(ctx) {
		return nil, told{}, tooLate(ctx, "look up "+name)
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	if !errors.Is(err, errSilent) {
		r.answers++
		r.silences = 0
		if err != nil {
			return nil, answer, collect.Fail(collect.Reason(err).Class, collect.Reason(err).Settle, "look up %s: %s: %w", name, r.label, err)
		}
		return list, answer, nil
	}
	err = r.silence(err)
	// A server that answered others meanwhile is alive; it is this name's own
	// servers that it waits for.
	if r.answers == before {
		if r.silences++; r.silences >= silencesAllowed {
			r.dead = err
		}
	}
	return nil, told{}, err
}

// silence is the error of every question that a resolver did not answer. It is
// the same for all of them.
func (r *resolver) silence(err error) error {
	const settle = "name a DNS server that answers, or let UDP and TCP port 53 through to it"
	if isTimeout(err) {
		return collect.Fail(facts.Timeout, settle, "%s does not answer", r.label)
	}
	return collect.Fail(facts.Unreachable, settle, "%s does not answer: %w", r.label, err)
}

// errSilent marks an error as that of a DNS server which did not answer.
var errSilent = errors.New("no answer")

// silent marks err so. The text stays that of err.
func silent(err error) error { return &silentError{err} }

type silentError struct{ error }

func (e *silentError) Unwrap() error        { return e.error }
func (e *silentError) Is(target error) bool { return target == errSilent }
