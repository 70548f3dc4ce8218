// Package tdsd is a small server of the Tabular Data Stream protocol (MS-TDS).
//
// It stands for the SQL Server instance of a simulated Live Communications
// Server: clients log in to it with a SQL login or with NTLM, in the clear or
// under TLS, send statements and parameters, cancel them, and read typed rows.
// It understands no SQL. What a statement returns is decided by a [Handler];
// the server itself answers only USE, SET and the ping "select 1".
//
// Two layouts of the protocol are spoken, that of SQL Server 2005 and later
// and that of SQL Server 2000 ([Layout] says what differs). A session uses the
// older of what [Config.Layout] allows and what its client asked for.
//
// Left out, because nothing that only reads needs it: transaction manager
// requests, bulk load, MARS, stored procedures other than sp_executesql, and
// the decimal, money, xml, variant and (max) types in results.
package tdsd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says how a [Server] presents itself and who may log in to it.
type Config struct {
	// Handler answers statements. When it is nil every statement succeeds
	// without a result.
	Handler Handler

	// Logins holds the SQL logins and their passwords. The names are compared
	// without regard to case. Without any, SQL logins are refused with error
	// 18452, as an instance does that accepts Windows accounts only.
	Logins map[string]string

	// NTLMUsers holds the Windows accounts that may log in, written
	// DOMAIN\user, and their passwords. The names are compared without regard
	// to case.
	NTLMUsers map[string]string

	// Databases lists the databases that can be opened, besides master.
	Databases []string

	// ServerName is the name given in errors, such as LCS01\RTC. It is
	// "localhost" when empty.
	ServerName string

	// ProductVersion is what the server claims to be, such as 9.00.1399. When
	// it is empty it is 9.00.1399 (SQL Server 2005), or 8.00.760 (SQL Server
	// 2000 SP3) in the TDS71 layout. A version before 8.00.384, that of SQL
	// Server 2000 without a service pack, also brings its two peculiarities:
	// a PRELOGIN reply that is not marked as complete, and TDS version 7.1
	// written as 07 01 00 00.
	ProductVersion string

	// Layout is the newest layout spoken. A ProductVersion before 9 makes it
	// TDS71.
	Layout Layout

	// Encrypt is the encryption setting. All but EncryptNotSupported need TLS.
	Encrypt Encryption

	// TLS holds the certificate. At most TLS 1.2 is spoken, because the
	// handshake inside TDS packets is not defined for TLS 1.3 before TDS 8.0.
	TLS *tls.Config

	// IdleTimeout bounds the wait for the next request, for the whole of the
	// login and for each write. It is one minute when zero.
	IdleTimeout time.Duration
}

// defaultIdleTimeout applies when Config.IdleTimeout is zero.
const defaultIdleTimeout = time.Minute

// A Server serves the connections of one or several listeners.
type Server struct {
	config Config

	mu         sync.Mutex
	closed     bool
	cancels    map[int]context.CancelFunc // of the Serve calls under way
	lastServe  int
	lastSPID   uint16
	statements []string

	serving sync.WaitGroup
}

// New returns a server that has yet to be given a listener.
func New(config Config) *Server {
	return &Server{config: config, cancels: map[int]context.CancelFunc{}, lastSPID: 50}
}

// Serve accepts connections until ctx ends or [Server.Close] is called, and
// then returns nil after its connections have ended. It closes ln. The error
// of a configuration that cannot be served is returned before anything is
// accepted.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer func() { _ = ln.Close() }()
	cfg, version, err := s.config.complete()
	if err != nil {
		return fmt.Errorf("serve tds on %s: %w", ln.Addr(), err)
	}
	ctx, done, ok := s.begin(ctx)
	if !ok {
		return nil
	}
	defer done()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()

	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		raw, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			// Nothing will cancel the open connections once this returns
			// early, so they must not be waited for without being ended.
			done()
			return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
		}
		c := newConn(s, cfg, version, raw)
		conns.Go(func() { c.serve(ctx) })
	}
}

// Close ends every Serve call with its connections, and waits for them. A
// handler that pays no heed to its context is waited for as well.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, cancel := range s.cancels {
		cancel()
	}
	s.mu.Unlock()
	s.serving.Wait()
	return nil
}

// Statements returns the text of every statement received so far, in order of
// arrival over all connections: of batches, of sp_executesql calls (with the
// names of the parameters, not their values), and EXEC with the name for calls
// of other procedures. It is how a test proves that a client sends nothing but
// SELECT.
func (s *Server) Statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.statements)
}

func (s *Server) record(statement string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statements = append(s.statements, statement)
}

// begin enters a Serve call. The function it returns leaves it again and may
// be called more than once.
func (s *Server) begin(parent context.Context) (context.Context, func(), bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancel(parent)
	s.lastServe++
	id := s.lastServe
	s.cancels[id] = cancel
	s.serving.Add(1)
	return ctx, sync.OnceFunc(func() {
		cancel()
		s.mu.Lock()
		delete(s.cancels, id)
		s.mu.Unlock()
		s.serving.Done()
	}), true
}

// nextSPID numbers the sessions from 51, as SQL Server does for users.
func (s *Server) nextSPID() uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastSPID = max(s.lastSPID+1, 51) // 51 again after 65535
	return s.lastSPID
}

// complete fills in the defaults and refuses what contradicts itself.
func (cfg Config) complete() (Config, productVersion, error) {
	if cfg.Layout != TDS71 && cfg.Layout != TDS74 {
		return cfg, productVersion{}, fmt.Errorf("layout %d is not known", cfg.Layout)
	}
	if cfg.Encrypt != EncryptNotSupported && cfg.TLS == nil {
		return cfg, productVersion{}, errors.New("encryption is configured without a tls certificate")
	}
	if cfg.TLS != nil {
		cfg.TLS = adaptTLS(cfg.TLS)
	}
	if cfg.ServerName == "" {
		cfg.ServerName = "localhost"
	}
	if cfg.IdleTimeout <= 0 {
		cfg.IdleTimeout = defaultIdleTimeout
	}
	if cfg.ProductVersion == "" {
		cfg.ProductVersion = cfg.Layout.defaultProduct()
	}
	if !slices.ContainsFunc(cfg.Databases, func(d string) bool { return strings.EqualFold(d, "master") }) {
		cfg.Databases = append([]string{"master"}, cfg.Databases...)
	}
	version, err := parseProductVersion(cfg.ProductVersion)
	if err == nil && version.major < 9 {
		cfg.Layout = TDS71
	}
	return cfg, version, err
}
