package peer

// Forest is what LCS keeps in a forest's Active Directory. It is plain data: a
// test changes a healthy one ([Contoso]) until it has the fault it is about.
//
// Where a field holds a DN it may end with DC=X, which stands for the forest's base DN.
// [PoolService] and [ServerService] return such DNs.
type Forest struct {
	// SIPDomains are the names of the "Domains" tab, wildcards included.
	SIPDomains     []string
	TrustedServers []TrustedServer
	// EdgeProxies are the FQDNs of access proxies (LCS 2005).
	EdgeProxies []string
	// GlobalSettings are attributes of CN=Global Settings, by LDAP name.
	GlobalSettings map[string][]string
	// Pools are LCS 2005's. Without one there is no CN=Pools, as on LCS 2003.
	Pools   []Pool
	Servers []Server
	Users   []User
	// Removed are DNs deleted once everything else exists: what refers to them dangles, the
	// way it does in a real forest. (A directory takes no reference to nothing.)
	Removed []string
}

// TrustedServer is an entry of the list of servers that may use mutual TLS.
type TrustedServer struct {
	FQDN string
	// Version is 2 for LCS 2005. LCS 2003 leaves the attribute out: 0.
	Version int
}

// Pool is an LCS 2005 pool: an Enterprise Edition pool, or a Standard Edition server.
type Pool struct {
	Name, FQDN, DisplayName string
	// BackEnd is the SQL Server instance, such as sql01.contoso.com\rtc.
	BackEnd string
	// Type is 1 when it homes Standard Edition users, 2 for Enterprise Edition.
	Type int
	// Version is 1 for LCS 2005, 2 for its Service Pack 1. 0 leaves the attribute out.
	Version int
}

// Server is a computer that runs LCS, with its service connection point.
type Server struct {
	// Computer is the computer's name, as in CN=LCS01,CN=Computers.
	Computer, FQDN string
	// EnterpriseServices says that it homes users.
	EnterpriseServices bool
	// Pool names the pool which it is a front end of, if any.
	Pool string
	// SPNs are the computer's service principal names. Nil means sip/FQDN.
	SPNs []string
}

// User is an account, or a contact that stands for one of another forest.
type User struct {
	// Account is the sAMAccountName.
	Account string
	// Name is the one in the DN, as in CN=alice,CN=Users. It is Account when empty.
	Name string
	// Class is the object class: user unless it says inetOrgPerson or contact.
	Class string
	// Address is the SIP URI with its scheme, such as sip:alice@contoso.com. A user
	// with none is not an LCS user.
	Address string
	Enabled bool
	// HomeServer and TargetHomeServer are DNs; a target means that the user is being moved.
	HomeServer, TargetHomeServer string
	// OriginatorSID is the SID, as text, of the account a central forest's user logs on with.
	OriginatorSID string
	// Attributes replaces attributes by LDAP name, or removes those without a value.
	Attributes map[string][]string
}

// UserPassword is the password of every [User] but contacts.
const UserPassword = "Us3r-Passw0rd"

// Where LCS keeps its objects.
const (
	serviceRoot    = "CN=RTC Service,CN=Microsoft,CN=System," + placeholder
	globalSettings = "CN=Global Settings," + serviceRoot
	poolsContainer = "CN=Pools," + serviceRoot
	computers      = "CN=Computers," + placeholder
	users          = "CN=Users," + placeholder
)

// PoolService returns the DN that users homed on an LCS 2005 pool refer to.
func PoolService(pool string) string {
	return "CN=LC Services,CN=Microsoft," + poolDN(pool)
}

// ServerService returns the DN that users homed on an LCS 2003 server refer to: its
// service connection point.
func ServerService(computer string) string {
	return "CN=LC Services,CN=Microsoft," + computerDN(computer)
}

// Contoso returns a healthy forest. Alice and Bob are homed on the pool lcspool01 (LCS
// 2005, two front ends), Carol and Dave, whose SIP domain is another, on the LCS 2003
// server LCS01. Erin has never been enabled for LCS, Frank no longer is.
func Contoso() Forest {
	pool, server := PoolService("lcspool01"), ServerService("LCS01")
	return Forest{
		SIPDomains: []string{"contoso.com", "fabrikam.com"},
		TrustedServers: []TrustedServer{
			{FQDN: "lcs01.contoso.com"},
			{FQDN: "lcsfe01.contoso.com", Version: 2},
			{FQDN: "lcsfe02.contoso.com", Version: 2},
		},
		EdgeProxies: []string{"access.contoso.com"},
		Pools: []Pool{{
			Name: "lcspool01", FQDN: "lcspool01.contoso.com", DisplayName: "Contoso",
			BackEnd: `sql01.contoso.com\rtc`, Type: 2, Version: 1,
		}},
		Servers: []Server{
			{Computer: "LCS01", FQDN: "lcs01.contoso.com", EnterpriseServices: true},
			{Computer: "LCSFE01", FQDN: "lcsfe01.contoso.com", EnterpriseServices: true, Pool: "lcspool01"},
			{Computer: "LCSFE02", FQDN: "lcsfe02.contoso.com", EnterpriseServices: true, Pool: "lcspool01"},
		},
		Users: []User{
			{Account: "alice", Address: "sip:alice@contoso.com", Enabled: true, HomeServer: pool},
			{Account: "bob", Address: "sip:bob@contoso.com", Enabled: true, HomeServer: pool},
			{Account: "carol", Address: "sip:carol@contoso.com", Enabled: true, HomeServer: server},
			{Account: "dave", Address: "sip:dave@fabrikam.com", Enabled: true, HomeServer: server},
			{Account: "erin"},
			{Account: "frank", Address: "sip:frank@contoso.com", HomeServer: pool},
		},
	}
}
