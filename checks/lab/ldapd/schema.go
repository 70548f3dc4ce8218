package ldapd

import (
	"strings"
	"unicode/utf8"
)

// Syntax says how the values of an attribute compare.
type Syntax int

// The syntaxes, by their attributeSyntax in an Active Directory schema
// (MS-ADTS 3.1.1.2.2.4).
const (
	SyntaxString  Syntax = iota // 2.5.5.12 and other texts: without regard to case
	SyntaxBoolean               // 2.5.5.8: TRUE or FALSE, in capitals
	SyntaxInteger               // 2.5.5.9 and 2.5.5.16
	SyntaxDN                    // 2.5.5.1: equality only
	SyntaxOctets                // 2.5.5.10, 2.5.5.15: octet by octet
	SyntaxSID                   // 2.5.5.17: octets, in filters also S-1-…
	SyntaxTime                  // 2.5.5.11: generalized time
	SyntaxOID                   // 2.5.5.2: class and attribute names, equality only
)

var syntaxByOID = map[string]Syntax{
	"2.5.5.1": SyntaxDN, "2.5.5.2": SyntaxOID, "2.5.5.8": SyntaxBoolean, "2.5.5.9": SyntaxInteger,
	"2.5.5.10": SyntaxOctets, "2.5.5.11": SyntaxTime, "2.5.5.15": SyntaxOctets,
	"2.5.5.16": SyntaxInteger, "2.5.5.17": SyntaxSID,
}

// baseSchema lists attributes of a plain Active Directory.
var baseSchema = map[Syntax]string{
	SyntaxString: `adminDescription adminDisplayName c canonicalName cn co company department description
		displayName division dNSHostName dnsRoot employeeID givenName info initials ipPhone
		keywords l lDAPDisplayName mail mailNickname mobile name nETBIOSName operatingSystem
		operatingSystemVersion ou physicalDeliveryOfficeName proxyAddresses sAMAccountName
		serviceBindingInformation serviceClassName serviceDNSName servicePrincipalName sn st streetAddress
		targetAddress telephoneNumber title userPrincipalName wWWHomePage msDS-ReplAttributeMetaData`,
	SyntaxBoolean: `isCriticalSystemObject isDefunct isDeleted isMemberOfPartialAttributeSet isSingleValued
		isGlobalCatalogReady isSynchronized showInAdvancedViewOnly systemOnly`,
	SyntaxInteger: `accountExpires badPasswordTime badPwdCount codePage countryCode groupType instanceType
		lastLogoff lastLogon lastLogonTimestamp lockoutTime logonCount msDS-Behavior-Version
		objectClassCategory oMSyntax options primaryGroupID pwdLastSet rangeLower rangeUpper sAMAccountType
		schemaFlagsEx searchFlags systemFlags userAccountControl uSNChanged uSNCreated versionNumber
		msDS-User-Account-Control-Computed`,
	SyntaxDN: `defaultObjectCategory directReports distinguishedName fSMORoleOwner homeMDB manager managedBy member memberOf
		nCName objectCategory rIDManagerReference serverReference serverReferenceBL subRefs trustParent
		masteredBy msDS-HasMasterNCs`,
	SyntaxOctets: `attributeSecurityGUID authorityRevocationList auditingPolicy cACertificate
		certificateRevocationList creationTime jpegPhoto logonHours msExchMailboxGuid nTSecurityDescriptor
		objectGUID oMObjectClass replPropertyMetaData repsFrom repsTo replUpToDateVector schemaIDGUID
		schemaInfo thumbnailPhoto userCertificate userSMIMECertificate parentGUID tokenGroups`,
	SyntaxSID:  `objectSid securityIdentifier sIDHistory mS-DS-CreatorSID`,
	SyntaxTime: `createTimeStamp modifyTimeStamp whenChanged whenCreated dSCorePropagationData`,
	SyntaxOID: `attributeID attributeSyntax auxiliaryClass governsID mayContain mustContain objectClass
		possSuperiors structuralObjectClass subClassOf systemAuxiliaryClass systemMayContain
		systemMustContain systemPossSuperiors`,
}

// constructed attributes are computed when asked for by name, and a filter
// with one is an error (MS-ADTS 3.1.1.4.5 and 3.1.1.3.1.3.1). Operational
// ones are stored, but like them are no part of "*".
const (
	constructed = `canonicalName createTimeStamp modifyTimeStamp structuralObjectClass parentGUID tokenGroups
		msDS-ReplAttributeMetaData msDS-User-Account-Control-Computed`
	operational = `replPropertyMetaData nTSecurityDescriptor repsFrom repsTo replUpToDateVector`
)

