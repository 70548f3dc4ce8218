// Package ldapd is a small, read-only, in-memory LDAPv3 server that stands for
// a Windows Server 2003 Active Directory domain controller.
//
// It is the directory of a simulated forest: give [New] the entries, call
// [Server.Serve] on a listener, and any LDAP client can bind and search.
// What a client of Active Directory can trip over is as it is there: nothing
// but the rootDSE before a bind, pages of at most [Config.PageLimit] entries,
// a search of a domain that answers with references for the partitions below
// it, filters with three-valued logic, DN attributes that know no wildcards,
// five-byte lengths in the answers, and the texts and trailing NUL of Active
// Directory's error messages. What changes a directory is refused, and
// [Server.Requests] tells everything that was asked, so that a test can prove
// that a client only reads.
//
// Not simulated are Kerberos and NTLM binds, ambiguous name resolution (anr),
// ranges of values (member;range=0-1499), bases like <GUID=…>, sorted and
// DirSync searches, and the partial attribute set of a global catalog. The
// requests of a connection are answered in turn, so that nothing is left to
// abandon.
package ldapd

import (
	"crypto/rand"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// DefaultPageLimit is Active Directory's default MaxPageSize (KB 315071).
const DefaultPageLimit = 1000

// DefaultIdleTimeout is Active Directory's default MaxConnIdleTime (KB 315071).
const DefaultIdleTimeout = 900 * time.Second

// An Entry is one object of the directory.
type Entry struct {
	// DN is the entry's distinguished name, RFC 4514.
	DN string
	// Attributes holds the values, as the octets that go over the wire
	// (objectSid is binary, a Boolean is TRUE or FALSE). Names are not
	// case-sensitive. distinguishedName is added when it is not given.
	Attributes map[string][]string
}

// Config describes the directory and how it is served.
type Config struct {
	// Entries are the objects, in any order. Every entry needs its parent,
	// but for the heads of naming contexts.
	Entries []Entry
	// NamingContexts are the DNs of the partitions held; each needs an entry.
	// Without any, every entry whose parent is missing is the head of one.
	NamingContexts []string
	// RootDSE holds the attributes of the rootDSE. currentTime is computed,
	// as are namingContexts, supportedControl, supportedExtension and
	// supportedLDAPVersion where they are not given.
	RootDSE map[string][]string
	// Schema names the attributes that the forest knows besides those of a
	// plain Active Directory, those of attributeSchema entries and those the
	// entries use. It matters to negated filters: (!(x=*)) returns nothing
	// when x is not in the schema. Nil means [LCSSchema].
	Schema map[string]Syntax
	// GlobalCatalog makes the partitions one tree that can be searched from
	// the base "", as on ports 3268 and 3269.
	GlobalCatalog bool

	// TLS serves StartTLS and [Server.ServeTLS]. Nil: neither.
	TLS *tls.Config
	// RequireTLS refuses a simple bind on a clear connection with
	// strongerAuthRequired, as a hardened domain controller does.
	RequireTLS bool
	// Users holds the passwords by bind name. A name is a DN, user@domain or
	// DOMAIN\user, and is accepted in that form only, whatever its case.
	Users map[string]string
	// Denied reports whether the user may not see the entry; what is below it
	// is judged by itself. bindName is the name as it stands in Users. Nil:
	// everybody sees everything. Denied and HideAttributes are called from
	// many goroutines at once.
	Denied func(bindName, dn string) bool
	// HideAttributes reports whether the user may not read the attribute,
	// which is then as good as absent, in filters too (MS-ADTS 3.1.1.4.3).
	HideAttributes func(bindName, dn, attribute string) bool

	// PageLimit is the most entries one answer holds (MaxPageSize).
	// Zero means [DefaultPageLimit].
	PageLimit int
	// IdleTimeout ends a connection that neither sends nor takes anything.
	// Zero means [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// Now is the clock behind currentTime. Nil means [time.Now].
	Now func() time.Time
}

// A Server answers LDAP requests from its [Config]. It is made by [New], is
// safe for concurrent use, and may serve several listeners at once.
type Server struct {
	cfg    Config
	schema *schema
	tree   *tree
	dse    *node
	users  map[string]user
	pages  pager

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]struct{}
	conns     map[net.Conn]struct{}
	accepted  int
	requests  []Request
	running   sync.WaitGroup // Serve calls and connections
}

// New builds the directory. It fails when an entry's DN is malformed or given
// twice, or when an entry has no parent and heads no naming context.
func New(cfg Config) (*Server, error) {
	if cfg.PageLimit <= 0 {
		cfg.PageLimit = DefaultPageLimit
	}
	if cfg.IdleTimeout <= 0 {
		cfg.IdleTimeout = DefaultIdleTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Schema == nil {
		cfg.Schema = LCSSchema()
	}
	s := &Server{
		cfg:       cfg,
		users:     usersByKey(cfg.Users),
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[net.Conn]struct{}),
	}
	rand.Read(s.pages.key[:]) // never fails
	var err error
	if s.tree, s.schema, err = buildTree(cfg); err != nil {
		return nil, err
	}
	s.dse = rootDSE(cfg, s.tree)
	s.cfg.Entries = nil // the tree holds what is needed
	return s, nil
}
