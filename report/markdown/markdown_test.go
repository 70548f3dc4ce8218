package markdown_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/markdown"

	"github.com/PuerkitoBio/goquery"
)

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := markdown.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".md", func(r *report.Report) []byte { return []byte(render(t, r)) })
}

// page renders a report with GitHub's own parser, which is told to let HTML
// through.
func page(t *testing.T, r *report.Report) *goquery.Document {
	t.Helper()
	out, err := reporttest.Tool(t, []byte(render(t, r)), "cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// attacks are names that would be markup.
var attacks = []string{
	reporttest.Script, "<img src=x onerror=alert(1)>", "<!-- gone", "&lt;b&gt;", "[click](https://evil.example)", "![x](https://evil.example/x.png)",
	"https://evil.example/", "www.evil.example", "<https://evil.example>", "mailto:a@evil.example", "@admin", "#12", "owner/name#12", "$x$", ":tada:",
	"**bold**", "__bold__", "*x*", "_x_", "~~gone~~", "`code`", "``", "a`b``c@d", "`@x", "x@`", "# heading", "> quote", "- item", "+ item", "* item", "1. item", "2) item",
	"| a | b |", "a|b", `a\|b`, `a@\|b|@`, `C:\temp\`, `\`, "---", "===", "```", "~~~", "    code", "{code}", "[x]: https://evil.example", "- [ ] task", "line\n\n# heading", "x\r\n| y |", "deadbeef", "S-1-5-21-1004336348-1107",
}

// Whatever a name is, the page has no element because of it, and shows it.
func TestHostile(t *testing.T) {
	text := func(s string) string { return strings.Join(strings.Fields(report.Clean(s)), " ") }
	want := structure(page(t, harmless()))
	for _, attack := range attacks {
		doc := page(t, filled(attack))
		if got := structure(doc); got != want {
			t.Errorf("%q changes the page:\n%s\nwant\n%s", attack, got, want)
		}
		shown := text(doc.Text())
		if n := strings.Count(shown, text(attack)); n < 14 {
			t.Errorf("%q is shown %d times, want it in each of 14 places:\n%s\n%s", attack, n, shown, render(t, filled(attack)))
		}
	}
}

func harmless() *report.Report { return filled("word") }

// filled returns a report that holds a string wherever one can come from
// outside.
func filled(s string) *report.Report {
	r := reporttest.Only(func(f *checks.Finding) bool {
		return f.Cause == "sql-service-stopped" && f.Verdict == checks.Present || f.Cause == "directory-connector-errors" || f.Cause == "sip-domain-not-listed"
	})
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Title, f.Reason, f.Article, f.Subject.Name = s, s, s, s
		f.Settle = []string{s}
		f.Evidence = []checks.Evidence{{Observed: s, Expected: s, Source: s, Host: s}}
		f.Affected = &checks.Affected{Count: 1, Users: []string{s}}
		f.Remedy = []checks.Step{{Text: s, Command: s, Host: s}}
	}
	r.Findings[0].Waived = &checks.Waived{Reason: s, Owner: s, Until: s}
	r.Sources[0].Target, r.Sources[0].Message = s, s
	return report.New(r.Run, r.Findings, r.Sources)
}

// structure lists the elements of a page but for code within lines, of which a
// word may be made.
func structure(doc *goquery.Document) string {
	var out []string
	doc.Find("body *").Each(func(_ int, s *goquery.Selection) {
		name := goquery.NodeName(s)
		if name == "code" && goquery.NodeName(s.Parent()) != "pre" {
			return
		}
		out = append(out, name)
	})
	return strings.Join(out, " ")
}

// Commands come out of the page exactly.
func TestCommands(t *testing.T) {
	for _, command := range []string{"net start mssql$rtc", `OSQL -Q "exec x N'o''hara@contoso.com'"`, "echo ```` <b> | more", "    dir", "- x", "\\"} {
		f := checks.Finding{ID: "x", Title: "x", Verdict: checks.Present, Severity: checks.Major}
		for range 12 {
			f.Remedy = append(f.Remedy, checks.Step{Text: "Run it.", Command: command, Host: "lcs01.contoso.com"})
		}
		doc := page(t, report.New(report.Run{}, []checks.Finding{f}, nil))
		blocks := doc.Find("ol > li > pre > code")
		if blocks.Length() != 12 {
			t.Errorf("%q stands in %d blocks, want 12:\n%s", command, blocks.Length(), doc.Text())
		}
		blocks.Each(func(_ int, s *goquery.Selection) {
			if got := strings.TrimSuffix(s.Text(), "\n"); got != command {
				t.Errorf("the command is %q, want %q", got, command)
			}
		})
	}
}

// The page has the parts of the text, in its order.
func TestPage(t *testing.T) {
	doc := page(t, reporttest.Sample())
	var got []string
	doc.Find("h2, h3").Each(func(_ int, s *goquery.Selection) { got = append(got, s.Text()) })
	for i, want := range []string{"Summary", "Sign-ins tried", "Present (7)", "■ CRITICAL: The database", "▲ MAJOR: An enabled", "▲ MAJOR: The database holds", "◆ MINOR: Entries", "● INFO: Users", "Undetermined (9)", "Sources"} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Fatalf("the headings are %q", got)
		}
	}
	if n := doc.Find("a, script, img").Length(); n != 0 {
		t.Errorf("%d links, scripts or pictures", n)
	}
}

func TestClean(t *testing.T) {
	for line := range strings.Lines(render(t, reporttest.Sample())) {
		if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
			t.Errorf("%q is not clean", line)
		}
	}
}

func FuzzEscape(f *testing.F) {
	if _, err := exec.LookPath("cmark-gfm"); err != nil {
		f.Skip("cmark-gfm is not installed")
	}
	for _, seed := range []string{reporttest.Script, "@a|`b", "1. x", "\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.TrimSpace(report.Clean(s)) == "" {
			t.Skip("nothing to show")
		}
		if got, want := structure(page(t, filled(s))), structure(page(t, harmless())); got != want {
			t.Errorf("%q changes the page:\n%s\nwant\n%s", s, got, want)
		}
	})
}

func TestWriteError(t *testing.T) {
	err := markdown.Write(reporttest.Full{}, reporttest.Sample())
	if err == nil || err.Error() != "write the report as Markdown: disk full" {
		t.Errorf("error is %v", err)
	}
}
