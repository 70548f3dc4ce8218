package wire

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// redirects reports whether a response sends a client elsewhere, as a server
// does with a user of another home server.
func redirects(m *sip.Message) bool { return m.Code >= 300 && m.Code < 400 }

// follow connects to where a redirection leads. There is no connection and no
// error if it leads nowhere that is followed: back to the same endpoint, to an
// address, which is no name of a server, or to a name that the DNS does not
// have.
func (p *prober) follow(ctx context.Context, from Target, m *sip.Message) (c *sipConn, to Target, contact string, err error) {
	for _, address := range m.Contacts() {
		t, ok := contactTarget(address.URI, from.Transport)
		if !ok || sameEndpoint(t, from) {
			continue
		}
		hosts, err := p.resolver.host(ctx, t.Host)
		if err != nil {
			return nil, t, address.URI, fmt.Errorf("follow %s: %w", address.URI, err)
		}
		if len(hosts) == 0 {
			continue
		}
		c, err := p.reach(ctx, t, hosts)
		if err != nil {
			err = fmt.Errorf("follow %s: %w", address.URI, err)
		}
		return c, t, address.URI, err
	}
	return nil, Target{}, "", nil
}

// reach connects to a target for SIP at one of its addresses.
func (p *prober) reach(ctx context.Context, t Target, addresses []string) (*sipConn, error) {
	conn, address, err := p.connect(ctx, t, addresses)
	switch {
	case err != nil:
		return nil, err
	case conn == nil:
		return nil, collect.Fail(facts.Unreachable, "", "%s:%d refuses connections", t.Host, t.Port)
	}
	return p.openSIP(ctx, t, address, conn)
}

// contactTarget reads where a contact such as
// sip:lcs02.contoso.com:5061;transport=tls leads. Without a word on the
// transport it is the one of before, and TLS for sips. Other transports, and
// addresses instead of names, are not ok.
func contactTarget(uri string, before facts.Transport) (Target, bool) {
	scheme, rest, _ := strings.Cut(uri, ":")
	secure := strings.EqualFold(scheme, "sips")
	if !secure && !strings.EqualFold(scheme, "sip") {
		return Target{}, false
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, params, _ := strings.Cut(rest, ";")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	host, port, _ := strings.Cut(rest, ":")
	t := Target{Host: strings.ToLower(bare(host)), Transport: facts.TLS}
	if !secure && before == facts.TCP {
		t.Transport = facts.TCP
	}
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "transport") {
			continue
		}
		switch value = strings.TrimSpace(value); {
		case strings.EqualFold(value, "tls"):
			t.Transport = facts.TLS
		case strings.EqualFold(value, "tcp") && !secure:
			t.Transport = facts.TCP
		case !strings.EqualFold(value, "tcp"):
			return Target{}, false
		}
	}
	t.Port = portTCP
	if t.Transport == facts.TLS {
		t.Port = portTLS
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return Target{}, false
		}
		t.Port = int(n)
	}
	_, isIP := parseIP(t.Host)
	return t, !isIP && len(clean([]Target{t})) == 1
}

// sameEndpoint reports whether two targets are one and the same for a client.
func sameEndpoint(a, b Target) bool {
	return a.Port == b.Port && strings.EqualFold(bare(a.Host), bare(b.Host)) && (a.Transport == facts.TCP) == (b.Transport == facts.TCP)
}
