package redact

import (
	"reflect"

	"lcshealth/checks/facts"
)

// policy says what becomes of a text or of octets. Exactly one of its fields is
// set.
type policy struct {
	text   func(*Redactor, string) string
	octets func(*Redactor, []byte) []byte
}

func keep(_ *Redactor, s string) string { return s }

// The kinds of texts and octets.
var (
	kept     = policy{text: keep} // it names nobody, whatever the deployment
	host     = policy{text: (*Redactor).host}
	target   = policy{text: (*Redactor).target}
	dn       = policy{text: (*Redactor).dn}
	home     = policy{text: (*Redactor).home}
	value    = policy{text: (*Redactor).value}
	uri      = policy{text: (*Redactor).uri}
	match    = policy{text: (*Redactor).match}
	service  = policy{text: (*Redactor).service}
	sid      = policy{text: (*Redactor).sid}
	guid     = policy{text: (*Redactor).guid}
	path     = policy{text: (*Redactor).path}
	program  = policy{text: (*Redactor).program}
	product  = policy{text: (*Redactor).product}
	column   = policy{text: (*Redactor).column}
	text     = policy{text: (*Redactor).Text}
	phraseOf = policy{text: (*Redactor).reason}
	contact  = policy{text: (*Redactor).contact}
	message  = policy{text: func(_ *Redactor, s string) string { return event(s) }}
	derCert  = policy{octets: (*Redactor).certificate}
	derName  = policy{octets: (*Redactor).nameRef}
	serialNo = policy{octets: (*Redactor).serial}
)

// fields are the policies of a struct's fields that hold text or octets, alone
// or in a list.
type fields map[string]policy

