package catalog

import (
	"strings"
	"testing"

	"lcshealth/checks/facts"
)

func TestDeleteCommand(t *testing.T) {
	for _, tt := range []struct{ name, address, want string }{
		{"plain", "adele@contoso.com", `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'adele@contoso.com'"`},
		{"a quote is doubled", "pat.o'brien@contoso.com", `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'pat.o''brien@contoso.com'"`},
		{"an attempt to end the name", "x'; drop table Resource --@contoso.com", `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'x''; drop table Resource --@contoso.com'"`},
		{"other letters", "jürgen.山田@contoso.com", `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'jürgen.山田@contoso.com'"`},
		{"a double quote", `x" & del *@contoso.com`, ""},
		{"a variable", "%USERNAME%@contoso.com", ""},
		{"a line feed", "x\ny@contoso.com", ""},
		{"a carriage return", "x\ry@contoso.com", ""},
		{"a zero", "x\x00y@contoso.com", ""},
		{"a tab", "x\ty@contoso.com", ""},
		{"an override of direction", "x\u202ey@contoso.com", ""},
		{"a letter that becomes a quote in a code page", "x\u02bcy@contoso.com", ""},
		{"a sign that becomes a double quote in a code page", "x\uff02y@contoso.com", ""},
		{"octets that are no text", "x\xffy@contoso.com", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := deleteCommand(`(local)\rtc`, tt.address); got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %s, %t\nwant %s", got, ok, tt.want)
			}
		})
	}
	for instance, want := range map[string]bool{
		`sql01\rtc`: true, `sql-01.contoso.com\rtc`: true, `sql01`: true,
		`sql01\rtc -Q "x"`: false, `sql01&calc`: false, "sql01\n": false, `sql01;x`: false, `%x%`: false,
	} {
		if got, ok := deleteCommand(instance, "adele@contoso.com"); ok != want || ok != strings.Contains(got, " -S "+instance+" ") {
			t.Errorf("instance %q: got %q, %t; want %t", instance, got, ok, want)
		}
	}
}

// However a name is made up, the command is one literal: all its quotes come
// in pairs, and nothing ends the argument.
func FuzzDeleteCommand(f *testing.F) {
	f.Add("pat.o'brien@contoso.com")
	f.Add(`x" & del *`)
	f.Add("'%'")
	f.Fuzz(func(t *testing.T, address string) {
		command, ok := deleteCommand(`(local)\rtc`, address)
		if !ok {
			return
		}
		literal, found := strings.CutPrefix(command, `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'`)
		literal, ended := strings.CutSuffix(literal, `'"`)
		if !found || !ended || strings.Contains(strings.ReplaceAll(literal, "''", ""), "'") || strings.ContainsAny(literal, "\"%\r\n\x00") {
			t.Errorf("%q gives %s", address, command)
		}
		if strings.ReplaceAll(literal, "''", "'") != address {
			t.Errorf("%q is not what %s deletes", address, command)
		}
	})
}

func TestAnalyzeCommand(t *testing.T) {
	for address, want := range map[string]string{
		"adele@contoso.com":   "dbanalyze.exe /report:user /user:adele@contoso.com",
		"o'brien@contoso.com": "dbanalyze.exe /report:user /user:o'brien@contoso.com",
		"":                    "",
		"a b@contoso.com":     "",
		"a&b@contoso.com":     "",
		"a|b@contoso.com":     "",
		"a^b@contoso.com":     "",
		`a"b@contoso.com`:     "",
		"%a%@contoso.com":     "",
	} {
		if got := analyzeCommand(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// The entry is deleted on every server of the forest, between disabling the
// user and enabling him again, if there is one.
func TestRemoveEntry(t *testing.T) {
	d := &facts.Deployment{Databases: []*facts.Database{
		{Name: "sql01.contoso.com", Serves: []string{"pool01.contoso.com"}},
		{Name: "lcs01.contoso.com", Serves: []string{"lcs01.contoso.com"}},
	}}
	d.Directory.Pools = facts.Observed([]facts.Pool{
		{FQDN: "pool01.contoso.com", BackEnd: `sql01.contoso.com\rtc`}, {FQDN: "lcs01.contoso.com", BackEnd: `(local)\rtc`},
	}, facts.Origin{Source: "directory"})
	const delete01, deletePool = `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'x@contoso.com'"`, `OSQL -S sql01.contoso.com\rtc -d rtc -E -Q "exec RtcDeleteResource N'x@contoso.com'"`
	steps := removeEntry(d, "x@contoso.com", true)
	if len(steps) != 6 || steps[2].Host != "lcs01.contoso.com" || steps[2].Command != delete01 || steps[3].Host != "sql01.contoso.com" || steps[3].Command != deletePool {
		t.Errorf("got %+v", steps)
	}
	if !strings.Contains(steps[1].Text, "Clear the Enable") || !strings.Contains(steps[4].Text, "select the Enable") {
		t.Errorf("the user is not disabled before and enabled after: %+v", steps)
	}
	for _, step := range removeEntry(d, "x@contoso.com", false) {
		if strings.Contains(step.Text, "Enable Live Communications") {
			t.Errorf("an account that is not there is to be changed: %s", step.Text)
		}
	}
	for _, step := range removeEntry(d, "%x%@contoso.com", false) {
		if step.Command != "" {
			t.Errorf("an unsafe name is in a command: %s", step.Command)
		}
	}
}
