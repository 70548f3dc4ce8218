package reporttest

import (
	"time"

	"lcshealth/report"
)

// outline is the deployment of the sample: home servers, a front end, a pool, a
// server of which nothing is known, and hostile names of every kind.
func outline() *report.Outline {
	return &report.Outline{
		Forest: "contoso.com", Domains: []string{"contoso.com", "emea.contoso.com", Override}, SIPDomains: []string{"*.fabrikam.com", "contoso.com", Script},
		Servers: []report.OutlineServer{
			{FQDN: "fe01.contoso.com", Role: report.RoleFrontEnd, Generation: "LCS 2005", Pool: "pool01.contoso.com", HostRead: true, Addresses: []string{"192.0.2.10"}},
			{FQDN: "lcs01.contoso.com", Role: report.RoleHome, Generation: "LCS 2003", HostRead: true, Addresses: []string{"192.0.2.11"}},
			{FQDN: "lcs02.contoso.com", Role: report.RoleHome, Generation: "LCS 2003", HostRead: true, Addresses: []string{"192.0.2.12"}},
			{FQDN: "lcs03.contoso.com", Role: report.RoleUnknown},
			{FQDN: Script + ".contoso.com", Role: report.RoleProxy, Generation: Override, Pool: Escapes},
		},
		Pools: []report.OutlinePool{{FQDN: "pool01.contoso.com", BackEnd: `sql01.contoso.com\RTC`, Servers: []string{"fe01.contoso.com"}}},
		Databases: []report.OutlineDatabase{
			{Name: "lcs01.contoso.com", Serves: []string{"lcs01.contoso.com"}},
			{Name: "lcs02.contoso.com", Serves: []string{"lcs02.contoso.com"}, Read: true},
			{Name: Escapes, Serves: []string{"lcs03.contoso.com"}},
		},
		Routes: []report.OutlineRoute{
			{Server: "lcs02.contoso.com", Match: "*@*.fabrikam.com", NextHop: "sip.fabrikam.com", Port: 5061, Transport: "MTLS", Enabled: true},
			{Server: "lcs02.contoso.com", Match: Script, NextHop: Override, Port: 5060, Transport: "TCP"},
			{Server: "lcs01.contoso.com", Match: "*@山田.example", NextHop: "lcs02.contoso.com", Port: 5061, Transport: "MTLS", Enabled: true},
		},
		Trusted: []report.OutlineTrusted{{Host: "gw01.contoso.com"}, {Host: "sip.fabrikam.com", Server: "lcs02.contoso.com"}, {Host: Script, Server: "lcs01.contoso.com"}},
		Records: []report.OutlineRecord{
			{SIPDomain: "contoso.com", Name: "_sip._tls.contoso.com", Type: "SRV", Targets: []string{"fe01.contoso.com:5061"}, Read: true},
			{SIPDomain: "contoso.com", Name: "sip.contoso.com", Type: "A", Targets: []string{"192.0.2.11"}, Read: true},
			{SIPDomain: Script, Name: "_sip._tls." + Script, Type: "SRV"},
		},
		Unread: []string{"the pools", "the DNS record _sip._tls." + Script + " (SRV)"},
	}
}

// dates are certificates in every state, one with a hostile name.
func dates() *report.Dates {
	at := started.Add(2 * time.Second)
	days := func(n int) time.Time { return started.AddDate(0, 0, n) }
	certificate := func(name, serial string, from, to int, hosts ...string) report.Dated {
		return report.Dated{Kind: report.DateCertificate, Name: name, Hosts: hosts, HostCount: len(hosts), InUse: true, Serial: serial, NotBefore: days(from), NotAfter: days(to)}
	}
	expired := certificate("CN=lcs02.contoso.com", "61", -1000, -12, "lcs02.contoso.com")
	expired.Uses = []string{"the MTLS listener on port 5061", "shown at lcs02.contoso.com:5061", "outbound connections"}
	soon := certificate("CN=lcs01.contoso.com, OU="+Script, "62", -353, 12, "lcs01.contoso.com")
	soon.Uses = []string{"the route for " + Override}
	root := certificate("CN=Contoso Root CA, DC=contoso, DC=com", "01", -3000, 4000, "fe01.contoso.com", "lcs01.contoso.com", "lcs02.contoso.com")
	root.Authority, root.HostCount = true, 5
	next := certificate("CN=lcs02.contoso.com", "63", 3, 368, "lcs02.contoso.com")
	next.InUse = false
	return &report.Dates{At: at, Omitted: 2, List: []report.Dated{
		expired, soon, root,
		{Kind: report.DateFacts, Name: "what the host told of itself", Hosts: []string{Escapes}, HostCount: 1, InUse: true, NotBefore: days(-9)},
		next,
	}}
}

// signIns are sign-ins of every outcome.
func signIns() []report.SignIn {
	return []report.SignIn{
		{User: "sip:kim@contoso.com", Host: "fe01.contoso.com", Port: 5061, Transport: "TLS", Attempted: true, Outcome: report.SignInAccepted, Code: 200, Reason: "OK"},
		{User: "sip:" + Script + "@contoso.com", Host: "lcs02.contoso.com", Port: 5060, Transport: "TCP", Attempted: true, Outcome: report.SignInRefused, Code: 403, Reason: "Forbidden " + Override,
			Present: []string{"user-sid-invalid", "stale-user-entry"}, Undetermined: []string{"user-account-locked"}, Absent: []string{"clock-skew"}},
		{User: "sip:zoe@contoso.com", Host: "lcs01.contoso.com", Port: 5060, Transport: "TCP", Outcome: report.SignInUnfinished, Message: "no answer within 5s " + Escapes},
	}
}
