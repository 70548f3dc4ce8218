package peer

import (
	"fmt"
	"strings"
)

// slapdConf is the configuration: the folder, the suffix, and who may read. The
// indexes are those that Active Directory has for the same attributes.
const slapdConf = `include /etc/ldap/schema/core.schema
include %[1]s/lcs.schema
modulepath /usr/lib/ldap
moduleload back_mdb
rootDSE %[1]s/rootdse
pidfile %[1]s/slapd.pid
argsfile %[1]s/slapd.args
loglevel 0
sizelimit unlimited
timelimit unlimited

database mdb
suffix "%[2]s"
directory %[1]s/db
maxsize 17179869184
dbnosync
rootdn "%[3]s"
rootpw %[4]s
index objectClass eq
index sAMAccountName eq
index msRTCSIP-PrimaryUserAddress pres
index msRTCSIP-TargetHomeServer pres
`

// slapdRootDSE is what a domain controller says of itself and a slapd does not.
const slapdRootDSE = `dn:
objectClass: top
defaultNamingContext: ` + crowdDN + `
rootDomainNamingContext: ` + crowdDN + `
configurationNamingContext: CN=Configuration,` + crowdDN + `
schemaNamingContext: CN=Schema,CN=Configuration,` + crowdDN + `
dnsHostName: dc1.contoso.com
isGlobalCatalogReady: TRUE
`

// syntax is what slapd has to be told of an attribute: its syntax (RFC 4517
// section 3.3) and how its values are compared.
type syntax struct{ oid, rules string }

var (
	textSyntax    = syntax{"1.3.6.1.4.1.1466.115.121.1.15", "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch"}
	octetsSyntax  = syntax{"1.3.6.1.4.1.1466.115.121.1.40", "EQUALITY octetStringMatch"}
	numberSyntax  = syntax{"1.3.6.1.4.1.1466.115.121.1.27", "EQUALITY integerMatch"}
	booleanSyntax = syntax{"1.3.6.1.4.1.1466.115.121.1.7", "EQUALITY booleanMatch"}
	nameSyntax    = syntax{"1.3.6.1.4.1.1466.115.121.1.12", "EQUALITY distinguishedNameMatch"}
)

// slapdAttributes are those that OpenLDAP's own core schema lacks.
var slapdAttributes = []struct {
	name   string
	syntax syntax
}{
	{"defaultNamingContext", nameSyntax},
	{"rootDomainNamingContext", nameSyntax},
	{"configurationNamingContext", nameSyntax},
	{"schemaNamingContext", nameSyntax},
	{"isGlobalCatalogReady", booleanSyntax},
	{"dNSHostName", textSyntax},
	{"nCName", nameSyntax},
	{"dnsRoot", textSyntax},
	{"systemFlags", numberSyntax},
	{"lDAPDisplayName", textSyntax},
	{"displayName", textSyntax},
	{"sAMAccountName", textSyntax},
	{"objectSid", octetsSyntax},
	{"objectGUID", octetsSyntax},
	{"msDS-ReplAttributeMetaData", textSyntax},
	{"replPropertyMetaData", octetsSyntax},
	{"msRTCSIP-PrimaryUserAddress", textSyntax},
	{"msRTCSIP-UserEnabled", booleanSyntax},
	{"msRTCSIP-PrimaryHomeServer", nameSyntax},
	{"msRTCSIP-TargetHomeServer", nameSyntax},
	{"msRTCSIP-OriginatorSid", octetsSyntax},
	{"msRTCSIP-EnterpriseServices", booleanSyntax},
	{"msRTCSIP-DomainName", textSyntax},
	{"msRTCSIP-TrustedServerFQDN", textSyntax},
	{"msRTCSIP-UserDomainList", textSyntax},
}

var slapdClasses = []string{
	"domainDNS", "container", "configuration", "crossRef", "crossRefContainer", "attributeSchema",
	"user", "computer", "serviceConnectionPoint",
	"msRTCSIP-Server", "msRTCSIP-Service", "msRTCSIP-GlobalContainer", "msRTCSIP-Domain", "msRTCSIP-TrustedServer",
	"msRTCSIP-EdgeProxy", "msRTCSIP-Pool", "msRTCSIP-PoolService",
}

// slapdSchema is the schema in slapd's own form. Every class may have every attribute.
// The OIDs are arbitrary (RFC 4520 section 3.4 gives the arc to nobody).
func slapdSchema() string {
	var b strings.Builder
	var names []string
	for i, a := range slapdAttributes {
		fmt.Fprintf(&b, "attributetype ( 1.1.2.1.%d NAME '%s' %s SYNTAX %s )\n", i+1, a.name, a.syntax.rules, a.syntax.oid)
		names = append(names, a.name)
	}
	may := strings.Join(append(names, "cn", "ou", "dc"), " $ ")
	for i, class := range slapdClasses {
		fmt.Fprintf(&b, "objectclass ( 1.1.2.2.%d NAME '%s' SUP top STRUCTURAL MAY ( %s ) )\n", i+1, class, may)
	}
	return b.String()
}