// policies are those of every struct of the facts.
var policies = map[reflect.Type]fields{
	reflect.TypeFor[facts.Header]():  {"Tool": kept, "Config": kept, "Redacted": kept},
	reflect.TypeFor[facts.Unknown](): {"Class": program, "Source": program, "Target": target, "Message": text, "Settle": text},
	reflect.TypeFor[facts.Origin]():  {"Source": program, "Target": target},
	reflect.TypeFor[facts.Source](): {
		"Name": program, "Target": target, "Status": program, "Class": program, "Message": text, "Warnings": text, "Details": text,
	},

	reflect.TypeFor[facts.Deployment]():       {"Redacted": kept},
	reflect.TypeFor[facts.Directory]():        {},
	reflect.TypeFor[facts.Forest]():           {"RootDomain": host, "RootDN": dn, "Configuration": dn, "ServiceDN": dn},
	reflect.TypeFor[facts.Domain]():           {"Name": host, "NetBIOS": value, "DN": dn, "SID": sid},
	reflect.TypeFor[facts.SIPDomain]():        {"Name": host, "DN": dn},
	reflect.TypeFor[facts.DirectoryServer]():  {"DN": dn, "FQDN": host, "PoolDN": dn},
	reflect.TypeFor[facts.Pool]():             {"DN": dn, "ServiceDN": dn, "FQDN": host, "BackEnd": host, "Members": host},
	reflect.TypeFor[facts.TrustedServer]():    {"FQDN": host, "DN": dn},
	reflect.TypeFor[facts.GlobalSettings]():   {"UserDomains": home, "EdgeProxies": host},
	reflect.TypeFor[facts.HomeServer]():       {"Name": home},
	reflect.TypeFor[facts.HomeServerObject](): {"Class": program, "FQDN": host, "Members": host},
	reflect.TypeFor[facts.UserTotals]():       {},
	reflect.TypeFor[facts.Clock]():            {},

	reflect.TypeFor[facts.Server]():         {"FQDN": host, "Role": program, "Generation": program, "PoolFQDN": host},
	reflect.TypeFor[facts.Host]():           {},
	reflect.TypeFor[facts.System]():         {"Caption": text, "Version": program},
	reflect.TypeFor[facts.Service]():        {"Name": program, "State": program, "StartMode": program, "Account": value},
	reflect.TypeFor[facts.Process]():        {"Name": program, "Path": path, "Owner": value},
	reflect.TypeFor[facts.PortOwner]():      {"Address": host, "Process": program},
	reflect.TypeFor[facts.CertificateRef](): {"Issuer": derName, "Serial": serialNo},
	reflect.TypeFor[facts.Listener]():       {"ID": guid, "Address": host, "Transport": program},
	reflect.TypeFor[facts.RoutingSetting](): {},
	reflect.TypeFor[facts.StaticRoute]():    {"ID": guid, "MatchURI": match, "NextHop": host, "Transport": program},
	reflect.TypeFor[facts.AuthorizedHost](): {"ID": guid, "Host": host},
	reflect.TypeFor[facts.ServerSetting]():  {},
	reflect.TypeFor[facts.Certificate]():    {"Store": program, "Profile": value, "DER": derCert},
	reflect.TypeFor[facts.Event]():          {"Log": text, "Source": text, "Type": program, "Message": message},
	reflect.TypeFor[facts.Hotfix]():         {"ID": program, "InstalledOn": text},

	reflect.TypeFor[facts.ServedDomain]():      {"Name": host},
	reflect.TypeFor[facts.Move]():              {"Address": uri, "AccountDN": dn, "HomeServer": home, "Target": home},
	reflect.TypeFor[facts.Application]():       {"ID": guid, "Name": text, "URI": text},
	reflect.TypeFor[facts.Module]():            {"ID": guid, "Status": program},
	reflect.TypeFor[facts.ReplicatorSetting](): {},
	reflect.TypeFor[facts.SecuritySetting]():   {"Authentication": program, "Realm": value},

	reflect.TypeFor[facts.Database]():  {"Name": host, "Serves": host, "SIDs": column, "GUIDs": column, "DirectoryRows": column},
	reflect.TypeFor[facts.Structure](): {"Product": program, "Generation": program, "Columns": column},

	reflect.TypeFor[facts.Wire]():         {},
	reflect.TypeFor[facts.Endpoint]():     {"Host": host, "Transport": program, "Addresses": host},
	reflect.TypeFor[facts.TLSAnswer]():    {"Chain": derCert, "AcceptableCAs": derName},
	reflect.TypeFor[facts.TLSHandshake](): {"Certificate": dn, "Refused": text, "Stage": program, "Unfinished": text},
	reflect.TypeFor[facts.ClientRecord](): {"SIPDomain": host, "Name": host, "Type": program, "RCode": program, "Resolver": target},
	reflect.TypeFor[facts.Target]():       {"Host": host},
	reflect.TypeFor[facts.SIPAnswer](): {
		"Reason": phraseOf, "Server": product, "UserAgent": product, "Allow": text, "Warnings": text, "Diagnostics": text,
		"Contact": contact, "RedirectedFrom": contact, "Transport": program,
	},
	reflect.TypeFor[facts.SIPChallenge](): {"Scheme": program, "Realm": value, "TargetName": service},
	reflect.TypeFor[facts.SignInProbe]():  {"URI": uri, "Account": value, "Host": host, "Transport": program, "ServerProof": program, "Left": text},
	reflect.TypeFor[facts.SignInStep]():   {"Kind": program, "Server": target},
	reflect.TypeFor[facts.NTLMNames](): {
		"TargetName": value, "NetBIOSDomain": value, "NetBIOSComputer": value, "DNSDomain": host, "DNSComputer": host, "DNSForest": host,
	},

	reflect.TypeFor[facts.Lookup]():       {"Name": home},
	reflect.TypeFor[facts.FoundAccount](): {"DN": dn, "SID": sid, "GUID": guid},

	reflect.TypeFor[facts.SignIn](): {"Address": uri},
	reflect.TypeFor[facts.Account](): {
		"DN": dn, "Name": value, "GUID": guid, "SID": sid, "OriginatorSID": sid, "Address": uri, "HomeServer": home, "TargetHomeServer": home,
	},
	reflect.TypeFor[facts.Entry](): {"Database": host, "Address": uri, "SID": sid, "GUID": guid},
}
