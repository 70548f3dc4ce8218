package lab

import (
	"maps"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/ldapd"
)

// Names of the naming contexts that every controller holds, and of where LCS
// keeps its settings, below the forest's root.
const (
	configurationDN = "CN=Configuration,DC=contoso,DC=com"
	schemaDN        = "CN=Schema," + configurationDN
	serviceDN       = "CN=RTC Service,CN=Microsoft,CN=System,DC=contoso,DC=com"
	globalsDN       = "CN=Global Settings," + serviceDN
)

// controllerOf describes the controller of a domain: it holds the domain and
// what all share, and refers to nobody for the rest.
func (f *forest) controllerOf(d *domain) ldapd.Config {
	var t tree
	f.addShared(&t)
	f.addDomain(&t, d)
	return ldapd.Config{
		Entries:        t,
		NamingContexts: []string{d.dn, configurationDN, schemaDN},
		RootDSE: map[string][]string{
			"dnsHostName":                {d.controller},
			"defaultNamingContext":       {d.dn},
			"rootDomainNamingContext":    {f.domains[0].dn},
			"configurationNamingContext": {configurationDN},
			"schemaNamingContext":        {schemaDN},
			"isGlobalCatalogReady":       {"FALSE"},
			"isSynchronized":             {"TRUE"},
		},
	}
}

// tree is a directory in the making.
type tree []ldapd.Entry

// add adds an entry of the given class. Attributes come as name and value,
// several times for several values; an empty value is none.
func (t *tree) add(dn, class string, attributes ...string) {
	e := ldapd.Entry{DN: dn, Attributes: map[string][]string{"objectClass": classes(class)}}
	for i := 0; i < len(attributes); i += 2 {
		if name, value := attributes[i], attributes[i+1]; value != "" {
			e.Attributes[name] = append(e.Attributes[name], value)
		}
	}
	*t = append(*t, e)
}

// classes are the classes that an object of a class is of, the most derived
// one last.
func classes(class string) []string {
	switch class {
	case "user":
		return []string{"top", "person", "organizationalPerson", "user"}
	case "computer":
		return []string{"top", "person", "organizationalPerson", "user", "computer"}
	case "msRTCSIP-Server":
		return []string{"top", "leaf", "connectionPoint", "serviceConnectionPoint", "msRTCSIP-Server"}
	case "serviceConnectionPoint":
		return []string{"top", "leaf", "connectionPoint", "serviceConnectionPoint"}
	}
	return []string{"top", class}
}

// addShared adds the configuration and the schema.
func (f *forest) addShared(t *tree) {
	t.add(configurationDN, "configuration")
	partitions := "CN=Partitions," + configurationDN
	t.add(partitions, "crossRefContainer")
	// Bit 1 is a naming context of this forest, bit 2 a domain (MS-ADTS 2.2.10).
	t.add("CN=Enterprise Configuration,"+partitions, "crossRef", "nCName", configurationDN, "dnsRoot", f.domains[0].name, "systemFlags", "1")
	t.add("CN=Enterprise Schema,"+partitions, "crossRef", "nCName", schemaDN, "dnsRoot", f.domains[0].name, "systemFlags", "1")
	servers := "CN=Servers,CN=Default-First-Site-Name,CN=Sites," + configurationDN
	t.add("CN=Sites,"+configurationDN, "sitesContainer")
	t.add("CN=Default-First-Site-Name,CN=Sites,"+configurationDN, "site")
	t.add(servers, "serversContainer")
	for _, d := range f.domains {
		t.add("CN="+d.netbios+","+partitions, "crossRef", "nCName", d.dn, "dnsRoot", d.name, "nETBIOSName", d.netbios, "systemFlags", "3")
		t.add("CN="+d.netbios+"-DC01,"+servers, "server", "dNSHostName", d.controller, "serverReference", "CN=DC01,OU=Domain Controllers,"+d.dn)
	}
	t.add("CN=Services,"+configurationDN, "container")

	t.add(schemaDN, "dMD")
	for _, name := range slices.Sorted(maps.Keys(schemaOf2003())) {
		t.add("CN="+strings.Replace(name, "msRTCSIP", "ms-RTC-SIP", 1)+","+schemaDN, "attributeSchema", "lDAPDisplayName", name)
	}
}

// schemaOf2003 is what LCS 2003 adds to the schema: what LCS 2005 does, but
// for pools.
func schemaOf2003() map[string]ldapd.Syntax {
	schema := ldapd.LCSSchema()
	maps.DeleteFunc(schema, func(name string, _ ldapd.Syntax) bool {
		return strings.Contains(name, "Pool") || strings.Contains(name, "Edge") || name == "msRTCSIP-SchemaVersion"
	})
	return schema
}

