package redact

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var pseudonym = regexp.MustCompile(`(?i)n-(?:[` + alphabet + `]{12}|[` + alphabet + `]{8})`)

func TestText(t *testing.T) {
	r := newTest(t)
	r.Learn("lcs01.contoso.com", `CONTOSO\reader`, "Kim Akers", "gateway-7", "x")
	for _, tt := range []struct{ in, want string }{
		{"read services on LCS01.contoso.com: access denied", "read services on N.N.com: access denied"},
		{"lcs01 is down, and so is LCS01$", "N is down, and so is N$"},
		{"no such server: contoso", "no such server: N"},
		{"the ContosoAgent hangs", "the N hangs"},
		{"sign in as CONTOSO\\reader failed", "sign in as N\\N failed"},
		{"sign in as FABRIKAM\\jo failed", "sign in as N\\N failed"},
		{"kim akers has left", "N has left"},
		{"gateway-7 does not answer", "N does not answer"},
		{"dial tcp 192.0.2.7:5061: connect: connection refused", "dial tcp IP:5061: connect: connection refused"},
		{"dial tcp [2001:db8::7]:5061: i/o timeout", "dial tcp [IP]:5061: i/o timeout"},
		{"127.0.0.1:389 refused", "127.0.0.1:389 refused"},
		{"user jo.smith@fabrikam.com is not there.", "user N@N.com is not there."},
		{"user aoife.o'brien@fabrikam.com", "user N'N@N.com"},
		{"<sip:jo@fabrikam.com>;tag=1", "<sip:N@N.com>;tag=1"},
		{"object CN=Jo Smith,OU=Sales,DC=fabrikam,DC=com: no such object", "object CN=N,OU=N,DC=N,DC=com: no such object"},
		{"look at CN=Jo Smith", "look at CN=N"},
		{"SID S-1-5-21-1-2-3-1105 is unknown", "SID SID is unknown"},
		{"{444B0498-BAD4-5341-BF9D-2EC208240E0E}", "{GUID}"},
		{`read "Jo Smith": bad`, `read "N": bad`},
		{`399 sip.fabrikam.com "the user was not found there"`, `399 sip.N.com "the user was not found there"`},
		{"open /home/jo/mine.pem: no such file", "open /home/N/N.pem: no such file"},
		{`open C:\Users\jo\mine.pem, then`, `open C:\Users\N\N.pem, then`},
		{"see https://intranet.fabrikam.com/jo", "see https://N.N.com/N"},
		{"SQL Server 9.00.5000, RTC/2.0, TCP/IP, rtcsrv.exe", "SQL Server 9.00.5000, RTC/2.0, TCP/IP, rtcsrv.exe"},
		{"mend database.password in the configuration", "mend database.password in the configuration"},
		{"at 10:00:00 or 2026-11-21T10:00:00Z", "at 10:00:00 or 2026-11-21T10:00:00Z"},
		{"the service MSSQL$RTC of LocalMachine\\MY", "the service MSSQL$RTC of LocalMachine\\MY"},
		{"the password of the SQL login jo travelled", "the password of the SQL login N travelled"},
		{"Login failed for user 'jo'.", "Login failed for user 'N'."},
		{"exec sp_grantlogin N'FABRIKAM\\jo'", "exec sp_grantlogin N'N\\N'"},
		{"the host's clock and the users' names", "the host's clock and the users' names"},
		{"the account that reads the directory", "the account that reads the directory"},
		{`399 x "Kim van der Berg": no`, `399 x "N": no`},
		{"", ""},
	} {
		got := r.Text(tt.in)
		shown := pseudonym.ReplaceAllString(got, "N")
		shown = regexp.MustCompile(`2[45]\d\.\d+\.\d+\.\d+|fd[0-9a-f:]+`).ReplaceAllString(shown, "IP")
		shown = regexp.MustCompile(`S-1-5-21-[0-9-]+`).ReplaceAllString(shown, "SID")
		shown = regexp.MustCompile(`[0-9A-F]{8}-[0-9A-F-]{27}`).ReplaceAllString(shown, "GUID")
		if shown != tt.want {
			t.Errorf("%q became %q (%q), want %q", tt.in, got, shown, tt.want)
		}
	}
}

func TestEvent(t *testing.T) {
	if got, want := event("The domain contoso.com has been synchronized."), "(text removed: 45 characters)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := event("The RTCSRV service of kim stopped"), "(text removed: 33 characters; it names rtcsrv)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// No text keeps a name that is known.
func FuzzText(f *testing.F) {
	for _, s := range []string{"lcs01.contoso.com", "CN=a,DC=b", `"x"`, "a@b", "\\\\a\\b", "::1", "lcs01@lcs01", "1:lcs01:2", "contosocontoso", "0x0123456789abcdef", "S-1-5-21-1"} {
		f.Add(s, "and "+s)
	}
	r := newTest(f)
	r.Learn("lcs01.contoso.com", "Kim Akers")
	f.Fuzz(func(t *testing.T, a, b string) {
		out := r.Text(a + " " + b)
		if !utf8.ValidString(out) {
			t.Errorf("%q is not UTF-8", out)
		}
		for _, name := range []string{"contoso", "kim akers"} {
			if strings.Contains(strings.ToLower(out), name) {
				t.Errorf("%q became %q", a+" "+b, out)
			}
		}
	})
}
