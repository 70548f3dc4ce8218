package diagnosis_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"
	"lcshealth/report/diagnosis"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/text"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// sample is a diagnosis with something of everything, and hostile words.
func sample(t *testing.T) *diagnosis.Diagnosis {
	t.Helper()
	result := told(t, trace.RTC, func(c *lab.Client) {
		c.SignIn(200, "OK")
		c.Begin("chat")
		c.Say(true, "MESSAGE sip:lee@litware.example SIP/2.0", "1 MESSAGE", []string{"Content-Type: text/plain"}, "a body that nobody may see")
		c.Say(false, "SIP/2.0 504 Cannot locate the next server", "1 MESSAGE", nil, "")
		c.Wait(9 * 60 * 1e9)
		c.Begin("again")
		c.SignIn(404, "Not Found <b>\x1b[31m", `ms-diagnostics: 1003;reason="User does not exist"`)
		later(c)
	})
	d := diagnosis.Of(diagnosis.Question{
		Log: result, Files: []string{"Rtcdll0.log"}, Causes: catalog.All(),
		Damage: []diagnosis.Damage{{Kind: "line is no header", Count: 2, File: "Rtcdll0.log", Line: 7}},
	})
	besides := finding("sql-service-stopped", one, checks.Present)
	d.Judge(diagnosis.Checked{
		From: "configuration", Deployment: deployment(), Held: true, Homes: []string{"CN=LCS01"},
		Findings: []checks.Finding{
			finding("sip-domain-not-listed", one, checks.Absent), finding("user-not-enabled", one, checks.Present),
			finding("signin-name-mismatch", one, checks.NotApplicable), finding("user-missing-from-database", one, checks.Undetermined),
			finding("user-entry-damaged", one, checks.Undetermined), finding("directory-connector-errors", one, checks.Absent),
			finding("directory-connector-errors", two, checks.Present), besides,
		},
	})
	d.Run = diagnosis.Run{StartedAt: at, Version: "1.0", Catalog: "2026.2", ExitCode: d.Exit()}
	return d
}

// unchecked is one whose server side nobody has looked at.
func unchecked(t *testing.T) *diagnosis.Diagnosis {
	t.Helper()
	d := of(t, trace.UCCAPI, rejected(400, "Bad Request"))
	d.Advise([]string{"a log.uccapilog"}, false)
	d.Run = diagnosis.Run{StartedAt: at, Version: "1.0", Catalog: "2026.2", ExitCode: d.Exit()}
	return d
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// outputs are a diagnosis in every format.
func outputs(t *testing.T, d *diagnosis.Diagnosis) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"txt": written(t, func(w io.Writer) error { return diagnosis.WriteText(w, d, text.Options{}) }),
		"verbose.txt": written(t, func(w io.Writer) error {
			return diagnosis.WriteText(w, d, text.Options{Width: 120, Verbose: true, Color: true})
		}),
		"json": written(t, func(w io.Writer) error { return diagnosis.WriteJSON(w, d) }),
		"html": written(t, func(w io.Writer) error { return diagnosis.WriteHTML(w, d) }),
	}
}

func TestGolden(t *testing.T) {
	for name, d := range map[string]*diagnosis.Diagnosis{"sample": sample(t), "unchecked": unchecked(t)} {
		for format, got := range outputs(t, d) {
			if format == "html" {
				got = []byte(body(t, got)) // the style is that of every report
			}
			reporttest.Golden(t, "testdata/"+name+"."+format, got)
		}
	}
}

func body(t *testing.T, page []byte) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(page), "<body>")
	if !ok {
		t.Fatal("the page has no body")
	}
	return rest
}

// Nothing secret of the log is in any format, and nothing acts on a terminal.
func TestSecretsAndHostileWords(t *testing.T) {
	for format, got := range outputs(t, sample(t)) {
		for _, secret := range []string{planted, "TlRMTVNT", "nobody may see", "gssapi-data", "rspauth"} {
			if bytes.Contains(got, []byte(secret)) {
				t.Errorf("%s holds %q", format, secret)
			}
		}
		if format != "verbose.txt" && bytes.ContainsAny(got, "\x1b") || bytes.Contains(got, []byte("\x1b[31m")) {
			t.Errorf("%s holds an escape sequence", format)
		}
		if format == "html" && bytes.Contains(got, []byte("Not Found <b>")) {
			t.Error("the page takes markup from the log")
		}
	}
}

func TestPage(t *testing.T) {
	page := outputs(t, sample(t))["html"]
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, none := range []string{"script", "link", "img", "iframe", "object", "form", "base", "[src]", "[style]", "meta[http-equiv=refresh]"} {
		if n := doc.Find(none).Length(); n > 0 {
			t.Errorf("%d %s", n, none)
		}
	}
	sum := sha256.Sum256([]byte(doc.Find("style").Text()))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if got, _ := doc.Find("meta[http-equiv=Content-Security-Policy]").Attr("content"); got != want {
		t.Errorf("the policy is %q, want %q", got, want)
	}
	svg := doc.Find("svg.ladder")
	if svg.Length() != 1 || svg.AttrOr("role", "") != "img" || svg.Find("title").Length() != 1 || !strings.Contains(svg.Find("desc").Text(), "6 messages between sip:kim@contoso.com and lcs01.contoso.com") {
		t.Error("the drawing has no text")
	}
	if arrows, items := svg.Find("polygon").Length(), doc.Find("#exchange ol li").Length(); arrows != 6 || items != arrows {
		t.Errorf("%d arrows and %d items of the list", arrows, items)
	}
	if got := doc.Find("#present article").AttrOr("data-cause", ""); got != "user-not-enabled" {
		t.Errorf("present is %q", got)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if ids[id] {
			t.Errorf("the id %s is there twice", id)
		}
		ids[id] = true
	})
	doc.Find("a[href^='#']").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); !ids[href[1:]] {
			t.Errorf("%s leads nowhere", href)
		}
	})
}

// The JSON comes back as it was.
func TestRoundTrip(t *testing.T) {
	d := sample(t)
	var got diagnosis.Diagnosis
	if err := json.Unmarshal(outputs(t, d)["json"], &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Failure, got.Failure); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(d.Causes, got.Causes); diff != "" {
		t.Error(diff)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrors(t *testing.T) {
	d := unchecked(t)
	for want, write := range map[string]func() error{
		"write the diagnosis as text: disk full": func() error { return diagnosis.WriteText(full{}, d, text.Options{}) },
		"write the diagnosis as JSON: disk full": func() error { return diagnosis.WriteJSON(full{}, d) },
		"write the diagnosis as HTML: disk full": func() error { return diagnosis.WriteHTML(full{}, d) },
	} {
		if err := write(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
