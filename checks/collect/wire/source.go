package wire

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Config says what to look at and how. The zero value looks at nothing.
type Config struct {
	Targets    []Target // endpoints to try; see [Targets]
	SIPDomains []string // whose client records to look up; wildcards are skipped
	Names      []string // hosts whose addresses to look up besides, such as trusted servers
	// Resolver is the DNS server to ask, as address or address:port; only the
	// DNS counts then. Empty means the servers of this computer's own
	// configuration, after its hosts file.
	Resolver string
	// Dial opens connections to DNS servers (udp, tcp) and endpoints (tcp). It
	// must return soon after ctx ends. Nil means a [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// ConnectTimeout bounds each connection attempt, each TLS handshake, each
	// answer to a SIP request and each question to a configured Resolver. 0
	// means 5 seconds.
	ConnectTimeout time.Duration
	Limit          int // how many probes run at once; 0 means 16
	// ClientCertificate is presented to listeners that ask for one, whatever
	// authorities they name; see [LoadClientCertificate]. Nil: a handshake
	// without is all that is tried.
	ClientCertificate *tls.Certificate
	// ClientCertificateName names it among the facts. Empty: its subject.
	ClientCertificateName string
	// SIP says that targets are asked for OPTIONS too and, if they are
	// listeners, with a REGISTER without credentials, which registers nobody.
	SIP bool
	// ProbeUser is the user as whom a sign-in is tried, once. Nil: nobody.
	ProbeUser *ProbeUser
}

// Source observes the network. It implements [collect.Source].
type Source struct {
	cfg     Config
	targets []Target
	records []facts.ClientRecord // with nothing observed yet
}

var _ collect.Source = (*Source)(nil)

// New returns a source with the given configuration.
func New(cfg Config) *Source {
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	cfg.ConnectTimeout = cmp.Or(max(cfg.ConnectTimeout, 0), 5*time.Second)
	cfg.Limit = cmp.Or(max(cfg.Limit, 0), 16)
	if cfg.ClientCertificate != nil && cfg.ClientCertificateName == "" {
		cfg.ClientCertificateName = certificateName(cfg.ClientCertificate)
	}
	if u := cfg.ProbeUser; u != nil {
		own := *u
		if !strings.Contains(own.URI, ":") {
			own.URI = "sip:" + own.URI
		}
		own.Server.Host = strings.ToLower(strings.TrimSpace(own.Server.Host))
		cfg.ProbeUser = &own
	}
	return &Source{cfg: cfg, targets: clean(cfg.Targets), records: clientRecords(cfg.SIPDomains)}
}

// Name returns "wire".
func (s *Source) Name() string { return "wire" }

// Target returns the DNS server that was configured, or "network".
func (s *Source) Target() string { return cmp.Or(s.cfg.Resolver, "network") }

// Collect tries every endpoint and looks up every record. When ctx ends it
// returns what it has; what is missing is not observed, with the reason.
func (s *Source) Collect(ctx context.Context, session *collect.Session) (collect.Observation, error) {
	return observation{newProber(s, session).run(ctx)}, nil
}

// Unobserved returns every endpoint and record as not observed.
func (s *Source) Unobserved(why facts.Unknown) collect.Observation {
	var wire facts.Wire
	for _, t := range s.targets {
		wire.Endpoints = append(wire.Endpoints, s.unobservedEndpoint(t, why))
	}
	for _, r := range s.records {
		wire.Records = append(wire.Records, unobservedRecord(r, why))
	}
	if s.cfg.ProbeUser != nil {
		wire.SignIns = append(wire.SignIns, unobservedSignIn(s.cfg.ProbeUser, why))
	}
	return observation{wire}
}

func (s *Source) unobservedEndpoint(t Target, why facts.Unknown) *facts.Endpoint {
	e := &facts.Endpoint{
		Host: t.Host, Port: t.Port, Transport: t.Transport,
		Addresses: facts.NotObserved[[]string](why),
		Connected: facts.NotObserved[bool](why),
		TLS:       facts.NotObserved[facts.TLSAnswer](why),
	}
	s.withoutSIP(e, why)
	return e
}

func unobservedRecord(r facts.ClientRecord, why facts.Unknown) facts.ClientRecord {
	r.Targets = facts.NotObserved[[]facts.Target](why)
	return r
}

type observation struct{ wire facts.Wire }

// AddTo sets what is known of the wire.
func (o observation) AddTo(d *facts.Deployment) { d.Wire = o.wire }
