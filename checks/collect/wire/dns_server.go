package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/miekg/dns"
)

// tries is how often a question is sent, since UDP may lose it.
const tries = 2

// serverDNS asks one DNS server and nothing else: the hosts file and the
// configuration of this computer play no part.
type serverDNS struct {
	address string
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	timeout time.Duration // of one try
}

func newServerDNS(cfg Config) *serverDNS {
	address := cfg.Resolver
	if ip, ok := parseIP(address); ok {
		address = net.JoinHostPort(ip.String(), "53")
	} else if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(address, "53")
	}
	return &serverDNS{address: address, dial: cfg.Dial, timeout: cfg.ConnectTimeout / tries}
}

func (s *serverDNS) addresses(ctx context.Context, name string, family family) ([]netip.Addr, told, error) {
	kind := dns.TypeA
	if family == ipv6 {
		kind = dns.TypeAAAA
	}
	var out []netip.Addr
	answer, err := s.resolve(ctx, name, kind, func(record dns.RR) {
		var ip net.IP
		switch r := record.(type) {
		case *dns.A:
			ip = r.A
		case *dns.AAAA:
			ip = r.AAAA
		}
		if a, ok := netip.AddrFromSlice(ip); ok {
			out = append(out, a.Unmap())
		}
	})
	return out, answer, err
}

func (s *serverDNS) services(ctx context.Context, name string) ([]facts.Target, told, error) {
	var out []facts.Target
	answer, err := s.resolve(ctx, name, dns.TypeSRV, func(record dns.RR) {
		if r, ok := record.(*dns.SRV); ok {
			out = append(out, facts.Target{
				Host: r.Target, Port: int(r.Port), Priority: int(r.Priority), Weight: int(r.Weight),
			})
		}
	})
	return out, answer, err
}

// resolve asks for the records of a name and yields them. An answer that does
// not settle whether there are any is an error.
func (s *serverDNS) resolve(ctx context.Context, name string, kind uint16, yield func(dns.RR)) (told, error) {
	query := new(dns.Msg).SetQuestion(dns.Fqdn(strings.ToLower(name)), kind)
	answer, err := s.exchange(ctx, query)
	if err != nil {
		return told{}, err
	}
	out := told{code: cmp.Or(dns.RcodeToString[answer.Rcode], fmt.Sprintf("RCODE%d", answer.Rcode))}
	switch answer.Rcode {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		return out, nil
	case dns.RcodeServerFailure:
		return out, collect.Fail(facts.Unreachable, "look whether the DNS servers of that domain answer", "it failed to find out (SERVFAIL)")
	case dns.RcodeRefused:
		return out, collect.Fail(facts.Rights, "name a DNS server that answers this computer", "it refuses to answer (REFUSED)")
	default:
		return out, collect.Fail(facts.Protocol, "", "it answered with code %s", out.code)
	}

	owner := canonical(answer.Answer, query.Question[0].Name)
	found := false
	for _, record := range answer.Answer {
		if h := record.Header(); h.Rrtype == kind && strings.EqualFold(h.Name, owner) {
			found = true
			out.ttl = leastTTL(answer.Answer, kind)
			yield(record)
		}
	}
	if !found && !conclusive(answer, owner == query.Question[0].Name) {
		return out, collect.Fail(facts.Protocol, "name a DNS server that resolves names for its clients", "it only refers to other servers")
	}
	return out, nil
}

// leastTTL is for how many seconds the records of a kind may be kept, with the
// aliases that lead to them: each is forgotten when its own time is over.
func leastTTL(records []dns.RR, kind uint16) int {
	least := -1
	for _, record := range records {
		h := record.Header()
		if h.Rrtype == kind || h.Rrtype == dns.TypeCNAME {
			if ttl := int(h.Ttl); least < 0 || ttl < least {
				least = ttl
			}
		}
	}
	return max(least, 0)
}

// canonical follows the aliases of an answer from a name to its last one.
func canonical(records []dns.RR, name string) string {
	for range records { // each alias counts once, so a loop of them ends
		next := name
		for _, record := range records {
			if alias, ok := record.(*dns.CNAME); ok && strings.EqualFold(alias.Hdr.Name, name) {
				next = alias.Target
			}
		}
		if next == name {
			break
		}
		name = next
	}
	return name
}

// conclusive reports whether an answer without the records means that there
// are none (RFC 2308, section 2.2), and is not a mere referral: the server
// resolves names, or shows the zone's SOA, or speaks for the zone itself, which
// says nothing of an alias into another one.
func conclusive(answer *dns.Msg, asked bool) bool {
	for _, record := range answer.Ns {
		if record.Header().Rrtype == dns.TypeSOA {
			return true
		}
	}
	return answer.RecursionAvailable || answer.Authoritative && asked
}

// exchange sends a query, again if there is no answer, and over TCP if the
// answer is too long for UDP.
func (s *serverDNS) exchange(ctx context.Context, query *dns.Msg) (answer *dns.Msg, err error) {
	for range tries {
		answer, err = s.once(ctx, "udp", query)
		if err == nil && answer.Truncated {
			if answer, err = s.once(ctx, "tcp", query); err != nil {
				// Not silence: it did answer over UDP.
				return nil, collect.Fail(collect.Reason(err).Class, "let TCP port 53 through to it", "its answer needs TCP: %s", err)
			}
		}
		if err == nil || ended(ctx) || !isTimeout(err) {
			break
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, context.DeadlineExceeded) {
		return nil, silent(err)
	}
	return answer, err
}

func (s *serverDNS) once(ctx context.Context, network string, query *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conn, err := s.dial(ctx, network, s.address)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = conn.Close() }()

	client := dns.Client{Timeout: s.timeout}
	answer, _, err := client.ExchangeWithConnContext(ctx, query, &dns.Conn{Conn: conn})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case !answer.Response || len(answer.Question) != 1 || !strings.EqualFold(answer.Question[0].Name, query.Question[0].Name):
		return nil, collect.Fail(facts.Protocol, "", "it answered another question")
	}
	return answer, nil
}
