package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/miekg/dns"
)

// systemDNS asks as programs on this computer do: the hosts file, then the DNS
// servers that are configured. It is Go's own resolver on every operating
// system, because that one tells a name that does not exist from a server that
// does not answer.
type systemDNS struct {
	resolver *net.Resolver
	timeout  time.Duration // of one question
}

func newSystemDNS(cfg Config) *systemDNS {
	return &systemDNS{
		resolver: &net.Resolver{PreferGo: true, Dial: cfg.Dial},
		// Long enough to get past a first server that is dead.
		timeout: 3 * cfg.ConnectTimeout,
	}
}

func (s *systemDNS) addresses(ctx context.Context, name string, family family) ([]netip.Addr, told, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	list, err := s.resolver.LookupNetIP(ctx, string(family), dns.Fqdn(name))
	for i := range list {
		list[i] = list[i].Unmap()
	}
	return list, told{}, s.explain(err)
}

func (s *systemDNS) services(ctx context.Context, name string) ([]facts.Target, told, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	_, list, err := s.resolver.LookupSRV(ctx, "", "", dns.Fqdn(name))
	var out []facts.Target
	for _, r := range list {
		out = append(out, facts.Target{
			Host: r.Target, Port: int(r.Port), Priority: int(r.Priority), Weight: int(r.Weight),
		})
	}
	return out, told{}, s.explain(err)
}

// explain tells "there is none" from a failure.
func (s *systemDNS) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return nil // the hosts file knows it, with addresses of the other family
	}
	failure, ok := errors.AsType[*net.DNSError](err)
	switch {
	case ok && failure.IsNotFound:
		return nil
	case isTimeout(err):
		return silent(err)
	case ok && failure.IsTemporary:
		return collect.Fail(facts.Unreachable, "look whether the DNS servers of this computer answer", "%s", failure.Err)
	case ok:
		return collect.Fail(facts.Protocol, "", "%s", failure.Err)
	}
	return err
}
