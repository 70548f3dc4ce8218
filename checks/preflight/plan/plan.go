package plan

import (
	"slices"
	"time"

	"lcshealth/checks/facts"
)

// Plan is what is about to be done. Names of servers are fully qualified.
type Plan struct {
	// File is how the plan is called in findings.
	File string `yaml:"-" json:"-"`

	Users        UserPlan      `yaml:"users,omitempty" jsonschema_description:"the users who are about to be enabled or moved"`
	Domains      DomainPlan    `yaml:"domains,omitempty" jsonschema_description:"the SIP domains that are about to be added or removed"`
	Servers      []Server      `yaml:"servers,omitempty" jsonschema_description:"the servers that are about to be installed"`
	Certificates []Certificate `yaml:"certificates,omitempty" jsonschema_description:"the certificates that are about to take the place of others"`
	Routes       []Route       `yaml:"routes,omitempty" jsonschema_description:"the static routes that are about to be added"`
	Gateways     []Gateway     `yaml:"gateways,omitempty" jsonschema_description:"the hosts, such as IP-PSTN gateways, that servers are about to trust"`
	Limits       Limits        `yaml:"limits,omitempty" jsonschema_description:"what counts as too soon"`
	Expect       Expect        `yaml:"expect,omitempty" jsonschema_description:"the state that is expected afterwards"`
}

// UserPlan says who is about to be enabled or moved.
type UserPlan struct {
	Line   int      `yaml:"-" json:"-"`
	File   string   `yaml:"file,omitempty" jsonschema_description:"CSV file with the columns account, uri, home and move-to; relative to the plan"`
	URI    string   `yaml:"uri,omitempty" jsonschema_description:"the SIP URI of those for whom none is given; {name} is the account's logon name, {upn} the account where it is given as name@domain"`
	Home   string   `yaml:"home,omitempty" jsonschema_description:"the home server or pool of those for whom none is given"`
	Enable []Enable `yaml:"enable,omitempty" jsonschema_description:"users to enable"`
	Move   []Move   `yaml:"move,omitempty" jsonschema_description:"users to move to another home server"`
}

// Enable is a user who is about to be enabled.
type Enable struct {
	Line    int    `yaml:"-" json:"-"`
	Account string `yaml:"account" jsonschema_description:"the account: a distinguished name, DOMAIN\\name, name@domain, a logon name, a SID or a GUID"`
	URI     string `yaml:"uri,omitempty" jsonschema_description:"the SIP URI, such as sip:kim@contoso.com"`
	Home    string `yaml:"home,omitempty" jsonschema_description:"the home server or pool"`
}

// Move is a user who is about to be moved.
type Move struct {
	Line    int    `yaml:"-" json:"-"`
	Account string `yaml:"account" jsonschema_description:"the account, in any of its forms, or the user's SIP URI with sip:"`
	To      string `yaml:"to" jsonschema_description:"the new home server or pool"`
}

// DomainPlan says which SIP domains change.
type DomainPlan struct {
	Add    []Item `yaml:"add,omitempty" jsonschema_description:"SIP domains to add, each a name or a wildcard such as *.contoso.com"`
	Remove []Item `yaml:"remove,omitempty" jsonschema_description:"SIP domains to remove"`
}

// Item is a word of a list, such as the name of a SIP domain. In YAML it is the
// word alone.
type Item struct {
	Line int    `yaml:"-" json:"-"`
	Name string `yaml:"-" json:"-"`
}

// Server is a server that is about to be installed.
type Server struct {
	Line        int        `yaml:"-" json:"-"`
	Name        string     `yaml:"name" jsonschema_description:"fully qualified name"`
	Role        string     `yaml:"role" jsonschema:"enum=home,enum=front-end,enum=proxy" jsonschema_description:"what it is for"`
	Generation  string     `yaml:"generation" jsonschema:"enum=2003,enum=2005" jsonschema_description:"Live Communications Server 2003 or 2005"`
	Addresses   []string   `yaml:"addresses,omitempty" jsonschema_description:"its IP addresses, as DNS will give them"`
	Listeners   []Listener `yaml:"listeners,omitempty" jsonschema_description:"the addresses on which it will accept SIP"`
	Certificate string     `yaml:"certificate,omitempty" jsonschema_description:"file of the certificate for outbound connections (PEM or DER), and for listeners that name none"`
	Roots       []string   `yaml:"roots,omitempty" jsonschema_description:"files with the certificates of authorities that its computer will have (PEM or DER)"`
	NoKey       bool       `yaml:"no-key,omitempty" jsonschema_description:"the certificate comes without its private key"`
}

