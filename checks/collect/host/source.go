package host

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
)

// Name is the name of the sources of this package.
const Name = "host"

// DefaultMaxAge is how old a host file may be unless [Config] says otherwise.
const DefaultMaxAge = 7 * 24 * time.Hour

// Config says which host is asked, and how.
type Config struct {
	FQDN     string        // of the host
	File     string        // the host file
	MaxAge   time.Duration // 0 means [DefaultMaxAge]
	AllowOld bool          // an older file is only warned of
	Warnings []string      // what else is to be said with this source
	// Database is how the RTC database in the file is called. If it is nil
	// and there is one in the file, it is called after the host. If it is not
	// and there is none, the database is reported as unknown.
	Database *Database
}

// Source reads what one host says of itself from a host file. Facts are
// observed at the time that the file was made.
type Source struct {
	cfg     Config
	entries rtcdb.Entries
}

var _ collect.Source = (*Source)(nil)

// New returns the source for a host. The users of a database in the file are
// added to entries, which may be nil: then the database is left out.
func New(cfg Config, entries rtcdb.Entries) *Source {
	if cfg.MaxAge == 0 {
		cfg.MaxAge = DefaultMaxAge
	}
	return &Source{cfg, entries}
}

// Name returns [Name].
func (s *Source) Name() string { return Name }

// Target returns the FQDN of the host.
func (s *Source) Target() string { return s.cfg.FQDN }

// Collect reads the file. It fails if that is not a host file of this host, is
// damaged or too old; of a file that is cut or broken in places, the parts that
// came complete are observed.
func (s *Source) Collect(ctx context.Context, session *collect.Session) (collect.Observation, error) {
	for _, w := range s.cfg.Warnings {
		session.Warn("%s", w)
	}
	file := open(ctx, s.cfg.File)
	defer file.Close() //nolint:errcheck // it never fails
	in, header, err := newReader(s.cfg.File, file, session)
	if err != nil {
		return nil, err
	}
	from := facts.Origin{Source: Name, Target: s.cfg.FQDN, At: header.StartedAt}
	in.to = NewDecoder(s.cfg.FQDN, from)
	if err := s.accept(header, in.to, session); err != nil {
		return nil, err
	}
	if err := in.rest(); err != nil {
		return nil, err
	}
	o := &Observation{FQDN: s.cfg.FQDN, Host: in.to.Host(session)}
	if s.entries == nil {
		return o, nil
	}
	if o.Database, err = in.to.Database(session, s.database(), s.entries); err != nil {
		return nil, err
	}
	if o.Database == nil && s.cfg.Database != nil {
		err := collect.Fail(facts.Missing, "use a tool that reads the database too", "%s says nothing of the database", s.cfg.File)
		db := s.database()
		o.Database = collect.UnknownDatabase(db.Name, db.Serves, session.Partly(err))
	}
	return o, nil
}

// clockNoise is how far a file may be ahead of our clock without a word.
const clockNoise = time.Minute

// accept refuses a file of another host, or one that is too old.
func (s *Source) accept(h Header, d *Decoder, session *collect.Session) error {
	if !sameHost(h.Host, s.cfg.FQDN) {
		return collect.Fail(facts.Protocol, "give the file that was made on "+s.cfg.FQDN,
			"host file %s was made on %s, not on %s", s.cfg.File, h.Host, s.cfg.FQDN)
	}
	now := session.Now()
	session.Detail("host file %s, made by %s on %s at %s, %s before it was read", s.cfg.File, cmp.Or(h.Tool, "an unnamed tool"), h.Host,
		h.StartedAt.UTC().Format(time.RFC3339), span(max(0, now.Sub(h.StartedAt))))
	made := h.StartedAt.Format("2006-01-02 15:04 MST")
	if ahead := h.StartedAt.Sub(now); ahead > clockNoise {
		// It was made before now, so that its clock is ahead at least so far.
		d.SetClock(facts.Clock{Theirs: h.StartedAt, Ours: now})
		session.Warn("host file %s is from the future (%s): the clock of %s is at least %s ahead of ours", s.cfg.File, made, h.Host, span(ahead))
	}
	if now.Sub(h.StartedAt) <= s.cfg.MaxAge {
		return nil
	}
	old := fmt.Sprintf("host file %s was made %s ago (%s)", s.cfg.File, span(now.Sub(h.StartedAt)), made)
	if s.cfg.AllowOld {
		session.Warn("%s", old)
		return nil
	}
	return collect.Fail(facts.Missing, "make it again on "+s.cfg.FQDN+", or allow an old file",
		"%s; no older than %s is allowed", old, span(s.cfg.MaxAge))
}

// span says how long something is, rounded down, as people do.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

// database is how the database in the file is called.
func (s *Source) database() Database {
	var db Database
	if s.cfg.Database != nil {
		db = *s.cfg.Database
	}
	if db.Name == "" {
		db.Name = s.cfg.FQDN
	}
	db.Serves = slices.Clone(db.Serves)
	if len(db.Serves) == 0 {
		db.Serves = []string{s.cfg.FQDN}
	}
	return db
}

// Unobserved returns a host of which nothing is known.
func (s *Source) Unobserved(why facts.Unknown) collect.Observation {
	o := &Observation{FQDN: s.cfg.FQDN, Host: UnknownHost(why)}
	if s.cfg.Database != nil && s.entries != nil {
		db := s.database()
		o.Database = collect.UnknownDatabase(db.Name, db.Serves, why)
	}
	return o
}
