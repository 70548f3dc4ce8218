package config

import "time"

// History says where the runs of audits are kept, and for how long.
type History struct {
	Path     string `mapstructure:"path"`     // of an SQLite file on a local disk
	Postgres Secret `mapstructure:"postgres"` // where the address of a PostgreSQL database is found, which is then used instead
	Facts    string `mapstructure:"facts"`    // folder in which the facts of each audit are kept; empty: they are not
	// What is kept: 0 is everything, for ever. The last run of a scope always
	// stays.
	KeepAge     time.Duration `mapstructure:"keep-age"`
	KeepRuns    int           `mapstructure:"keep-runs"`    // of each scope
	KeepReports time.Duration `mapstructure:"keep-reports"` // whole reports and facts; of older runs the findings and counts stay
}

func (h *History) validate(v *validator) {
	v.secret("history.postgres", h.Postgres)
	v.check(h.KeepAge >= 0, "history.keep-age", "is negative")
	v.check(h.KeepRuns >= 0, "history.keep-runs", "is negative")
	v.check(h.KeepReports >= 0, "history.keep-reports", "is negative")
}