// Listener is an address on which a server is to accept SIP.
type Listener struct {
	Line        int    `yaml:"-" json:"-"`
	Transport   string `yaml:"transport" jsonschema:"enum=TCP,enum=TLS,enum=MTLS" jsonschema_description:"how SIP travels"`
	Port        int    `yaml:"port" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"TCP port"`
	Address     string `yaml:"address,omitempty" jsonschema_description:"IP address; every one if it is left out"`
	Certificate string `yaml:"certificate,omitempty" jsonschema_description:"file of the certificate (PEM or DER)"`
	Trusted     bool   `yaml:"trusted,omitempty" jsonschema_description:"all its connections are treated as trusted"`
}

// Certificate is a certificate that is about to be selected on a server.
type Certificate struct {
	Line   int    `yaml:"-" json:"-"`
	Server string `yaml:"server" jsonschema_description:"fully qualified name of the server"`
	File   string `yaml:"file" jsonschema_description:"file of the certificate (PEM or DER)"`
	Port   int    `yaml:"port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"the port of the listener that it is for; without one it is for outbound connections and for every listener with TLS"`
	NoKey  bool   `yaml:"no-key,omitempty" jsonschema_description:"it comes without its private key"`
}

// Route is a static route that is about to be added.
type Route struct {
	Line      int    `yaml:"-" json:"-"`
	Server    string `yaml:"server" jsonschema_description:"fully qualified name of the server that will have the route"`
	Match     string `yaml:"match" jsonschema_description:"what it takes, such as *@partner.example"`
	NextHop   string `yaml:"next-hop" jsonschema_description:"name or address of the host that it leads to"`
	Port      int    `yaml:"port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"port of the next hop; without one that of the transport"`
	Transport string `yaml:"transport" jsonschema:"enum=TCP,enum=TLS,enum=MTLS" jsonschema_description:"how SIP travels"`
	Trusted   bool   `yaml:"trusted,omitempty" jsonschema_description:"the next hop is treated as trusted"`
}

// Gateway is a host that a server is about to trust.
type Gateway struct {
	Line   int    `yaml:"-" json:"-"`
	Server string `yaml:"server" jsonschema_description:"fully qualified name of the server that will trust it"`
	Host   string `yaml:"host" jsonschema_description:"name or address of the gateway"`
}

// Limits say what counts as too soon.
type Limits struct {
	Expires time.Duration `yaml:"expires,omitempty" jsonschema:"type=string" jsonschema_description:"a certificate that expires within this time after the roll-out is a risk, such as 720h (30 days, which is the default)"`
}

// Expect is the state that is expected after the roll-out.
type Expect struct {
	Absent []Item `yaml:"absent,omitempty" jsonschema_description:"ids of causes that must be absent afterwards"`
}

// DefaultExpires is how long a new certificate must be valid.
const DefaultExpires = 30 * 24 * time.Hour

// RoleOf is the role of a planned server as facts name it.
func (s *Server) RoleOf() facts.Role { return facts.Role(s.Role) }

// IsMutual reports whether a certificate is for connections with other servers:
// for outbound ones, or for a listener with mutual TLS.
func (s *Server) IsMutual(file string) bool {
	return file == s.Certificate || slices.ContainsFunc(s.Listeners, func(l Listener) bool { return l.Transport == "MTLS" && l.Certificate == file })
}

// GenerationOf is the generation of a planned server as facts name it.
func (s *Server) GenerationOf() facts.Generation {
	if s.Generation == "2005" {
		return facts.LCS2005
	}
	return facts.LCS2003
}

// IsOnlyUsers reports whether nothing is planned but for users.
func (p *Plan) IsOnlyUsers() bool {
	return len(p.Domains.Add)+len(p.Domains.Remove)+len(p.Servers)+len(p.Certificates)+len(p.Routes)+len(p.Gateways)+len(p.Expect.Absent) == 0
}

// IsEmpty reports whether nothing is planned at all.
func (p *Plan) IsEmpty() bool {
	return p.IsOnlyUsers() && p.Users.File == "" && len(p.Users.Enable)+len(p.Users.Move) == 0
}

// Files are the files of certificates that the plan names, each once.
func (p *Plan) Files() (names []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, s := range p.Servers {
		add(s.Certificate)
		for _, l := range s.Listeners {
			add(l.Certificate)
		}
		for _, root := range s.Roots {
			add(root)
		}
	}
	for _, c := range p.Certificates {
		add(c.File)
	}
	return names
}
