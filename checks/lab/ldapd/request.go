package ldapd

import "slices"

// Kind says what a client asked for.
type Kind string

// The kinds of requests, one for each operation of RFC 4511.
const (
	KindBind      Kind = "bind"
	KindUnbind    Kind = "unbind"
	KindSearch    Kind = "search"
	KindModify    Kind = "modify"
	KindAdd       Kind = "add"
	KindDelete    Kind = "delete"
	KindModifyDN  Kind = "modifyDN"
	KindCompare   Kind = "compare"
	KindAbandon   Kind = "abandon"
	KindStartTLS  Kind = "startTLS"
	KindExtended  Kind = "extended"  // any other extended operation
	KindMalformed Kind = "malformed" // bytes that are no LDAP request
)

// A Request is one operation as the server received it, before it was
// answered. Passwords are not kept.
type Request struct {
	Conn int    // number of the connection, from 1 in the order of acceptance
	TLS  bool   // whether the connection was encrypted at the time
	User string // whom the connection was bound as, as in Config.Users; "" when anonymous
	Kind Kind

	DN         string   // bind name, search base, or the entry to change
	Mechanism  string   // bind only: "simple", "anonymous", the SASL mechanism, or "sicily"
	Scope      string   // search only: "base", "one" or "sub"
	Filter     string   // search only, as RFC 4515 text
	Attributes []string // search only: the attributes asked for
	OID        string   // extended operations only
	Controls   []string // OIDs of the controls that came along
}

// Requests returns every operation received so far, oldest first on each
// connection. An operation is in the list before its answer is sent.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) record(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
}
