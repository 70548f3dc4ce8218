package csvreport_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/csvreport"
	"lcshealth/report/internal/reporttest"

	"github.com/google/go-cmp/cmp"
)

func render(t *testing.T, r *report.Report, o csvreport.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := csvreport.Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// read returns the rows as maps from column to cell.
func read(t *testing.T, r *report.Report) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(render(t, r, csvreport.Options{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		out = append(out, cells)
	}
	return out
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".csv", func(r *report.Report) []byte { return []byte(render(t, r, csvreport.Options{})) })
}

func TestBOM(t *testing.T) {
	plain, marked := render(t, reporttest.Sample(), csvreport.Options{}), render(t, reporttest.Sample(), csvreport.Options{BOM: true})
	if marked != "\xef\xbb\xbf"+plain {
		t.Error("the mark is not all that differs")
	}
}

// RFC 4180: lines end in CR LF, and every line has as many cells as the header.
func TestFormat(t *testing.T) {
	cases := reporttest.Cases()
	cases["empty"] = &report.Report{}
	for name, r := range cases {
		out := render(t, r, csvreport.Options{})
		if !utf8.ValidString(out) || !strings.HasSuffix(out, "\r\n") {
			t.Errorf("%s: %q", name, out)
		}
		lines := strings.Split(strings.TrimSuffix(out, "\r\n"), "\r\n")
		users := 0
		for _, f := range r.Findings {
			if f.Affected != nil {
				users += max(len(f.Affected.Users), 1)
			}
		}
		if len(lines) != 1+users {
			t.Errorf("%s: %d lines, want %d", name, len(lines), 1+users)
		}
		for _, line := range lines {
			if report.Clean(line) != line {
				t.Errorf("%s: %q is not clean", name, line)
			}
		}
	}
}

// What a spreadsheet would run is text, and nothing else is changed.
func TestFormulas(t *testing.T) {
	for given, want := range map[string]string{
		`=cmd|'/c calc'!A1`:      `'=cmd|'/c calc'!A1`,
		"+1":                     "'+1",
		"-2+3":                   "'-2+3",
		"@SUM(A1)":               "'@SUM(A1)",
		"\t=1":                   "' =1",
		"\r\n=1":                 "' =1",
		"  =1":                   "'  =1",
		"＝1":                     "'＝1",
		"\u00a0=1":               "'\u00a0=1",
		`"=1"`:                   `"=1"`,
		"o'hara@contoso.com":     "o'hara@contoso.com",
		`a,"b"@contoso.com`:      `a,"b"@contoso.com`,
		"user+tag@contoso.com":   "user+tag@contoso.com",
		"\x1b[31m=1":             "\ufffd=1",
		reporttest.Override:      "user\ufffdgpj.exe",
		reporttest.Script + "\n": reporttest.Script + " ",
	} {
		f := checks.Finding{ID: given, Cause: given, Title: given, Verdict: checks.Present, Affected: &checks.Affected{Count: 1, Users: []string{given}}}
		f.Subject = checks.Subject{Name: given, Server: given}
		row := read(t, report.New(report.Run{}, []checks.Finding{f}, nil))[0]
		for _, column := range []string{"address", "cause", "title", "server", "subject", "finding"} {
			if row[column] != want {
				t.Errorf("%q: %s is %q, want %q", given, column, row[column], want)
			}
		}
	}
}

func users(count int, names ...string) *checks.Affected {
	return &checks.Affected{Count: count, Users: names}
}

// A command names one user and stands in his row only.
func TestRemedy(t *testing.T) {
	remove := func(address string) checks.Step {
		return checks.Step{Text: "Remove it.", Command: `exec RtcDeleteResource N'` + address + `'`, Host: "lcs01.contoso.com"}
	}
	for _, c := range []struct {
		name     string
		affected *checks.Affected
		remedy   []checks.Step
		want     []string
	}{
		{"quotes are doubled", users(2, "ann@contoso.com", "o'hara@contoso.com"), []checks.Step{remove("o''hara@contoso.com")},
			[]string{"as for o'hara@contoso.com: 1. Remove it. On lcs01.contoso.com", "1. Remove it. On lcs01.contoso.com: exec RtcDeleteResource N'o''hara@contoso.com'"}},
		{"a name in a name", users(3, "ann@contoso.com", "jo.ann@contoso.com", "joann@contoso.com"), []checks.Step{remove("jo.ann@contoso.com")},
			[]string{"as for jo.ann@contoso.com: 1. Remove it. On lcs01.contoso.com", "1. Remove it. On lcs01.contoso.com: exec RtcDeleteResource N'jo.ann@contoso.com'", "as for jo.ann@contoso.com: 1. Remove it. On lcs01.contoso.com"}},
		{"nobody is named", users(2, "a@contoso.com", "b@contoso.com"), []checks.Step{{Text: "Wait."}, {Text: "Restart.", Command: "net start rtcsrv"}},
			[]string{"1. Wait. 2. Restart. net start rtcsrv", "as for a@contoso.com: 1. Wait. 2. Restart."}},
		{"named in words", users(2, "a@contoso.com", "b@contoso.com"), []checks.Step{{Text: "Open b@contoso.com."}},
			[]string{"as for b@contoso.com: 1. Open b@contoso.com.", "1. Open b@contoso.com."}},
		{"no names", users(9), []checks.Step{{Text: "Wait."}}, []string{"1. Wait."}},
		{"no remedy", users(1, "a@contoso.com"), nil, []string{""}},
	} {
		f := checks.Finding{ID: "x", Verdict: checks.Present, Affected: c.affected, Remedy: c.remedy}
		var got []string
		for _, row := range read(t, report.New(report.Run{}, []checks.Finding{f}, nil)) {
			got = append(got, row["remedy"])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// Each user's row has the evidence that is about him.
func TestEvidence(t *testing.T) {
	f := checks.Finding{
		ID: "x", Verdict: checks.Present, Affected: users(7, "ann@contoso.com", "bob@contoso.com", "joann@contoso.com"),
		Evidence: []checks.Evidence{{Observed: "ann@contoso.com: no row", Source: "rtcdb"}, {Observed: "joann@contoso.com: no row", Expected: "a row", Source: "rtcdb"}},
	}
	var got []string
	for _, row := range read(t, report.New(report.Run{}, []checks.Finding{f}, nil)) {
		if row["affected"] != "7" {
			t.Errorf("%s users are affected, want 7", row["affected"])
		}
		got = append(got, row["evidence"])
	}
	if diff := cmp.Diff([]string{"ann@contoso.com: no row (seen by rtcdb)", "", "joann@contoso.com: no row (expected: a row; seen by rtcdb)"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteError(t *testing.T) {
	err := csvreport.Write(reporttest.Full{}, reporttest.Sample(), csvreport.Options{})
	if err == nil || err.Error() != "write the affected users as CSV: disk full" {
		t.Errorf("error is %v", err)
	}
}
