package html_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	lcshtml "lcshealth/report/html"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"
)

// The scale of a large deployment, and what a page of it may come to. Times are
// ratios to what was measured in the same run, since machines differ.
const (
	scaleServers = 200
	scaleCauses  = 60
	scaleUsers   = 100_000 // affected

	aimSize  = 3_000_000 // octets
	aimWrite = 20.0      // times encoding/json writing the same report
	aimPaint = 3.0       // times a page that holds the same words and nothing else
)

// keptUsers is how many affected users a check names unless asked for more.
const keptUsers = 20

// large is a report of a large deployment: of the checks, one in fifty is
// present, one in thirty undetermined, one in twelve not applicable, each in its
// own words.
func large() *report.Report {
	random := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	var findings []checks.Finding
	var withUsers []*checks.Affected
	for c := range scaleCauses {
		cause := fmt.Sprintf("documented-cause-%d", c)
		codes := [][]int{{400, 504}, {403}, {404}, {405}, {480}, {503}, {504}, nil}[c%8]
		for s := range scaleServers {
			host := fmt.Sprintf("lcs%03d.%s.contoso.com", s, []string{"emea", "apac", "amer"}[s%3])
			saw := func(format string) checks.Evidence {
				return checks.Evidence{Observed: fmt.Sprintf(format, random.IntN(10_000), host), Source: "host", Host: host, At: at.Add(time.Duration(random.IntN(60)) * time.Second)}
			}
			f := checks.Finding{
				ID: cause + "/" + host, Cause: cause, Title: fmt.Sprintf("A server's setting number %d is not what its clients need", c), Codes: codes,
				Article: "KB 871023, 404 - Not Found", Severity: checks.Severities()[c%4], Subject: checks.Subject{Kind: checks.ServerSubject, Name: host, Server: host},
			}
			switch n := random.IntN(600); {
			case n < 12:
				f.Verdict = checks.Present
				f.Reason = fmt.Sprintf("setting %d of %s is off", n, host)
				f.Evidence = []checks.Evidence{saw("setting %d of %s: off"), saw("process %d of %s is running")}
				f.Evidence[0].Expected = "on, because clients use it"
				f.Remedy = []checks.Step{
					{Text: "Open the properties of the server."}, {Text: "Stop the service.", Command: "net stop rtcsrv", Host: host},
					{Text: "Switch the setting on.", Command: fmt.Sprintf("reg add HKLM\\SOFTWARE\\Example /v Setting%d /d 1", c), Host: host},
				}
				if c%2 == 0 {
					f.Affected = &checks.Affected{}
					withUsers = append(withUsers, f.Affected)
				}
			case n < 32:
				f.Verdict, f.Reason = checks.Undetermined, "host "+host+": the registry: access denied"
				f.Settle = []string{"the right to read the registry of " + host}
			case n < 82:
				f.Verdict, f.Reason = checks.NotApplicable, "the server homes no users"
			default:
				f.Verdict, f.Evidence = checks.Absent, []checks.Evidence{saw("setting %d of %s is on")}
			}
			findings = append(findings, f)
		}
	}
	for i, a := range withUsers {
		a.Count = (scaleUsers + i) / len(withUsers)
		for u := range min(a.Count, keptUsers) {
			a.Users = append(a.Users, fmt.Sprintf("%s.%s%d@contoso.com", []string{"kim", "adam", "beate"}[u%3], []string{"akers", "okafor", "lund"}[i%3], random.IntN(scaleUsers)))
		}
		slices.Sort(a.Users)
	}
	var sources []facts.Source
	for s := range scaleServers {
		for _, name := range []string{"host", "rtcdb"} {
			sources = append(sources, facts.Source{Name: name, Target: fmt.Sprintf("lcs%03d.contoso.com", s), Status: facts.OK, DurationMs: random.Int64N(3000)})
		}
	}
	return report.New(report.Run{ID: "large", StartedAt: at, FinishedAt: at.Add(time.Minute), Version: "1"}, findings, sources)
}

