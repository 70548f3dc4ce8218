package reporttest

import (
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

// Large returns a report on a deployment of n home servers in pools of ten,
// with front ends, routes, gateways and SIP domains to match. Of the servers,
// every twentieth has something present and every thirtieth something
// undetermined.
func Large(n int) *report.Report {
	r := &report.Report{Run: Sample().Run, Outline: &report.Outline{Forest: "contoso.com", Domains: []string{"contoso.com"}}, Dates: &report.Dates{At: started}}
	o := r.Outline
	var findings []checks.Finding
	judge := func(fqdn, cause string, code int, severity checks.Severity, verdict checks.Verdict) {
		findings = append(findings, checks.Finding{
			ID: cause + "/" + fqdn, Cause: cause, Title: "A cause called " + cause, Codes: []int{code}, Severity: severity, Verdict: verdict, Subject: server(fqdn),
			Reason: "something is the matter with " + fqdn, Evidence: []checks.Evidence{saw("host", fqdn, "something", "something else")},
		})
	}
	for i := range n {
		fqdn := fmt.Sprintf("lcs%03d.contoso.com", i)
		pool := fmt.Sprintf("pool%02d.contoso.com", i/10)
		role := report.RoleHome
		if i%25 == 24 {
			role, pool = report.RoleFrontEnd, ""
		}
		o.Servers = append(o.Servers, report.OutlineServer{FQDN: fqdn, Role: role, Generation: "LCS 2005", Pool: pool, HostRead: i%7 != 0})
		if role == report.RoleHome && i%10 == 0 {
			o.Pools = append(o.Pools, report.OutlinePool{FQDN: pool})
			o.Databases = append(o.Databases, report.OutlineDatabase{Name: fmt.Sprintf("sql%02d.contoso.com", i/10), Serves: []string{pool}, Read: true})
		}
		if i%4 == 0 {
			o.Routes = append(o.Routes, report.OutlineRoute{Server: fqdn, Match: fmt.Sprintf("*@partner%d.example", i), NextHop: fmt.Sprintf("sip.partner%d.example", i%100), Port: 5061, Transport: "MTLS", Enabled: true})
			o.Trusted = append(o.Trusted, report.OutlineTrusted{Host: fmt.Sprintf("gw%03d.contoso.com", i)})
		}
		if i%10 == 0 {
			domain := fmt.Sprintf("d%02d.example", i/10)
			o.SIPDomains = append(o.SIPDomains, domain)
			o.Records = append(o.Records, report.OutlineRecord{SIPDomain: domain, Name: "_sip._tls." + domain, Type: "SRV", Targets: []string{fqdn + ":5061"}, Read: true})
		}
		verdict := map[bool]checks.Verdict{true: checks.Present, false: checks.Absent}[i%20 == 7]
		judge(fqdn, "sql-service-stopped", 503, checks.Critical, verdict)
		if verdict = checks.Absent; i%30 == 3 {
			verdict = checks.Undetermined
		}
		judge(fqdn, "mtls-not-configured", 504, checks.Major, verdict)
		r.Dates.List = append(r.Dates.List, report.Dated{
			Kind: report.DateCertificate, Name: "CN=" + fqdn, Hosts: []string{fqdn}, HostCount: 1, Uses: []string{"the MTLS listener on port 5061"}, InUse: true,
			NotBefore: started.AddDate(0, 0, -300), NotAfter: started.Add(time.Duration(i*7-10) * 24 * time.Hour),
		})
	}
	out := report.New(r.Run, findings, nil)
	out.Outline, out.Dates = r.Outline, r.Dates
	return out
}
