package redact

import (
	"regexp"
	"strings"
)

func set(words string, more ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range append(strings.Fields(words), more...) {
		out[w] = true
	}
	return out
}

// What follows is the same in every deployment, and in lower case.
var (
	// publicLabels are labels of DNS names: those of services and of the hosts
	// that clients fall back on, top-level domains of no country, and what
	// stands for the computer itself. RTC is the database's instance.
	publicLabels = set(`_sip _sips _sipinternal _sipinternaltls _sipfederationtls _sipexternal _tcp _tls _udp _ldap _kerberos _msdcs
		sip sipinternal sipexternal localhost localdomain local rtc com net org edu gov mil int info biz arpa lan test example invalid`)

	// containers are objects that Active Directory or LCS make themselves.
	containers = set(`microsoft system services configuration schema partitions sites servers computers users builtin pools rtc program`,
		"rtc service", "lc services", "global settings", "trusted services", "domain controllers", "default-first-site-name", "foreignsecurityprincipals",
		"ntds settings", "windows nt", "program data", "deleted objects", "lostandfound", "trusted mcus", "trusted webcomponentsservers", "address book mappings")

	// publicTypes are attribute types of distinguished names.
	publicTypes = set(`cn ou dc o c l st s street uid e email emailaddress sn t g givenname serialnumber postalcode title`)

	// publicParameters are parameters of a SIP URI.
	publicParameters = set(`sip sips transport maddr tls tcp udp user phone lr expires q user=phone user=ip transport=tls transport=tcp lr ms-fe`)

	// publicWords are names of accounts, programs, services and protocols that
	// Windows and LCS bring along.
	publicWords = set(`localsystem system localservice networkservice administrator administrators guest everyone . sip http rtc
		rtcsrv rtcsrv.exe rtcspl.exe mssql$rtc sqlagent$rtc msmsgs.exe communicator.exe sqlservr.exe svchost.exe lsass.exe
		schannel ntlm kerberos tcp tls mtls udp localmachine currentuser my ca root`,
		"nt authority", "builtin", "nt service", "local service", "network service", "local system", "service control manager", "sip communications service")

	// publicFolders are those of Windows, of LCS and of other systems.
	publicFolders = set(`windows winnt system32 server binn users tmp var etc home root`,
		"program files", "program files (x86)", "documents and settings", "microsoft lc", "microsoft sql server")

	// publicReasons are the phrases of SIP answers that documents know.
	publicReasons = set("", "ok", "accepted", "trying", "ringing", "moved permanently", "moved temporarily", "bad request", "invalid contact information",
		"missing correct via header", "unauthorized", "forbidden", "not found", "method not allowed", "method not supported", "not acceptable",
		"proxy authentication required", "request timeout", "gone", "unsupported media type", "unsupported uri scheme", "bad extension", "extension required",
		"interval too brief", "temporarily unavailable", "temporarily not available", "call/transaction does not exist", "call leg/transaction does not exist",
		"loop detected", "too many hops", "address incomplete", "ambiguous", "busy here", "request terminated", "not acceptable here", "request pending",
		"server internal error", "internal server error", "not implemented", "bad gateway", "service unavailable", "server time-out", "server timeout",
		"gateway timeout", "gateway time-out", "version not supported", "message too large", "busy everywhere", "decline", "does not exist anywhere")

	// publicEndings are those of files.
	publicEndings = set(`exe dll sys vbs ndjson gz json yaml yml pem pfx p12 conf log txt html csv key crt cer`)

	// common are words that are nobody's name in prose, even where some host or
	// container is called so.
	common = set(`server servers service services user users host hosts pool pools proxy edge front home people mail sql rtc lcs sip tls mtls tcp udp dns
		root ca the and for not was with from that this all no of to in is it by on at as or an be no none one two
		lcshealth domain domains directory database databases account accounts group groups admin administrator system computer computers certificate certificates
		network wire port name names file files test lab live communications microsoft windows standard edition enterprise
		default internal external client clients issuing authority certification sales support config configuration password
		are be been may can cannot could does did has had have must needs need which who whose without but if when it its his reads used named
		is was were failed would will should does doesn has only also other another any some every each all more than then there here they them their
		connection refused timeout table row rows column columns answer error errors access denied read`)
)

// publicPairs are words with a slash between that name nobody.
var publicPairs = set(`tcp/ip i/o and/or http/https read/write n/a root\cimv2 root\default localmachine\my localmachine\root localmachine\ca (local)\rtc`)

// publicDotted are words with dots that are no names: abbreviations, keys of
// the configuration, and classes of programs.
var publicDotted = regexp.MustCompile(`^(?:[a-z]\.[a-z]|` +
	`(?:directory|database|wmi|wire|probe|dns|timeouts|hosts|redact)\.(?:password|username|source|run|connect|max-age|allow-old|files|resolver|controllers|` +
	`auth|security|ca-file|server-name|old-tls|encrypt|kerberos|certificate|key|user|account|server|name|page-size|connections|sip|enabled)(?:\.(?:realm|ccache|keytab|config|spn|file|key|password))?)$`)
