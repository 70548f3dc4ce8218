package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"
	"lcshealth/report/text"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// told is what a format tells, as read back from its output.
type told struct {
	Verdicts   map[string]int
	Severities map[string]int
	Codes      map[string]int
	Findings   []string // "verdict id", and the severity of those that are present; sorted
	Sources    []string // "source target status"
}

func TestFormatsAgree(t *testing.T) {
	for name, r := range map[string]*report.Report{
		"sample":  reporttest.Sample(),
		"waived":  reporttest.Later(),
		"present": reporttest.Only(func(f *checks.Finding) bool { return f.Verdict == checks.Present }),
		"quiet":   reporttest.Only(func(f *checks.Finding) bool { return f.Verdict != checks.Present }),
	} {
		t.Run(name, func(t *testing.T) {
			want := fromJSON(t, r)
			if len(want.Findings) != len(r.Findings) || len(want.Sources) != len(r.Sources) {
				t.Fatalf("JSON has %d findings and %d sources, want %d and %d", len(want.Findings), len(want.Sources), len(r.Findings), len(r.Sources))
			}
			if diff := cmp.Diff(want, fromHTML(t, r)); diff != "" {
				t.Errorf("JSON and HTML differ, -json +html:\n%s", diff)
			}
			if diff := cmp.Diff(want, fromText(t, r)); diff != "" {
				t.Errorf("JSON and text differ, -json +text:\n%s", diff)
			}
			agree(t, r, want)
		})
	}
}

func output(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newTold() told {
	return told{Verdicts: map[string]int{}, Severities: map[string]int{}, Codes: map[string]int{}}
}

func (o *told) finding(verdict, severity, id string) {
	if verdict != string(checks.Present) {
		severity = ""
	}
	o.Findings = append(o.Findings, fmt.Sprintf("%s %s %s", verdict, id, severity))
	slices.Sort(o.Findings)
}

func (o *told) source(name, target, status string) {
	o.Sources = append(o.Sources, strings.Join(strings.Fields(name+" "+target+" "+status), " "))
}

func fromJSON(t *testing.T, r *report.Report) told {
	var decoded report.Report
	if err := json.Unmarshal(output(t, func(w io.Writer) error { return jsonreport.Write(w, r) }), &decoded); err != nil {
		t.Fatal(err)
	}
	v, o := decoded.Summary.Verdicts, newTold()
	o.Verdicts = map[string]int{"present": v.Present, "undetermined": v.Undetermined, "not-applicable": v.NotApplicable, "absent": v.Absent}
	for _, s := range checks.Severities() {
		o.Severities[string(s)] = decoded.Summary.Severities[s]
	}
	o.Codes = decoded.Summary.Codes
	for _, f := range decoded.Findings {
		o.finding(string(f.Verdict), string(f.Severity), report.Clean(f.ID))
	}
	for _, s := range decoded.Sources {
		o.source(s.Name, s.Target, string(s.Status))
	}
	return o
}

func fromHTML(t *testing.T, r *report.Report) told {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(output(t, func(w io.Writer) error { return html.Write(w, r) })))
	if err != nil {
		t.Fatal(err)
	}
	o := newTold()
	data := func(s *goquery.Selection, name string) string { return s.AttrOr("data-"+name, "missing") }
	number := func(s string) int {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			t.Error(err)
		}
		return n
	}
	doc.Find(".tile[data-verdict]").Each(func(_ int, s *goquery.Selection) { o.Verdicts[data(s, "verdict")] = number(s.Find("dd").Text()) })
	doc.Find(".tile[data-severity]").Each(func(_ int, s *goquery.Selection) {
		o.Severities[data(s, "severity")] = number(s.Find("dd").Text())
	})
	doc.Find("#matrix td[data-code]").Each(func(_ int, s *goquery.Selection) { o.Codes[data(s, "code")] = number(s.Text()) })
	doc.Find("[data-finding]").Each(func(_ int, s *goquery.Selection) {
		o.finding(data(s.Closest("[data-verdict]"), "verdict"), data(s, "severity"), data(s, "finding"))
	})
	doc.Find("tr[data-source]").Each(func(_ int, s *goquery.Selection) {
		o.source(data(s, "source"), s.Find("td[data-label=Target]").Text(), data(s, "status"))
	})
	return o
}

func fromText(t *testing.T, r *report.Report) told {
	out := string(output(t, func(w io.Writer) error { return text.Write(w, r, text.Options{Width: 500, Verbose: true}) }))
	o := newTold()
	counts := func(line string, into map[string]int) {
		for _, m := range regexp.MustCompile(`(\d+) ([a-z ]+)`).FindAllStringSubmatch(line, -1) {
			n, _ := strconv.Atoi(m[1])
			into[strings.ReplaceAll(strings.TrimSpace(m[2]), " ", "-")] = n
		}
	}
	verdict, severity, rows := "", "", false
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if m := regexp.MustCompile(`^(Present|Undetermined|Not applicable|Absent) \(\d+\)$`).FindStringSubmatch(line); m != nil {
			verdict = strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		}
		if m := regexp.MustCompile(`^. (CRITICAL|MAJOR|MINOR|INFO) `).FindStringSubmatch(line); m != nil {
			severity = strings.ToLower(m[1])
		}
		if m := regexp.MustCompile(`(\d+) [A-Za-z -]+: (\d+) causes? present$`).FindStringSubmatch(line); m != nil {
			o.Codes[m[1]], _ = strconv.Atoi(m[2])
		}
		if m := regexp.MustCompile(`^(\S+)(.*?)  [✓◐✗–] (\S+)`).FindStringSubmatch(line); m != nil && rows {
			o.source(m[1], m[2], m[3])
		}
		switch label, rest, _ := strings.Cut(line, " "); label {
		case "Checks":
			counts(rest, o.Verdicts)
		case "Present":
			if strings.Contains(rest, "critical") {
				counts(rest, o.Severities)
			}
		case "Id":
			o.finding(verdict, severity, strings.TrimSpace(rest))
		case "SOURCE":
			rows = true
		case "Run":
			rows = false
		}
	}
	return o
}