// addDomain adds a domain with its computers and users.
func (f *forest) addDomain(t *tree, d *domain) {
	t.add(d.dn, "domainDNS", "objectSid", string(octetsOf(d.sid)))
	t.add("CN=System,"+d.dn, "container")
	t.add("CN=Users,"+d.dn, "container")
	t.add(d.computers(), "container")
	t.add(d.people(), "organizationalUnit")
	t.add("OU=Domain Controllers,"+d.dn, "organizationalUnit")
	t.add("CN=DC01,OU=Domain Controllers,"+d.dn, "computer", "dNSHostName", d.controller)
	if d == f.domains[0] {
		f.addService(t)
		t.add("CN="+readerAccount+",CN=Users,"+d.dn, "user", "sAMAccountName", readerAccount, "userPrincipalName", readerName, "displayName", "LCS health check")
	}
	for _, s := range f.servers {
		if s.domain == d {
			s.addComputer(t)
		}
	}
	for _, u := range f.users {
		if u.domain == d {
			u.addAccount(t, u.attributes()...)
		}
	}
	for _, u := range f.newcomers {
		if u.domain == d {
			u.addAccount(t)
		}
	}
}

// addService adds the settings of LCS for the whole forest.
func (f *forest) addService(t *tree) {
	t.add("CN=Microsoft,CN=System,"+f.domains[0].dn, "container")
	t.add(serviceDN, "msRTCSIP-Service")
	t.add(globalsDN, "msRTCSIP-GlobalContainer")
	for _, name := range f.sipDomains {
		t.add("CN="+newGUID("SIP domain "+name).registry()+","+globalsDN, "msRTCSIP-Domain", "msRTCSIP-DomainName", name)
	}
	for _, s := range f.servers { // LCS 2003 gives no version
		t.add("CN="+newGUID("trusted server "+s.fqdn).registry()+","+globalsDN, "msRTCSIP-TrustedServer", "msRTCSIP-TrustedServerFQDN", s.fqdn)
	}
}

// addComputer adds a server's computer with its service connection point.
func (s *server) addComputer(t *tree) {
	name := strings.ToUpper(s.computer)
	dn := "CN=" + name + "," + s.domain.computers()
	t.add(dn, "computer", "sAMAccountName", name+"$", "dNSHostName", s.fqdn, "servicePrincipalName", "sip/"+s.fqdn)
	t.add("CN=Microsoft,"+dn, "serviceConnectionPoint")
	t.add(homeDN(s.domain, s.computer), "msRTCSIP-Server", "msRTCSIP-EnterpriseServices", boolean(s.role == facts.RoleHome))
}

// addAccount adds the user's account, with attributes that not every account
// has.
func (u *user) addAccount(t *tree, more ...string) {
	control := "512" // ADS_UF_NORMAL_ACCOUNT of MS-ADTS 2.2.16
	if u.blocked {
		control = "514" // with ADS_UF_ACCOUNTDISABLE
	}
	t.add(u.dn(), "user", append([]string{
		"sAMAccountName", u.account, "userPrincipalName", u.principal(), "displayName", u.name, "userAccountControl", control,
		"objectSid", string(octetsOf(u.sid)), "objectGUID", u.guid.octets(),
	}, more...)...)
}

// attributes are what LCS keeps at the user's account.
func (u *user) attributes() []string {
	return []string{
		"msRTCSIP-UserEnabled", boolean(u.enabled), "msRTCSIP-PrimaryUserAddress", u.uri, "proxyAddresses", u.uri,
		"msRTCSIP-PrimaryHomeServer", u.home, "msRTCSIP-TargetHomeServer", u.target, "msDS-ReplAttributeMetaData", u.moveMetadata(),
	}
}

// moveMetadata says when the target home server was set, as Active Directory
// gives its replication metadata (MS-ADTS 3.1.1.4.5.17).
func (u *user) moveMetadata() string {
	if u.target == "" {
		return ""
	}
	var b strings.Builder
	for _, line := range [][2]string{
		{"pszAttributeName", "msRTCSIP-TargetHomeServer"},
		{"dwVersion", "1"},
		{"ftimeLastOriginatingChange", u.moved.UTC().Format(time.RFC3339)},
		{"uuidLastOriginatingDsaInvocationID", newGUID(u.domain.controller).String()},
		{"usnOriginatingChange", "41270"},
		{"usnLocalChange", "41270"},
	} {
		b.WriteString("\t<" + line[0] + ">" + line[1] + "</" + line[0] + ">\n")
	}
	return "<DS_REPL_ATTR_META_DATA>\n" + b.String() + "</DS_REPL_ATTR_META_DATA>\n"
}

func boolean(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}
