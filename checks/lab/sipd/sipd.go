// Package sipd is a SIP server for tests and the lab: it answers OPTIONS and
// REGISTER as Live Communications Server does, with NTLM and Kerberos for
// challenges, and signs users in with NTLM.
//
// It can be told to answer as a broken server does, or as a client that holds
// the server's port. What it was asked is kept.
//
// Listening and TLS belong to the caller: [Server.ServeConn] talks over any
// connection.
package sipd

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says what a server is and how it answers. The zero value is a server
// without a name and without users.
type Config struct {
	FQDN      string // also the realm's target, and that of Kerberos after sip/
	Domain    string // NetBIOS name of its domain; empty: the first part of the domain in FQDN
	Users     []User
	Product   string           // header Server; empty means RTC/2.0
	UserAgent string           // instead of Server, as a client has it
	Schemes   []string         // empty means NTLM and Kerberos
	Version   int              // of the authentication protocol; 0: not said, as LCS does, and 2 is meant
	Proxy     bool             // challenges with 407 instead of 401
	Now       func() time.Time // its clock; nil means [time.Now]

	Code     int    // answers every request with it; 0: as it should be
	Reason   string // with Code; empty means that of RFC 3261
	Redirect string // a contact: every REGISTER is sent there with 301

	Trying          bool // sends 100 before each answer
	Notify          bool // sends a NOTIFY before each answer
	NoContentLength bool
	DamagedVia      bool
	NoDate          bool
	BadProof        bool // signs answers with other keys than those of the session
}

// User is somebody who can sign in.
type User struct {
	URI      string // sip:kim@contoso.com
	Account  string // CONTOSO\kim
	Password string
	Code     int    // answers him with it once his password was right; 0: as it should be
	Contact  string // with Code 301
}

// Request is a request as the server understood it.
type Request struct {
	Method  string
	URI     string
	From    string
	Expires string // header
	Step    Step   // of a REGISTER
	Code    int    // of the answer
}

// Step is what a REGISTER brings.
type Step string

// The steps of a sign-in.
const (
	Anonymous Step = ""          // no credentials
	First     Step = "first"     // asks for an NTLM challenge
	Attempt   Step = "attempt"   // answers it: one attempt with a password
	Signed    Step = "signed"    // signed with the keys of an attempt that succeeded
	Misguided Step = "misguided" // credentials that make no sense
)

// Server is a SIP server. Its methods may be called from several goroutines.
type Server struct {
	cfg Config

	mu         sync.Mutex
	requests   []Request
	registered map[string]string // URI of a user → contact
}

// New returns a server with the given configuration.
func New(cfg Config) *Server {
	if cfg.Product == "" {
		cfg.Product = "RTC/2.0"
	}
	if len(cfg.Schemes) == 0 {
		cfg.Schemes = []string{"NTLM", "Kerberos"}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Domain == "" {
		_, domain, _ := strings.Cut(cfg.FQDN, ".")
		domain, _, _ = strings.Cut(domain, ".")
		cfg.Domain = strings.ToUpper(domain)
	}
	return &Server{cfg: cfg, registered: map[string]string{}}
}

// Requests returns what the server was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Attempts returns how many passwords were tried.
func (s *Server) Attempts() (n int) {
	for _, r := range s.Requests() {
		if r.Step == Attempt {
			n++
		}
	}
	return n
}

// Registered returns the contact under which a user is registered, or "".
func (s *Server) Registered(uri string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.registered[strings.ToLower(uri)]
}

// Serve accepts connections until ctx ends or the listener is closed, and waits
// until all of them have ended. It closes the listener.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	var connections sync.WaitGroup
	defer connections.Wait()
	defer stop()
	defer cancel()
	for {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			connections.Go(func() { s.ServeConn(ctx, conn) })
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return nil
		default:
			return err
		}
	}
}
