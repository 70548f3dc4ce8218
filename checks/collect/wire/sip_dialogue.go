package wire

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// userAgent is what probes call themselves. Servers write it into their logs.
const userAgent = "lcshealth"

// dialogue is the requests of one client, as one user, over one connection or
// over one after the other.
type dialogue struct {
	p        *prober
	conn     *sipConn
	dialog   sip.Dialog
	sequence uint32
	user     string // SIP URI
}

func (p *prober) newDialogue(c *sipConn, user string) (*dialogue, error) {
	dialog, err := sip.NewDialog(rand.Reader)
	if err != nil {
		return nil, collect.Fail(facts.Internal, "", "%w", err)
	}
	return &dialogue{p: p, conn: c, dialog: dialog, user: user}, nil
}

// options returns the next OPTIONS request (RFC 3261, section 11), to a host
// itself.
func (d *dialogue) options(host string) sip.Request {
	return d.next("OPTIONS", "sip:"+uriHost(host), "sip:"+uriHost(host))
}

// register returns the next REGISTER request of the user, for so many seconds;
// for none it takes away what was registered before, and registers nothing.
func (d *dialogue) register(seconds int64) sip.Request {
	r := d.next("REGISTER", "sip:"+uriHost(domainOf(d.user)), d.user)
	r.Expires = &seconds
	if seconds == 0 {
		r.ContactParams = []sip.Param{{Name: "expires", Value: "0"}}
	}
	return r
}

func (d *dialogue) next(method, uri, to string) sip.Request {
	d.sequence++
	local := d.conn.LocalAddr().String()
	return sip.Request{
		Method: method, URI: uri, Transport: d.conn.transport, SentBy: local, From: d.user, To: to,
		Dialog: d.dialog, Sequence: d.sequence, UserAgent: userAgent,
		Contact: "sip:" + local + ";transport=" + strings.ToLower(d.conn.transport),
	}
}

// ask sends a request and waits for its final response, for as long as one
// connection attempt may take.
func (d *dialogue) ask(ctx context.Context, request sip.Request) (*reply, error) {
	m, err := request.Message(rand.Reader)
	if err != nil {
		return nil, collect.Fail(facts.Internal, "", "%w", err)
	}
	r, err := d.conn.ask(ctx, m, d.p.cfg.ConnectTimeout)
	if err != nil {
		return nil, d.p.unansweredRequest(ctx, d.conn, r, err)
	}
	return r, nil
}

// unansweredRequest explains why there is no final response to a request.
func (p *prober) unansweredRequest(ctx context.Context, c *sipConn, r *reply, err error) error {
	method := r.request.Method
	after := ""
	if n := len(r.provisional); n > 0 {
		after = fmt.Sprintf(" after %d", r.provisional[n-1])
	}
	_, isAlert := remoteAlert(err)
	switch {
	case ended(ctx):
		return tooLate(ctx, method+" to "+c.address)
	case isTimeout(err):
		return collect.Fail(facts.Timeout, "look whether the program that listens on the port is alive",
			"%s accepted the connection but did not answer %s within %s%s", c.address, method, p.cfg.ConnectTimeout, after)
	case isGarbage(err):
		garbage, _ := errors.AsType[*sip.GarbageError](err)
		return collect.Fail(facts.Protocol, "look which program listens on the port",
			"the answer of %s to %s is %w", c.address, method, garbage)
	case isAlert, closed(err), errors.Is(err, io.ErrClosedPipe):
		if c.uncertified {
			return c.turnedAway("it "+ending(err), "when asked for "+method)
		}
		return collect.Fail(facts.Protocol, "look whether the program that listens on the port speaks SIP, and what it logged",
			"%s %s instead of answering %s%s", c.address, ending(err), method, after)
	}
	return collect.Fail(facts.Protocol, "look which program listens on the port", "%s to %s: %w", method, c.address, err)
}

// uriHost writes a host as it stands in a SIP URI.
func uriHost(host string) string {
	host = bare(host)
	if ip, ok := parseIP(host); ok && ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return host
}

// domainOf returns the domain of a SIP URI.
func domainOf(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	domain, _, _ := strings.Cut(rest, ";")
	return domain
}

// probeURI is who asks in requests without credentials: somebody who does not
// exist, in a SIP domain of the deployment or else in the host's own domain.
func (p *prober) probeURI(host string) string {
	host = bare(host)
	domain := ""
	if len(p.records) > 0 {
		domain = p.records[0].SIPDomain
	} else if _, ok := parseIP(host); !ok {
		_, domain, _ = strings.Cut(host, ".")
	}
	return "sip:lcshealth-probe@" + cmp.Or(domain, uriHost(host))
}
