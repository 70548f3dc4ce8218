package rtcdb

import (
	"context"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Entries takes the entries of databases, which are too many to keep.
type Entries interface {
	AddEntry(facts.Entry) error
}

// Source reads one RTC database.
type Source struct {
	cfg     Config
	entries Entries
}

var _ collect.Source = (*Source)(nil)

// New returns the source for a database. Each of its entries is handed to
// entries while it is read, including those of a database that cannot be read
// to the end.
func New(cfg Config, entries Entries) *Source { return &Source{cfg: cfg, entries: entries} }

// Name returns rtcdb.
func (s *Source) Name() string { return "rtcdb" }

// Target returns the name of the database.
func (s *Source) Target() string { return s.cfg.Name }

// Collect signs in, finds out what the tables are like, and reads all entries.
// It fails if the database cannot be reached or is no RTC database.
func (s *Source) Collect(ctx context.Context, told *collect.Session) (collect.Observation, error) {
	db, err := s.connect(ctx, told)
	if err != nil {
		return nil, err
	}
	defer db.close()
	found, err := s.introspect(ctx, db)
	if db.dialer.plainRequest.Load() {
		told.Warn("the connection to %s is not encrypted: sign-in names and SIDs travelled readable", s.cfg.Address)
	}
	if err != nil {
		return nil, err
	}
	if found.layout.Generation != "" && found.layout.Generation != "LCS" {
		told.Warn("database %s on %s looks like one of %s, not of Live Communications Server", s.cfg.database(), s.cfg.Name, found.layout.Generation)
	}
	found.layout.Describe(told, found.product)
	out := found.layout.Database(s.cfg.Name, s.cfg.Serves, found.product, told.Origin(), told.Partly)
	n, err := s.readRows(ctx, db, found.layout, told)
	switch {
	case err == nil:
		out.Entries = facts.Observed(n, told.Origin())
	case isStorage(err):
		return nil, err
	default:
		out.Entries = facts.NotObserved[int](told.Partly(err))
	}
	return observation{out}, nil
}

// Unobserved is a database of which nothing is known.
func (s *Source) Unobserved(why facts.Unknown) collect.Observation {
	return observation{collect.UnknownDatabase(s.cfg.Name, s.cfg.Serves, why)}
}

type observation struct{ database *facts.Database }

// AddTo puts the database in its place by name, instead of an earlier one.
func (o observation) AddTo(d *facts.Deployment) {
	name := strings.ToLower(o.database.Name)
	at, found := slices.BinarySearchFunc(d.Databases, name, func(db *facts.Database, name string) int {
		return strings.Compare(strings.ToLower(db.Name), name)
	})
	if found {
		d.Databases[at] = o.database
		return
	}
	d.Databases = slices.Insert(d.Databases, at, o.database)
}
