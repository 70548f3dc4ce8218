package lab

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	"lcshealth/checks/facts"

	"github.com/miekg/dns"
)

// zone is what the DNS of the lab knows. Names are in lower case with a dot at
// their end.
type zone struct {
	hosts    map[string]string // with their addresses
	services map[string]*dns.SRV
	soa      *dns.SOA

	manner  manner          // how names of the wire are answered
	ofWire  map[string]bool // those are
	domains []string        // and what is below these, but for hosts that are not of the wire
}

// zone lists the names of the forest: the controllers, the servers, the hosts
// that routes lead to, and the services that clients look up in the SIP
// domains, which point to the front end, by a name below the domain, as clients
// want it. In contoso.com that is the front end's own. Names of SIP domains may be
// announced before these are listed.
func (f *forest) zone(announced []string) *zone {
	z := &zone{hosts: map[string]string{}, services: map[string]*dns.SRV{}, manner: f.wire, ofWire: map[string]bool{}}
	z.soa = &dns.SOA{
		Hdr: dns.RR_Header{Name: "com.", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 60},
		Ns:  dns.Fqdn(f.domains[0].controller), Mbox: "hostmaster.contoso.com.", Serial: 1, Refresh: 900, Retry: 600, Expire: 86400, Minttl: 60,
	}
	wire := func(name string) string {
		name = dns.Fqdn(name)
		z.ofWire[name] = true
		return name
	}
	for name, address := range f.addresses.of {
		z.hosts[wire(name)] = address
	}
	for _, d := range f.domains {
		z.hosts[dns.Fqdn(d.name)] = d.address
		delete(z.ofWire, dns.Fqdn(d.controller))
	}
	fe := f.server(fe01)
	for _, domain := range slices.Concat(f.sipDomains, announced) {
		z.domains = append(z.domains, "."+dns.Fqdn(domain))
		target := dns.Fqdn(fe.fqdn)
		if domain != fe.domain.name {
			target = wire("sip." + domain)
			z.hosts[target] = fe.address
		}
		for prefix, transport := range map[string]facts.Transport{
			"_sip._tcp": facts.TCP, "_sip._tls": facts.TLS, "_sipinternal._tcp": facts.TCP, "_sipinternaltls._tcp": facts.TLS,
		} {
			name := wire(prefix + "." + domain)
			if other, wrong := f.astray[prefix+"."+domain]; wrong {
				transport = other
			}
			z.services[name] = &dns.SRV{
				Hdr:  dns.RR_Header{Name: name, Rrtype: dns.TypeSRV, Class: dns.ClassINET, Ttl: 60},
				Port: uint16(fe.listener(transport).port), Target: target, //nolint:gosec // a port
			}
		}
	}
	return z
}

// isOfWire reports whether only who looks at the wire asks for a name.
func (z *zone) isOfWire(name string) bool {
	if z.ofWire[name] || z.hosts[name] != "" {
		return z.ofWire[name]
	}
	return slices.ContainsFunc(z.domains, func(domain string) bool { return strings.HasSuffix(name, domain) })
}

// ServeDNS answers a question, or does not.
func (z *zone) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	answer := new(dns.Msg).SetReply(query)
	answer.Authoritative, answer.RecursionAvailable = true, true
	if len(query.Question) != 1 {
		answer.Rcode = dns.RcodeFormatError
		_ = w.WriteMsg(answer) // who asked may be gone
		return
	}
	q := query.Question[0]
	name := strings.ToLower(q.Name)
	if z.manner != proper && z.isOfWire(name) {
		if z.manner == garbled {
			// The right number, so that it is taken for the answer.
			_, _ = w.Write(append([]byte{byte(query.Id >> 8), byte(query.Id)}, nonsense...))
		}
		return
	}
	switch {
	case z.hosts[name] != "" && q.Qtype == dns.TypeA:
		answer.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.ParseIP(z.hosts[name]),
		}}
	case z.services[name] != nil && q.Qtype == dns.TypeSRV:
		answer.Answer = []dns.RR{z.services[name]}
	case z.hosts[name] != "" || z.services[name] != nil:
		answer.Ns = []dns.RR{z.soa} // it exists, but not like that
	default:
		answer.Rcode, answer.Ns = dns.RcodeNameError, []dns.RR{z.soa}
	}
	_ = w.WriteMsg(answer)
}

// resolver answers from the zone of the moment.
type resolver struct{ zone atomic.Pointer[zone] }

// ServeDNS answers a question, or does not.
func (r *resolver) ServeDNS(w dns.ResponseWriter, query *dns.Msg) { r.zone.Load().ServeDNS(w, query) }

// serveDNS serves a zone over UDP and TCP on one port, and returns its
// address.
func (g *group) serveDNS(z dns.Handler) (string, error) {
	packets, ln, err := g.listenBoth()
	if err != nil {
		return "", fmt.Errorf("serve DNS: %w", err)
	}
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: z}, {Listener: ln, Handler: z}} {
		if err := g.runDNS(server); err != nil {
			return "", fmt.Errorf("serve DNS: %w", err)
		}
	}
	return packets.LocalAddr().String(), nil
}

// runDNS starts a server, and ends it with the group.
func (g *group) runDNS(server *dns.Server) error {
	started, failed := make(chan struct{}), make(chan error, 1)
	server.NotifyStartedFunc = func() { close(started) }
	g.wg.Go(func() { failed <- server.ActivateAndServe() })
	select {
	case err := <-failed:
		return err
	case <-started:
	}
	g.wg.Go(func() {
		<-g.ctx.Done()
		_ = server.Shutdown() // it fails only for one that does not run
	})
	return nil
}

// listenBoth opens a port that is free for UDP and TCP.
func (g *group) listenBoth() (net.PacketConn, net.Listener, error) {
	var config net.ListenConfig
	var failed error
	for range 20 {
		packets, err := config.ListenPacket(g.ctx, "udp", loopback+":0")
		if err != nil {
			return nil, nil, err
		}
		ln, err := config.Listen(g.ctx, "tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, ln, nil
		}
		_ = packets.Close()
		failed = err
	}
	return nil, nil, failed
}
