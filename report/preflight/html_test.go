package preflight_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report/html"
	"lcshealth/report/internal/reporttest"
	report "lcshealth/report/preflight"

	"github.com/PuerkitoBio/goquery"
)

func pageOf(t *testing.T, r *report.Report) string {
	t.Helper()
	return render(t, func(w io.Writer) error { return report.WriteHTML(w, r) })
}

func document(t *testing.T, page string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func TestGoldenPage(t *testing.T) {
	_, body, ok := strings.Cut(pageOf(t, sample()), "<body>") // the style is that of every report
	if !ok {
		t.Fatal("the page has no body")
	}
	reporttest.Golden(t, "testdata/sample.html", []byte(body))
	for name, o := range map[string]report.TextOptions{"whole.txt": {}, "whole-verbose.txt": {Verbose: true, Width: 120}} {
		r := whole(120)
		reporttest.Golden(t, "testdata/"+name, []byte(render(t, func(w io.Writer) error { return report.WriteText(w, r, o) })))
	}
}

// What is said of many lines is said once; what differs is said in their rows.
func TestCards(t *testing.T) {
	doc := document(t, pageOf(t, whole(1500)))
	for selector, want := range map[string]string{
		"h1.no-go":       "No go",
		"#answer .begin": "Begin with Database entries were made for other accounts than those that hold the addresses now, 30 lines. Before the user is enabled: delete the entry from the database.",
		"#risk > .lead":  "2 lines of these are counted under a worse verdict, since more speaks against them.",
		".is-no-go dd":   "91",
		".is-go dd":      "1,351",
		"#go summary":    "1,351 lines against which nothing speaks",
		"#go .more":      "and 851 more, in the CSV and JSON reports",
		"#plan h3":       "Not known: mtls-not-configured",
		"[data-effect=introduced] tbody tr td:last-child": "adam@contoso.com, " + "=cmd|'/c calc'!A1 <script>alert(1)</script>�]]>" + ", o'hara@contoso.com, 山田太郎@contoso.com, zoe@contoso.com and 4,307 more",
		"#sources tbody tr:first-child td:last-child":     "connect to 192.0.2.13:1433: connection refused�red�",
	} {
		if got := words(doc.Find(selector).First()); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if got := words(doc.Find("#cures tbody tr")); !strings.HasSuffix(got, "user-not-enabled31users.csv:2 enable CONTOSO\\user00000, users.csv:3 enable CONTOSO\\user00001, users.csv:4 enable CONTOSO\\user00002, users.csv:5 enable CONTOSO\\user00003, users.csv:6 enable CONTOSO\\user00004 and 26 more") {
		t.Errorf("of what is cured it says %q", got)
	}

	// Each line has its own reason: it is in the row, and the remedy is not.
	taken := doc.Find("#no-go [data-check=address-taken]")
	if n := taken.Find(".remedy").Length(); n != 1 || taken.Find("td .remedy, td ol, .saying > .reason").Length() != 0 {
		t.Errorf("the remedy of taken addresses is told %d times", n)
	}
	if got := words(taken.Find("tbody tr").First()); !strings.HasPrefix(got, `users.csv:5enable CONTOSO\user00003sip:user00003@contoso.com on lcs01.contoso.comsip:user00003@contoso.com is the SIP URI of CN=Other 3,`) {
		t.Errorf("the row says %q", got)
	}
	if open, all := taken.Find("tbody tr").Length()-taken.Find("details tbody tr").Length(), taken.Find("tbody tr").Length(); open != 20 || all != 30 {
		t.Errorf("%d of %d lines are shown at once", open, all)
	}
	// Only their commands differ: the steps are told once, the commands in the rows.
	stale := doc.Find("#no-go [data-check=stale-user-entry]")
	if n, commands := stale.Find(".remedy li").Length(), stale.Find("td pre").Length(); n != 2 || commands != 30 || stale.Find(".remedy pre").Length() != 0 {
		t.Errorf("%d steps, %d commands", n, commands)
	}
	if got := stale.Find("td pre").First().Text(); got != `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'user00033@contoso.com'"` {
		t.Errorf("the command is %q", got)
	}
	// One of two things is said of many lines: each has its lines.
	if n := doc.Find("#risk [data-check=home-server-unhealthy] .saying").Length(); n != 2 {
		t.Errorf("the home servers have %d parts, want 2", n)
	}
	if got := words(doc.Find("#no-go [data-check=address-given-twice] tbody tr").First().Find("[data-label=Other]")); got != "users.csv:16" {
		t.Errorf("the other line is %q", got)
	}
	if n := doc.Find("[data-effect=unchanged] tbody tr").Length(); n != 25 {
		t.Errorf("%d causes are unchanged", n)
	}
}

// Every part is a landmark with a heading, in order; the page runs and loads
// nothing, and holds itself to that.
func TestStructure(t *testing.T) {
	for name, r := range map[string]*report.Report{"sample": sample(), "whole": whole(1500), "sound": rollout(3), "empty": {}} {
		page := pageOf(t, r)
		doc := document(t, page)
		for _, one := range []string{"h1", "main", "nav[aria-label]", "body > header", "body > footer#run", ".skip[href='#answer']", "html[lang=en]"} {
			if n := doc.Find(one).Length(); n != 1 {
				t.Errorf("%s: %d %s", name, n, one)
			}
		}
		if n := doc.Find("script, link, img, iframe, object, form, base, [src], [style], [onclick], meta[http-equiv=refresh], a:not([href^='#']), th:not([scope])").Length(); n != 0 {
			t.Errorf("%s: %d elements run or load something, or lead away", name, n)
		}
		if n := doc.Find("table").Length() - doc.Find("table:not(.evidence) > caption, table.evidence").Length(); n != 0 {
			t.Errorf("%s: %d tables have no caption", name, n)
		}
		if got, want := doc.Find("meta[http-equiv]").AttrOr("content", ""), html.Policy(doc.Find("style").Text()); got != want {
			t.Errorf("%s: the policy is %q, want %q", name, got, want)
		}
		level := 1
		doc.Find("h1, h2, h3, h4").Each(func(_ int, h *goquery.Selection) {
			now := int(goquery.NodeName(h)[1] - '0')
			if now > level+1 {
				t.Errorf("%s: heading %q jumps from level %d to %d", name, words(h), level, now)
			}
			level = now
		})
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			if id := s.AttrOr("id", ""); ids[id] {
				t.Errorf("%s: id %q is there twice", name, id)
			} else {
				ids[id] = true
			}
		})
		doc.Find("a").Each(func(_ int, a *goquery.Selection) {
			if href := a.AttrOr("href", ""); !ids[strings.TrimPrefix(href, "#")] {
				t.Errorf("%s: %s leads nowhere", name, href)
			}
		})
		if strings.ContainsAny(page, "\x1b\u202e") {
			t.Errorf("%s: the page holds escape sequences or overrides", name)
		}
	}
}

