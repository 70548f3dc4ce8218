package peer

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

// Account control flags (MS-ADTS 2.2.16).
const (
	normalAccount           = "512"
	workstationTrustAccount = "4096"
)

// LDIF returns the change records that make the forest, for a directory with that
// base DN and the schema of [Schema].
func (f Forest) LDIF(baseDN string) string {
	l := &ldif{baseDN: baseDN}
	f.addContainers(l)
	for _, p := range f.Pools {
		p.add(l)
	}
	for _, s := range f.Servers {
		s.add(l)
	}
	for _, u := range f.Users {
		u.add(l)
	}
	for _, dn := range f.Removed {
		l.remove(dn)
	}
	return l.b.String()
}

func (f Forest) addContainers(l *ldif) {
	l.add("CN=Microsoft,CN=System,"+placeholder, attr("objectClass", "container"))
	l.add(serviceRoot, attr("objectClass", "msRTCSIP-Service"))
	l.add(globalSettings, with(f.GlobalSettings, attr("objectClass", "msRTCSIP-GlobalContainer"))...)
	for _, name := range f.SIPDomains {
		l.add(guidDN("domain "+name),
			attr("objectClass", "msRTCSIP-Domain"),
			attr("msRTCSIP-DomainName", name))
	}
	for _, s := range f.TrustedServers {
		l.add(guidDN("trusted server "+s.FQDN),
			attr("objectClass", "msRTCSIP-TrustedServer"),
			attr("msRTCSIP-TrustedServerFQDN", s.FQDN),
			attr("msRTCSIP-TrustedServerVersion", number(s.Version)))
	}
	for _, fqdn := range f.EdgeProxies {
		l.add(guidDN("edge proxy "+fqdn),
			attr("objectClass", "msRTCSIP-EdgeProxy"),
			attr("msRTCSIP-EdgeProxyFQDN", fqdn))
	}
	if len(f.Pools) > 0 {
		l.add(poolsContainer, attr("objectClass", "msRTCSIP-Pools"))
	}
}

func (p Pool) add(l *ldif) {
	l.add(poolDN(p.Name),
		attr("objectClass", "msRTCSIP-Pool"),
		attr("dNSHostName", p.FQDN),
		attr("msRTCSIP-PoolDisplayName", p.DisplayName),
		attr("msRTCSIP-BackEndServer", p.BackEnd),
		attr("msRTCSIP-PoolType", number(p.Type)),
		attr("msRTCSIP-PoolVersion", number(p.Version)))
	l.add("CN=Microsoft,"+poolDN(p.Name), attr("objectClass", "serviceConnectionPoint"))
	l.add(PoolService(p.Name), attr("objectClass", "msRTCSIP-PoolService"))
}

func (s Server) add(l *ldif) {
	spns := s.SPNs
	if spns == nil && s.FQDN != "" {
		spns = []string{"sip/" + s.FQDN}
	}
	l.add(computerDN(s.Computer),
		attr("objectClass", "computer"),
		attr("sAMAccountName", s.Computer+"$"),
		attr("userAccountControl", workstationTrustAccount),
		attr("dNSHostName", s.FQDN),
		attr("servicePrincipalName", spns...))
	l.add("CN=Microsoft,"+computerDN(s.Computer), attr("objectClass", "serviceConnectionPoint"))
	service := []attribute{
		attr("objectClass", "msRTCSIP-Server"),
		attr("msRTCSIP-EnterpriseServices", boolean(s.EnterpriseServices)),
	}
	if s.Pool != "" {
		service = append(service, attr("msRTCSIP-PoolAddress", PoolService(s.Pool)))
	}
	l.add(ServerService(s.Computer), service...)
}

func (u User) add(l *ldif) {
	class := u.Class
	if class == "" {
		class = "user"
	}
	attributes := []attribute{attr("objectClass", class)}
	if class != "contact" {
		attributes = append(attributes,
			attr("sAMAccountName", u.Account),
			attr("userAccountControl", normalAccount),
			attr("unicodePwd", unicodePwd(UserPassword)))
	}
	if u.Address != "" || u.Enabled {
		attributes = append(attributes, attr("msRTCSIP-UserEnabled", boolean(u.Enabled)))
	}
	attributes = append(attributes,
		attr("msRTCSIP-PrimaryUserAddress", u.Address),
		attr("proxyAddresses", u.Address),
		attr("msRTCSIP-PrimaryHomeServer", u.HomeServer),
		attr("msRTCSIP-TargetHomeServer", u.TargetHomeServer),
		attr("msRTCSIP-OriginatorSid", u.OriginatorSID))
	name := u.Name
	if name == "" {
		name = u.Account
	}
	l.add(userDN(name), with(u.Attributes, attributes...)...)
}

// with returns the attributes with those of replace in their place.
func with(replace map[string][]string, attributes ...attribute) []attribute {
	replaced := func(a attribute) bool {
		for name := range replace {
			if strings.EqualFold(name, a.name) {
				return true
			}
		}
		return false
	}
	out := slices.DeleteFunc(attributes, replaced)
	for _, name := range slices.Sorted(maps.Keys(replace)) {
		out = append(out, attribute{name, replace[name]})
	}
	return out
}

// guidDN names a child of CN=Global Settings as LCS does, by a GUID, here one made
// from what the object is.
func guidDN(what string) string {
	id := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(what))
	return "CN={" + strings.ToUpper(id.String()) + "}," + globalSettings
}

func poolDN(name string) string     { return "CN=" + ldap.EscapeDN(name) + "," + poolsContainer }
func computerDN(name string) string { return "CN=" + ldap.EscapeDN(name) + "," + computers }
func userDN(name string) string     { return "CN=" + ldap.EscapeDN(name) + "," + users }

// number returns n, or nothing for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func boolean(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}
