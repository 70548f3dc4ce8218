package report

// Outline is what the run looked at, in as few words as a picture of the
// deployment needs. What was not read is missing, and Unread says so: that a
// list is empty means something only if it is not named there. Of a server whose
// HostRead is false, neither routes nor authorized hosts are known.
type Outline struct {
	Forest     string            `json:"forest,omitempty"`     // DNS name of the forest's root domain
	Domains    []string          `json:"domains,omitempty"`    // Active Directory domains of the forest
	SIPDomains []string          `json:"sipDomains,omitempty"` // that the deployment serves
	Servers    []OutlineServer   `json:"servers,omitempty"`
	Pools      []OutlinePool     `json:"pools,omitempty"` // Enterprise Edition
	Databases  []OutlineDatabase `json:"databases,omitempty"`
	Routes     []OutlineRoute    `json:"routes,omitempty"`  // static routes
	Trusted    []OutlineTrusted  `json:"trusted,omitempty"` // hosts beside the deployment's own servers and pools
	Records    []OutlineRecord   `json:"records,omitempty"` // what clients look up in DNS
	// Unread names what was not read, such as "the SIP domains" or "the
	// static routes of lcs01.contoso.com".
	Unread []string `json:"unread,omitempty"`
	// Omitted counts, by the name of the list, what was left out of lists that
	// would be too long.
	Omitted map[string]int `json:"omitted,omitempty"`
}

// OutlineServer is a server of the deployment.
type OutlineServer struct {
	FQDN       string     `json:"fqdn"`
	Role       ServerRole `json:"role"`
	Generation string     `json:"generation,omitempty"` // LCS 2003 or LCS 2005; empty if it is not known
	Pool       string     `json:"pool,omitempty"`       // FQDN of the pool that it belongs to
	HostRead   bool       `json:"hostRead"`             // its own host told something
	Addresses  []string   `json:"addresses,omitempty"`  // that DNS gives for its name, as far as it was asked
}

// ServerRole is what a server is for.
type ServerRole string

// The roles of servers.
const (
	RoleHome     ServerRole = "home"      // holds users
	RoleFrontEnd ServerRole = "front-end" // passes clients on to home servers
	RoleProxy    ServerRole = "proxy"     // forwards between servers
	RoleNoUsers  ServerRole = "no-users"  // a front end or a proxy; no source tells which
	RoleUnknown  ServerRole = "unknown"   // no source tells what it is for
)

// OutlinePool is a pool of servers with one database.
type OutlinePool struct {
	FQDN    string   `json:"fqdn"`
	BackEnd string   `json:"backEnd,omitempty"` // host, or host\instance, of its database
	Servers []string `json:"servers,omitempty"` // FQDNs of its members
}

// OutlineDatabase is an RTC database.
type OutlineDatabase struct {
	Name   string   `json:"name"`
	Serves []string `json:"serves,omitempty"` // FQDNs of home servers or of a pool
	Read   bool     `json:"read"`             // every entry was read
}

// OutlineRoute is a static route of a server.
type OutlineRoute struct {
	Server    string `json:"server"`
	Match     string `json:"match"` // the URI that it takes, with wildcards
	NextHop   string `json:"nextHop"`
	Port      int    `json:"port,omitempty"`
	Transport string `json:"transport,omitempty"`
	Enabled   bool   `json:"enabled"`
}

// OutlineTrusted is a host whose connections the deployment trusts, such as a
// gateway.
type OutlineTrusted struct {
	Host   string `json:"host"`             // FQDN or address
	Server string `json:"server,omitempty"` // the server that authorises it; empty: the whole forest trusts it
}

// OutlineRecord is a DNS record that clients look up to find their server.
type OutlineRecord struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	SIPDomain string   `json:"sipDomain,omitempty"` // whose clients look it up
	Targets   []string `json:"targets,omitempty"`   // host:port of an SRV record, addresses otherwise
	Read      bool     `json:"read"`                // false: whether it exists is not known
}