// The answer is that of the other formats, before and after the roll-out.
func TestAnswers(t *testing.T) {
	for want, of := range map[string]struct {
		verdict preflight.Verdict
		after   bool
	}{
		`<h1 class="go">Go</h1>`:                                       {preflight.Go, false},
		`<h1 class="risk">Go with risks</h1>`:                          {preflight.Risk, false},
		`<h1 class="no-go">No go</h1>`:                                 {preflight.NoGo, false},
		`<h1 class="cannot-tell">Cannot tell</h1>`:                     {preflight.CannotTell, false},
		`<h1 class="go">After the roll-out: done, and sound</h1>`:      {preflight.Go, true},
		`<h1 class="no-go">After the roll-out: not as planned</h1>`:    {preflight.NoGo, true},
		`<h1 class="cannot-tell">After the roll-out: cannot tell</h1>`: {preflight.CannotTell, true},
		`<h1 class="risk">After the roll-out: done, with risks</h1>`:   {preflight.Risk, true},
	} {
		r := &report.Report{Run: report.Run{After: of.after}}
		r.Verdict = of.verdict
		if page := pageOf(t, r); !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// Every check of a plan is named in plain words.
func TestTitles(t *testing.T) {
	files, err := filepath.Glob("../../checks/preflight/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no checks are found")
	}
	calls := regexp.MustCompile(`\b(noGo|risk|cannotTell)\("([a-z-]+)"`)
	seen := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range calls.FindAllSubmatch(source, -1) {
			seen++
			r := &report.Report{}
			v := map[string]preflight.Verdict{"noGo": preflight.NoGo, "risk": preflight.Risk, "cannotTell": preflight.CannotTell}[string(m[1])]
			r.Lines = []preflight.Line{user(1, preflight.Issue{Check: string(m[2]), Verdict: v, Severity: checks.Minor, Reason: "the reason"})}
			if got := words(document(t, pageOf(t, r)).Find("h3").First()); got == "The reason" || strings.Contains(got, string(m[2])) {
				t.Errorf("%s: %s has no title in plain words for %s: %q", filepath.Base(file), m[2], v, got)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d checks are found in the source", seen)
	}
}
