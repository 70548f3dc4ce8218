package reporttest

import (
	"strings"

	"lcshealth/checks"
)

const kb871023 = "KB 871023, "

func presentFindings() []checks.Finding {
	return []checks.Finding{
		{
			ID: "sql-service-stopped/lcs01.contoso.com", Cause: "sql-service-stopped",
			Title: "The database service MSSQL$RTC is stopped while Live Communications Server runs",
			Codes: []int{503}, Article: kb871023 + "503 - Service Unavailable", Severity: checks.Critical, Verdict: checks.Present,
			Reason: "MSSQL$RTC is stopped and disabled while rtcsrv is running", Subject: server("lcs01.contoso.com"),
			Evidence: []checks.Evidence{
				saw("host", "lcs01.contoso.com", "service MSSQL$RTC: stopped and disabled", "running, because rtcsrv is running"),
				saw("host", "lcs01.contoso.com", "service rtcsrv: running", ""),
			},
			Remedy: []checks.Step{
				{Text: "Start the database service.", Command: "net start mssql$rtc", Host: "lcs01.contoso.com"},
				{Text: "Restart Live Communications Server so that it connects to its database again.", Command: "net stop rtcsrv", Host: "lcs01.contoso.com"},
				{Text: "Start it.", Command: "net start rtcsrv", Host: "lcs01.contoso.com"},
			},
		},
		{
			ID: "static-route-invalid/lcs02.contoso.com", Cause: "static-route-invalid",
			Title: "An enabled static route cannot work", Codes: []int{504}, Article: kb871023 + "504 - Gateway Timeout",
			Severity: checks.Major, Verdict: checks.Present, Subject: server("lcs02.contoso.com"),
			Reason:   "the next hop of the route to *.fabrikam.com does not resolve; besides, not everything could be seen: wire 198.51.100.7: no answer within 5s",
			Settle:   []string{"let this computer reach TCP port 5061 of 198.51.100.7"},
			Evidence: []checks.Evidence{saw("wire", "", "sip.fabrikam.com: no such host", "an address")},
			Remedy:   []checks.Step{{Text: "Correct the next hop of the route, or remove the route, on the Routing tab of the server's properties."}},
		},
		{
			ID: "user-sid-invalid/users of lcs02.contoso.com/foreign-sid", Cause: "user-sid-invalid", Shape: "foreign-sid",
			Title: "The database holds a SID that is not the account's", Codes: []int{403}, Article: kb871023 + "403 - Forbidden",
			Severity: checks.Major, Verdict: checks.Present, Reason: "3 users have a SID in the database that is neither the account's objectSid nor its msRTCSIP-OriginatorSid", Subject: usersOf("lcs02.contoso.com"),
			Evidence: []checks.Evidence{
				saw("rtcdb", "lcs02.contoso.com", "山田太郎@contoso.com: S-1-5-21-1004336348-1177238915-682003330-1107", "S-1-5-21-2127521184-1604012920-1887927527-72713"),
				saw("rtcdb", "lcs02.contoso.com", "o'hara@contoso.com: "+Override, "S-1-5-21-2127521184-1604012920-1887927527-72714"),
			},
			Affected: &checks.Affected{Count: 3, Users: []string{Script + "@contoso.com", "o'hara@contoso.com", "山田太郎@contoso.com"}},
			Remedy: []checks.Step{
				{Text: "Clear Enable Live Communications for this user in the user's properties."},
				{Text: "Remove the user from the database of every server of the forest.", Command: `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'o''hara@contoso.com'"`, Host: "lcs02.contoso.com"},
				{Text: "And this one.", Command: `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'` + Override + "\r\nformat c:'\"", Host: "lcs02.contoso.com"},
				{Text: "Enable the user again."},
			},
		},
		{
			ID: "directory-connector-errors/lcs01.contoso.com", Cause: "directory-connector-errors",
			Title: "The Active Directory connector logs errors", Codes: []int{404}, Article: kb871023 + "404 - Not Found",
			Severity: checks.Major, Verdict: checks.Present, Reason: "17 errors since 2026-03-03 22:10:00 UTC", Subject: server("lcs01.contoso.com"),
			Evidence:      []checks.Evidence{saw("host", "lcs01.contoso.com", "event 30034 of Live Communications User Replicator: "+Escapes, "no errors")},
			ConsequenceOf: "sql-service-stopped", Parent: "sql-service-stopped/lcs01.contoso.com",
			Remedy: []checks.Step{{Text: "Resolve the errors as the events say."}},
		},
		{
			ID: "user-missing-from-database/users of lcs01.contoso.com", Cause: "user-missing-from-database",
			Title: "Enabled users are not in the database of their home server", Codes: []int{404}, Article: kb871023 + "404 - Not Found",
			Severity: checks.Major, Verdict: checks.Present, Reason: "1342 enabled users have no entry", Subject: usersOf("lcs01.contoso.com"),
			Evidence:      []checks.Evidence{saw("rtcdb", "lcs01.contoso.com", "adam@contoso.com: no entry", "an entry")},
			Affected:      &checks.Affected{Count: 1342, Users: []string{"adam@contoso.com", "beate@contoso.com", "张伟@contoso.com", "dora@contoso.com", "emil@contoso.com", "frida@contoso.com", "gustav@contoso.com"}},
			ConsequenceOf: "directory-connector-errors", Parent: "directory-connector-errors/lcs01.contoso.com",
			Remedy: []checks.Step{{Text: "Restart Live Communications Server and give it time to fill the database.", Command: "net stop rtcsrv", Host: "lcs01.contoso.com"}},
		},
		{
			ID: "stale-user-entry/users of lcs02.contoso.com/no-account", Cause: "stale-user-entry", Shape: "no-account",
			Title: "Entries are left from an earlier installation " + Script, Codes: []int{403}, Article: kb871023 + "403 - Forbidden",
			Severity: checks.Minor, Verdict: checks.Present, Subject: usersOf("lcs02.contoso.com"),
			Reason:   strings.TrimSpace(strings.Repeat("leftover entries wait in the database ", 50)),
			Evidence: []checks.Evidence{saw("rtcdb", "lcs02.contoso.com", "row 4711: "+strings.Repeat("x", 200)+Script, "an account")},
			Affected: &checks.Affected{Count: 1, Users: []string{"row 4711"}},
			Remedy:   []checks.Step{{Text: "Remove the entry."}},
		},
		{
			ID: "user-not-enabled/users of the forest/disabled", Cause: "user-not-enabled", Shape: "disabled",
			Title: "Users have a sign-in name but are not enabled", Codes: []int{404}, Article: kb871023 + "404 - Not Found",
			Severity: checks.Info, Verdict: checks.Present, Reason: "12 users have a SIP URI and are not enabled", Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users of the forest"},
			Affected: &checks.Affected{Count: 12, Users: []string{"zoe@contoso.com"}},
			Remedy:   []checks.Step{{Text: "Enable them, if they should be able to sign in."}},
		},
	}
}
