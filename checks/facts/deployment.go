package facts

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Deployment is everything known of one LCS deployment except its users and
// their database entries, which are streamed as [SignIn] values.
type Deployment struct {
	CollectedAt time.Time
	Sources     []Source
	Directory   Directory
	Servers     []*Server   // by FQDN
	Databases   []*Database // by name
	Wire        Wire
	// Lookups are accounts that were asked for by name, in that order.
	Lookups []Lookup
	// Redacted tells by which key names were replaced by pseudonyms (package
	// redact). Empty: they were not.
	Redacted string

	homes     map[string]*HomeServer // by name, as it is and in lower case
	homesOnce sync.Once
	moves     map[string][]SeenMove // by address, and by DN of the account in lower case
	movesOnce sync.Once
}

// Server returns the server with the given fully qualified name, or nil.
// Host names are compared without regard to case, as DNS does.
func (d *Deployment) Server(fqdn string) *Server {
	for _, s := range d.Servers {
		if strings.EqualFold(s.FQDN, fqdn) {
			return s
		}
	}
	return nil
}

// Database returns the database with the given name, or nil.
func (d *Deployment) Database(name string) *Database {
	for _, db := range d.Databases {
		if strings.EqualFold(db.Name, name) {
			return db
		}
	}
	return nil
}

// DatabaseOf returns the database that serves the home server or pool with the
// given FQDN, or nil if none was named.
func (d *Deployment) DatabaseOf(home string) *Database {
	for _, db := range d.Databases {
		if slices.ContainsFunc(db.Serves, func(s string) bool { return strings.EqualFold(s, home) }) {
			return db
		}
	}
	return nil
}

// HomeServer returns what is known of a home server by the name that accounts
// give, or nil. It is asked for every user, so the names are indexed once: the
// facts of the directory must be complete by then.
func (d *Deployment) HomeServer(name string) *HomeServer {
	d.homesOnce.Do(func() {
		homes, _ := d.Directory.HomeServers.Get() // empty if not observed
		d.homes = make(map[string]*HomeServer, 2*len(homes))
		for i := range homes {
			d.homes[strings.ToLower(homes[i].Name)] = &homes[i]
		}
		for i := range homes {
			// Most accounts give the name letter for letter.
			d.homes[homes[i].Name] = d.homes[strings.ToLower(homes[i].Name)]
		}
	})
	if home := d.homes[name]; home != nil {
		return home
	}
	return d.homes[strings.ToLower(name)]
}

// Status is how a source ended.
type Status string

// The ways in which a source can end.
const (
	OK      Status = "ok"
	Partial Status = "partial" // some of it was read; Message says what was not
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Source is the account that one source gives of its run against one target.
type Source struct {
	Name       string   `json:"name"` // directory, rtcdb, host or wire
	Target     string   `json:"target,omitempty"`
	Status     Status   `json:"status"`
	Class      Class    `json:"class,omitempty"`
	Message    string   `json:"message,omitempty"`
	Warnings   []string `json:"warnings,omitempty"` // things that did not stop it but should be known
	Details    []string `json:"details,omitempty"`  // what it found out about the target, such as the structure of a database
	DurationMs int64    `json:"durationMs"`
}

// Server is one LCS server of the deployment and what its own host says.
type Server struct {
	FQDN       string            `json:"fqdn"`
	Role       Value[Role]       `json:"role"`
	Generation Value[Generation] `json:"generation"`
	PoolFQDN   string            `json:"pool,omitempty"` // LCS 2005 Enterprise Edition: the pool it belongs to
	Host       Host              `json:"host"`
}

// Role is what a server is for. LCS 2003 has home servers, front ends and
// forwarding proxies; only the first hold users.
type Role string

// The roles of a server.
const (
	RoleHome      Role = "home"      // holds users
	RoleFrontEnd  Role = "front-end" // passes clients on to home servers
	RoleProxy     Role = "proxy"     // forwards between servers; clients do not sign in to it
	RoleHoldsNone Role = "no-users"  // a front end or a proxy; the sources do not tell which
)

// Generation is the product generation of a server. Rules differ: LCS 2003
// needs both authentication purposes in an MTLS certificate, and has TLS and
// mutual TLS as two listener types (KB 830540).
type Generation string

// The product generations.
const (
	LCS2003 Generation = "LCS 2003"
	LCS2005 Generation = "LCS 2005"
)
