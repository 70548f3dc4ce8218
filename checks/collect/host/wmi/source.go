package wmi

import (
	"context"
	"errors"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// DefaultQueryTimeout is how long one part may take unless [Config] says
// otherwise. On a busy Windows Server 2003 the event log alone takes most of
// it.
const DefaultQueryTimeout = 2 * time.Minute

// Config says which host is asked, and how.
type Config struct {
	FQDN string // of the host
	// Dial connects to the host. It is called again after a connection broke.
	Dial func(ctx context.Context) (Conn, error)
	// EventDays is for how many days back the event logs are asked; 0 means
	// [host.EventDays].
	EventDays int
	// QueryTimeout is how long one part may take, such as the instances of a
	// class or the certificates of a store, and how long it may take to
	// connect again; 0 means [DefaultQueryTimeout].
	QueryTimeout time.Duration
	Warnings     []string // what else is to be said with this source
}

// Source asks one host over WMI.
type Source struct{ cfg Config }

var _ collect.Source = (*Source)(nil)

// New returns the source for a host.
func New(cfg Config) *Source {
	if cfg.EventDays == 0 {
		cfg.EventDays = host.EventDays
	}
	if cfg.QueryTimeout == 0 {
		cfg.QueryTimeout = DefaultQueryTimeout
	}
	return &Source{cfg}
}

// Name returns [host.Name].
func (s *Source) Name() string { return host.Name }

// Target returns the FQDN of the host.
func (s *Source) Target() string { return s.cfg.FQDN }

// Collect asks all there is to ask. It fails if there is no connection to
// begin with; what cannot be read later on is unknown, part by part.
func (s *Source) Collect(ctx context.Context, session *collect.Session) (collect.Observation, error) {
	for _, w := range s.cfg.Warnings {
		session.Warn("%s", w)
	}
	r := &run{cfg: s.cfg, session: session, decoder: host.NewDecoder(s.cfg.FQDN, session.Origin())}
	defer r.drop()
	if _, err := r.connection(ctx); err != nil {
		return nil, err
	}
	r.everything(ctx)
	return &host.Observation{FQDN: s.cfg.FQDN, Host: r.decoder.Host(session)}, nil
}

// Unobserved returns a host of which nothing is known.
func (s *Source) Unobserved(why facts.Unknown) collect.Observation {
	return &host.Observation{FQDN: s.cfg.FQDN, Host: host.UnknownHost(why)}
}

// classified gives an error of a connection its class, and what would settle
// it, unless it has both already.
func classified(err error, settle string) error {
	if _, ok := errors.AsType[*collect.Error](err); ok {
		return err
	}
	status, ok := errors.AsType[*Status](err)
	if !ok {
		return err
	}
	class := host.ClassOf(status.Code)
	if class != facts.Rights {
		settle = ""
	}
	return collect.Fail(class, settle, "%w", err)
}

// settleRights is what makes WMI answer an account.
func settleRights(fqdn string) string {
	return `make the account a member of Administrators on ` + fqdn + `, or grant it Remote Enable on root\cimv2 ` +
		`and root\default (wmimgmt.msc) and Remote Launch and Remote Activation (dcomcnfg)`
}