// lcsSchema lists the attributes that preparing a schema for Live
// Communications Server 2003 or 2005 adds.
var lcsSchema = map[Syntax]string{
	SyntaxString: `msRTCSIP-PrimaryUserAddress msRTCSIP-UserExtension msRTCSIP-Line msRTCSIP-LineServer
		msRTCSIP-HomeServerString msRTCSIP-WMIInstanceId msRTCSIP-DomainName msRTCSIP-DomainData
		msRTCSIP-TrustedServerFQDN msRTCSIP-TrustedServerData msRTCSIP-ServerData msRTCSIP-BackEndServer
		msRTCSIP-PoolDisplayName msRTCSIP-PoolData msRTCSIP-DefaultRouteToEdgeProxy msRTCSIP-EdgeProxyFQDN
		msRTCSIP-EdgeProxyData msRTCSIP-UserDomainList msRTCSIP-GlobalSettingsData`,
	SyntaxBoolean: `msRTCSIP-UserEnabled msRTCSIP-FederationEnabled msRTCSIP-InternetAccessEnabled
		msRTCSIP-EnterpriseServices msRTCSIP-EnableBestEffortNotify msRTCSIP-HomeUsers msRTCSIP-IsMaster
		msRTCSIP-SubscriptionAuthRequired`,
	SyntaxInteger: `msRTCSIP-ArchivingEnabled msRTCSIP-OptionFlags msRTCSIP-TrustedServerVersion
		msRTCSIP-PoolType msRTCSIP-PoolVersion msRTCSIP-DefaultRouteToEdgeProxyPort msRTCSIP-SchemaVersion`,
	SyntaxDN: `msRTCSIP-PrimaryHomeServer msRTCSIP-TargetHomeServer msRTCSIP-HomeServer
		msRTCSIP-PoolAddress msRTCSIP-FrontEndServers`,
	SyntaxSID: `msRTCSIP-OriginatorSid`,
}

// LCSSchema returns the attributes of Live Communications Server 2003 and
// 2005, for [Config.Schema]. The caller may change the map.
func LCSSchema() map[string]Syntax {
	m := make(map[string]Syntax)
	for syntax, names := range lcsSchema {
		for _, n := range strings.Fields(names) {
			m[n] = syntax
		}
	}
	return m
}

// An attributeType is what the schema knows of an attribute.
type attributeType struct {
	name        string // in its own spelling
	key         string // in lower case
	syntax      Syntax
	constructed bool
	operational bool // and so not part of "*"
}

// A schema holds the attributes by their key.
type schema struct {
	types map[string]*attributeType
	// categories holds defaultObjectCategory by class, as far as the
	// directory has classSchema entries.
	categories map[string]string
}

func newSchema(extra map[string]Syntax) *schema {
	s := &schema{types: make(map[string]*attributeType), categories: make(map[string]string)}
	for syntax, names := range baseSchema {
		for _, n := range strings.Fields(names) {
			s.define(n, syntax)
		}
	}
	for _, n := range strings.Fields(constructed) {
		t := s.lookup(n)
		t.constructed, t.operational = true, true
	}
	for _, n := range strings.Fields(operational) {
		s.lookup(n).operational = true
	}
	for n, syntax := range extra {
		s.define(n, syntax)
	}
	return s
}

func (s *schema) define(name string, syntax Syntax) {
	t := s.lookup(name)
	if t == nil {
		t = &attributeType{name: name, key: strings.ToLower(name)}
		s.types[t.key] = t
	}
	t.syntax = syntax
}

// lookup returns the type of that name, or nil when the schema has none.
func (s *schema) lookup(name string) *attributeType { return s.types[strings.ToLower(name)] }

// learn takes up what the entries say: the definitions among them, and the
// attributes they use that nothing defines.
func (s *schema) learn(entries []Entry, isDN func(string) bool) {
	for _, e := range entries {
		s.learnDefinition(e)
	}
	unknown := make(map[string]*evidence)
	for _, e := range entries {
		for n, values := range e.Attributes {
			if s.lookup(n) != nil {
				continue
			}
			key := strings.ToLower(n)
			if unknown[key] == nil {
				unknown[key] = &evidence{name: n, boolean: true, dn: true, text: true}
			}
			unknown[key].add(values, isDN)
		}
	}
	for _, ev := range unknown {
		s.define(ev.name, ev.syntax())
	}
}

// learnDefinition takes up an attributeSchema or classSchema entry.
func (s *schema) learnDefinition(e Entry) {
	display := e.first("lDAPDisplayName")
	if display == "" {
		return
	}
	if oid := e.first("attributeSyntax"); oid != "" {
		s.define(display, syntaxByOID[oid])
	}
	if category := e.first("defaultObjectCategory"); category != "" {
		s.categories[strings.ToLower(display)] = category
	}
}

// first returns the first value of an attribute, or "".
func (e Entry) first(name string) string {
	for n, values := range e.Attributes {
		if len(values) > 0 && strings.EqualFold(n, name) {
			return values[0]
		}
	}
	return ""
}

// evidence is what the values of an undefined attribute have in common.
type evidence struct {
	name              string
	seen              bool
	boolean, dn, text bool
}

func (ev *evidence) add(values []string, isDN func(string) bool) {
	for _, v := range values {
		ev.seen = true
		ev.boolean = ev.boolean && (v == "TRUE" || v == "FALSE")
		ev.dn = ev.dn && isDN(v)
		ev.text = ev.text && utf8.ValidString(v)
	}
}

func (ev *evidence) syntax() Syntax {
	switch {
	case !ev.seen:
		return SyntaxString
	case ev.boolean:
		return SyntaxBoolean
	case ev.dn:
		return SyntaxDN
	case !ev.text:
		return SyntaxOctets
	}
	return SyntaxString
}