// The page of a large deployment stays small, and works.
func TestLargePage(t *testing.T) {
	t.Parallel()
	r := large()
	if n := len(r.Findings); n != scaleServers*scaleCauses || r.Summary.Verdicts.Present < 150 {
		t.Fatalf("%d checks, %d present", n, r.Summary.Verdicts.Present)
	}
	page := render(t, r)
	held, err := jsonreport.Embedded(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the page has %d octets, %d of them the report as JSON", len(page), len(held))
	if len(page) >= aimSize {
		t.Errorf("the page has %d octets, want fewer than %d", len(page), aimSize)
	}
	tab := browser.Open(t, page, "#?code=404&server=lcs100.apac.contoso.com")
	keep := those(r, func(f *checks.Finding) bool {
		return slices.Contains(f.Codes, 404) && f.Subject.Server == "lcs100.apac.contoso.com"
	})
	if len(keep) == 0 {
		t.Fatal("the report has no such check")
	}
	tab.UntilText(statusLine, fmt.Sprintf("%d of 12,000 checks shown", len(keep)))
	if got := shown(tab); !slices.Equal(got, keep) {
		t.Errorf("shown are %q, want %q", got, keep)
	}
}

func BenchmarkLargeWrite(b *testing.B) {
	r := large()
	var size int
	var took, plain time.Duration
	for b.Loop() {
		took += reporttest.Spent(func() {
			var out bytes.Buffer
			if err := lcshtml.Write(&out, r); err != nil {
				b.Fatal(err)
			}
			size = out.Len()
		})
		plain += reporttest.Spent(func() {
			if err := json.NewEncoder(io.Discard).Encode(r); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(took.Seconds()*1000/float64(b.N), "write-ms")
	b.ReportMetric(took.Seconds()/plain.Seconds(), "write/json")
	b.ReportMetric(float64(size)/1e6, "MB")
	reporttest.NoteAim(b, "the page of 200 servers × 60 causes", fmt.Sprintf("under %.1f MB", aimSize/1e6), fmt.Sprintf("%.2f MB", float64(size)/1e6), size < aimSize)
	ratio := took.Seconds() / plain.Seconds()
	reporttest.NoteAim(b, "writing it", fmt.Sprintf("within %.0f × encoding/json on the same report", aimWrite), fmt.Sprintf("%.1f × (%.0f ms)", ratio, took.Seconds()*1000/float64(b.N)), ratio <= aimWrite)
}

// BenchmarkLargePaint compares how soon the browser shows something of the page
// with how soon it shows a page that holds the same words and nothing else.
func BenchmarkLargePaint(b *testing.B) {
	var out bytes.Buffer
	if err := lcshtml.Write(&out, large()); err != nil {
		b.Fatal(err)
	}
	doc, err := documentOf(out.Bytes())
	if err != nil {
		b.Fatal(err)
	}
	doc.Find("style, script").Remove()
	plain := []byte("<!DOCTYPE html><html lang=en><title>plain</title><pre>" + html.EscapeString(doc.Find("body").Text()) + "</pre>")
	var ours, theirs []float64
	for b.Loop() {
		ours = append(ours, paint(b, out.Bytes()))
		theirs = append(theirs, paint(b, plain))
	}
	ratio := median(ours) / median(theirs)
	b.ReportMetric(median(ours), "paint-ms")
	b.ReportMetric(median(theirs), "plain-paint-ms")
	b.ReportMetric(ratio, "paint/plain")
	reporttest.NoteAim(b, "first paint of it", fmt.Sprintf("within %.0f × a page of the same words alone", aimPaint), fmt.Sprintf("%.1f × (%.0f ms)", ratio, median(ours)), ratio <= aimPaint)
}

// paint is how long after its start a page is first painted with contents, in
// milliseconds.
func paint(b *testing.B, page []byte) float64 {
	b.Helper()
	tab := browser.Open(b, page, "", reporttest.Screen(1280, 900, false))
	tab.Until("performance.getEntriesByName('first-contentful-paint').length")
	return reporttest.Eval[float64](tab, "performance.getEntriesByName('first-contentful-paint')[0].startTime")
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
