package facts

import (
	"strings"
	"time"
)

// Directory is what Active Directory says of the deployment.
type Directory struct {
	Forest         Value[Forest]            `json:"forest"`
	SIPDomains     Value[[]SIPDomain]       `json:"sipDomains"`
	Servers        Value[[]DirectoryServer] `json:"servers"`
	Pools          Value[[]Pool]            `json:"pools"`
	TrustedServers Value[[]TrustedServer]   `json:"trustedServers"`
	Settings       Value[GlobalSettings]    `json:"settings"`
	HomeServers    Value[[]HomeServer]      `json:"homeServers"` // every home server that an account names, resolved
	// Users is observed only if the accounts of every domain of the forest
	// were read to the end, with the attributes that say what they are for.
	Users Value[UserTotals] `json:"users"`
	Clock Value[Clock]      `json:"clock"`
}

// Forest is the Active Directory forest and where it keeps LCS.
type Forest struct {
	RootDomain    string   `json:"rootDomain"` // DNS name
	RootDN        string   `json:"rootDN"`
	Configuration string   `json:"configuration"`           // DN of the configuration naming context
	ServiceDN     string   `json:"serviceDN"`               // DN of the RTC Service container
	SchemaVersion int      `json:"schemaVersion,omitempty"` // rangeUpper of ms-RTC-SIP-SchemaVersion; 1006 is LCS 2005, 0 is none
	Domains       []Domain `json:"domains"`
}

// Domain is one Active Directory domain of the forest.
type Domain struct {
	Name    string `json:"name"`              // DNS name
	NetBIOS string `json:"netbios,omitempty"` // as in CONTOSO\kim; empty if it was not to be seen
	DN      string `json:"dn"`
	SID     string `json:"sid"` // S-1-5-21-…
}

// Is reports whether a domain is called so, by its NetBIOS or its DNS name.
func (d *Domain) Is(name string) bool {
	return strings.EqualFold(d.NetBIOS, name) || strings.EqualFold(d.Name, name)
}

// SIPDomain is an entry of the Domains tab: a domain, or a wildcard such as
// *.contoso.com, that the deployment serves (msRTCSIP-Domain).
type SIPDomain struct {
	Name string `json:"name"`
	DN   string `json:"dn"`
}

// DirectoryServer is a server as its service connection point describes it
// (msRTCSIP-Server below the computer object).
type DirectoryServer struct {
	DN         string `json:"dn"`
	FQDN       string `json:"fqdn"`
	HoldsUsers *bool  `json:"holdsUsers,omitempty"` // msRTCSIP-EnterpriseServices; nil if it is not set
	PoolDN     string `json:"poolDN,omitempty"`     // msRTCSIP-PoolAddress
}

// Pool is an LCS 2005 pool (msRTCSIP-Pool). A Standard Edition server is a
// pool of one.
type Pool struct {
	DN        string   `json:"dn"`
	ServiceDN string   `json:"serviceDN,omitempty"` // its msRTCSIP-PoolService, which users name as home server
	FQDN      string   `json:"fqdn"`
	BackEnd   string   `json:"backEnd,omitempty"` // host, or host\instance, of its database
	Type      int      `json:"type,omitempty"`    // msRTCSIP-PoolType: 1 Standard, 2 Enterprise Edition
	Version   *int     `json:"version,omitempty"` // msRTCSIP-PoolVersion: 0 LCS 2003, 1 2005, 2 2005 SP1
	Members   []string `json:"members,omitempty"` // FQDNs of its servers
}

// TrustedServer is a member of the list of servers that may open MTLS
// connections (msRTCSIP-TrustedServer).
type TrustedServer struct {
	FQDN    string `json:"fqdn"`
	DN      string `json:"dn"`
	Version *int   `json:"version,omitempty"` // nil or 1 is LCS 2003, 2 is LCS 2005
}

// GlobalSettings are forest-wide settings below the Global Settings container.
type GlobalSettings struct {
	UserDomains []string `json:"userDomains,omitempty"` // msRTCSIP-UserDomainList; empty means every domain
	EdgeProxies []string `json:"edgeProxies,omitempty"`
}

// HomeServer is what an account names as its home server, looked up by reading
// the object and not by the pattern of its name, since LCS 2003 and LCS 2005
// keep it in different places.
type HomeServer struct {
	Name   string                  `json:"name"` // as accounts hold it: a DN, or the text of msRTCSIP-HomeServerString
	Object Value[HomeServerObject] `json:"object"`
}

// HomeServerObject is the object behind a home server's name.
type HomeServerObject struct {
	Exists  bool     `json:"exists"`
	Class   string   `json:"class,omitempty"` // msRTCSIP-Server or msRTCSIP-PoolService; any other is no home server
	FQDN    string   `json:"fqdn,omitempty"`  // of the server or of the pool
	Members []string `json:"members,omitempty"`
}

// IsHomeServer reports whether the object can be a home server.
func (o HomeServerObject) IsHomeServer() bool {
	return o.Exists && (o.Class == "msRTCSIP-Server" || o.Class == "msRTCSIP-PoolService")
}

// UserTotals counts the accounts that were read.
type UserTotals struct {
	Accounts    int `json:"accounts"`    // accounts with any LCS attribute
	Addresses   int `json:"addresses"`   // of them with a SIP URI
	Enabled     int `json:"enabled"`     // of them enabled
	HomeServers int `json:"homeServers"` // of them with a home server
}

// Clock is another computer's idea of the time against ours.
type Clock struct {
	Theirs time.Time `json:"theirs"`
	Ours   time.Time `json:"ours"`
}
