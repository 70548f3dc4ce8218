package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// reader is one run of a [Source].
type reader struct {
	cfg     Config
	users   Users
	session *collect.Session
	login   *login
	inUse   endpoint           // the controller that facts name in their origin
	tried   map[endpoint]error // configured controllers, with how it went

	partitions map[string]bool // keys of the forest's naming contexts
	schema     schema

	accounts  atomic.Int64 // read so far, in all domains
	asked     atomic.Int64 // names looked up so far
	malformed atomic.Int64 // identifiers that could not be decoded

	mu      sync.Mutex
	conns   []*controller
	warned  map[string]bool
	reasons map[string]facts.Unknown
}

func newReader(src *Source, s *collect.Session) *reader {
	return &reader{
		cfg: src.cfg, users: src.users, session: s, login: newLogin(),
		tried: map[endpoint]error{}, warned: map[string]bool{}, reasons: map[string]facts.Unknown{},
	}
}

// keep has a connection closed at the end of the run.
func (r *reader) keep(c *controller) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
}

func (r *reader) close() {
	for _, c := range r.conns {
		c.close()
	}
	r.login.ticket.close()
}

func (r *reader) warnOnce(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.warned[text] {
		r.warned[text] = true
		r.session.Warn("%s", text)
	}
}

// partly records, once, that something could not be read.
func (r *reader) partly(err error) facts.Unknown {
	r.mu.Lock()
	defer r.mu.Unlock()
	why, ok := r.reasons[err.Error()]
	if !ok {
		why = r.session.Partly(err)
		r.reasons[err.Error()] = why
	}
	return why
}

// observed is a fact seen now on the controller in use.
func observed[T any](r *reader, v T) facts.Value[T] {
	from := r.session.Origin()
	from.Target = r.inUse.host
	return facts.Observed(v, from)
}

// unknown is a fact that could not be read.
func unknown[T any](r *reader, err error) facts.Value[T] {
	return facts.NotObserved[T](r.partly(err))
}

// run reads the forest.
func (r *reader) run(ctx context.Context) (collect.Observation, error) {
	first, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	r.inUse = first.at
	f, err := r.readForest(ctx, first)
	if err != nil {
		return nil, err
	}
	r.assign(ctx, f)
	r.readSIDs(ctx, f)

	d := facts.Directory{Clock: r.clock(first)}
	if !r.schema.has("msRTCSIP-PrimaryUserAddress") {
		r.unprepared(f, &d)
		return observation{d, r.lookUp(ctx, f)}, nil
	}
	service := r.readService(ctx, f)
	if err := r.readDomains(ctx, f); err != nil {
		return nil, err
	}
	d.Forest = r.forestFact(f)
	d.SIPDomains, d.TrustedServers, d.Settings = service.domains, service.trusted, service.settings
	d.Servers = r.serversFact(f)
	d.Pools = r.poolsFact(ctx, f, service)
	d.Users = r.usersFact(f)
	d.HomeServers = r.homeServersFact(ctx, f, d.Users)
	found := r.lookUp(ctx, f)
	if n := r.malformed.Load(); n > 0 {
		r.session.Warn("%d SIDs or GUIDs of accounts could not be decoded and were left out", n)
	}
	return observation{d, found}, nil
}

// unprepared says that this forest's schema knows nothing of LCS.
func (r *reader) unprepared(f *forest, d *facts.Directory) {
	why := r.partly(collect.Fail(facts.Missing, "run the LCS schema and forest preparation, or name a controller of the right forest",
		"the schema of the forest %s knows no msRTCSIP-PrimaryUserAddress: it was never prepared for LCS", f.root.name))
	d.Forest = r.forestFact(f)
	d.SIPDomains = facts.NotObserved[[]facts.SIPDomain](why)
	d.TrustedServers = facts.NotObserved[[]facts.TrustedServer](why)
	d.Settings = facts.NotObserved[facts.GlobalSettings](why)
	d.Pools = facts.NotObserved[[]facts.Pool](why)
	d.Servers = facts.NotObserved[[]facts.DirectoryServer](why)
	d.HomeServers = facts.NotObserved[[]facts.HomeServer](why)
	d.Users = facts.NotObserved[facts.UserTotals](why)
}

// joined makes one error of several: that of one, or all in one line with the
// class that they share.
func joined(prefix string, errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	first := collect.Reason(errs[0])
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = oneLine(err)
		if collect.Reason(err).Class != first.Class {
			first.Class = facts.Unreachable
		}
	}
	return &collect.Error{Class: first.Class, Settle: first.Settle, Err: &described{prefix + strings.Join(texts, "; "), errors.Join(errs...)}}
}
