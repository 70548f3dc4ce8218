package reporttest

import "lcshealth/checks"

// openFindings are those that could not be decided: five for a dead database,
// two for missing rights, one for a stopped service, one with a hostile reason.
func openFindings() []checks.Finding {
	var out []checks.Finding
	for _, c := range []struct {
		cause, title, section string
		code                  int
		severity              checks.Severity
	}{
		{"user-sid-invalid", "The SID in the database is missing, malformed or not the account's", "403 - Forbidden", 403, checks.Major},
		{"stale-user-entry", "Entries are left from an earlier installation", "403 - Forbidden", 403, checks.Major},
		{"user-missing-from-database", "Enabled users are not in the database of their home server", "404 - Not Found", 404, checks.Major},
		{"user-entry-damaged", "Entries in the database cannot be right", "404 - Not Found", 404, checks.Major},
		{"user-being-moved", "Users are being moved to another home server", "480 - Temporarily Unavailable", 480, checks.Minor},
	} {
		out = append(out, checks.Finding{
			ID: c.cause + "/users of lcs03.contoso.com", Cause: c.cause, Title: c.title, Codes: []int{c.code}, Article: kb871023 + c.section,
			Severity: c.severity, Verdict: checks.Undetermined, Subject: usersOf("lcs03.contoso.com"),
			Reason: "rtcdb lcs03.contoso.com: connect to 192.0.2.13:1433: connection refused",
			Settle: []string{"start SQL Server's instance RTC on lcs03.contoso.com", "open TCP port 1433 from this computer to lcs03.contoso.com"},
		})
	}
	for _, host := range []string{"lcs01.contoso.com", "lcs02.contoso.com"} {
		out = append(out, checks.Finding{
			ID: "root-ca-in-user-store/" + host, Cause: "root-ca-in-user-store", Title: "The root certificate is only in a user's store",
			Codes: []int{400, 504}, Article: kb871023 + "400 - Missing correct VIA header", Severity: checks.Critical, Verdict: checks.Undetermined,
			Reason: "host: read the Trusted Root stores: access denied", Settle: []string{"the right to read HKEY_USERS on " + host}, Subject: server(host),
		})
	}
	out = append(out, checks.Finding{
		ID: "user-sid-invalid/users of lcs01.contoso.com", Cause: "user-sid-invalid", Title: "The SID in the database is missing, malformed or not the account's",
		Codes: []int{403}, Article: kb871023 + "403 - Forbidden", Severity: checks.Major, Verdict: checks.Undetermined, Subject: usersOf("lcs01.contoso.com"),
		Reason: "rtcdb lcs01.contoso.com: connect to 192.0.2.11:1433: connection refused", Settle: []string{"start SQL Server's instance RTC on lcs01.contoso.com"},
		ConsequenceOf: "sql-service-stopped", Parent: "sql-service-stopped/lcs01.contoso.com",
	})
	return append(out, checks.Finding{
		ID: "sip-domain-not-listed/deployment", Cause: "sip-domain-not-listed", Title: "The domain of users' sign-in names is not listed",
		Codes: []int{404, 504}, Article: kb871023 + "404 - Not Found", Severity: checks.Major, Verdict: checks.Undetermined,
		Reason: "directory: " + Escapes + Script + Override, Subject: checks.Subject{Kind: checks.DeploymentSubject, Name: "deployment"},
	})
}

// quietFindings are those that do not apply or are absent.
func quietFindings() []checks.Finding {
	var out []checks.Finding
	for _, host := range []string{"lcs02.contoso.com", "lcs03.contoso.com"} {
		out = append(out, checks.Finding{
			ID: "pstn-trust-on-client-server/" + host, Cause: "pstn-trust-on-client-server", Title: "A server that clients use carries settings for a gateway",
			Codes: []int{486}, Article: "KB 834477", Severity: checks.Major, Verdict: checks.NotApplicable,
			Reason: "no gateway is configured", Subject: server(host),
		})
	}
	for _, host := range []string{"lcs01.contoso.com", "lcs02.contoso.com"} {
		out = append(out, checks.Finding{
			ID: "messenger-on-server/" + host, Cause: "messenger-on-server", Title: "Windows Messenger runs on the server",
			Codes: []int{405}, Article: kb871023 + "405 - Method not supported", Severity: checks.Critical, Verdict: checks.Absent, Subject: server(host),
			Evidence: []checks.Evidence{saw("host", host, "no process msmsgs.exe among 41 processes", ""), saw("host", host, "TCP port 5060 is held by rtcsrv.exe", "rtcsrv.exe")},
		})
	}
	return append(out, checks.Finding{
		ID: "outbound-certificate-missing/lcs02.contoso.com", Cause: "outbound-certificate-missing", Title: "No usable certificate for outbound mutual TLS is set",
		Codes: []int{504}, Article: kb871023 + "504 - Gateway Timeout", Severity: checks.Major, Verdict: checks.Absent, Subject: server("lcs02.contoso.com"),
		Evidence: []checks.Evidence{saw("host", "lcs02.contoso.com", "certificate "+Script+Escapes+" is valid until 2027-01-01", "")},
	}, checks.Finding{
		ID: "server-service-stopped/lcs02.contoso.com", Cause: "server-service-stopped", Title: "Live Communications Server is not running",
		Article: "https://learn.microsoft.com/example", Severity: checks.Critical, Verdict: checks.Absent, Subject: server("lcs02.contoso.com"),
		Evidence: []checks.Evidence{saw("host", "lcs02.contoso.com", "service rtcsrv: running", "")},
	})
}
