package history

import (
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// errAddress stands for every error of an address. What pgx says of it may
// hold parts of the password, and so is not passed on.
var errAddress = errors.New("the address of the PostgreSQL database is malformed; it is not shown here, since it may hold a password")

// ownSchema is the schema of the tables where the address sets none.
const ownSchema = "lcshealth"

// connectPostgres prepares connections; none is made yet.
func (s *Store) connectPostgres(o Options) error {
	s.dialect, s.where = postgresDialect, "PostgreSQL"
	config, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		return errAddress
	}
	s.where = "PostgreSQL at " + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + ", database " + config.Database
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = o.Wait
	}
	set := func(name, value string) {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	set("application_name", "lcshealth")
	set("search_path", ownSchema)
	set("lock_timeout", strconv.FormatInt(o.Wait.Milliseconds(), 10))
	// An auditor that is gone must not hold a scope for hours.
	set("idle_in_transaction_session_timeout", strconv.FormatInt(time.Minute.Milliseconds(), 10))
	s.db = stdlib.OpenDB(*config)
	s.db.SetMaxOpenConns(readers + 1)
	s.db.SetConnMaxIdleTime(5 * time.Minute)
	return nil
}
