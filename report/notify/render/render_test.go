package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/notify"
	"lcshealth/report/notify/render"

	"github.com/PuerkitoBio/goquery"
)

var now = time.Date(2026, 3, 5, 5, 7, 0, 0, time.UTC)

// samples are notifications of every occasion, with hostile names in them.
func samples(t *testing.T) map[string]*notify.Notification {
	t.Helper()
	before, after := reporttest.Sample(), reporttest.Later()
	policy := notify.Policy{BaseURL: "https://lcshealth.contoso.com/"}
	ops := []notify.Rules{{Channel: "ops"}}
	known := map[string]history.Known{}
	for _, f := range before.Findings {
		known[f.ID] = history.Known{Since: now.Add(-24 * time.Hour), LastSeen: now.Add(-24 * time.Hour)}
	}
	one := func(p notify.Plans) *notify.Notification {
		if len(p.Messages) != 1 {
			t.Fatalf("%d messages are planned", len(p.Messages))
		}
		return p.Messages[0].Notification
	}
	digest := policy
	digest.Digest = notify.Schedule{Every: "daily", At: "05:00"}
	toldOnce := map[string]history.Known{notify.DigestID: {Told: map[string]history.Told{"ops": {At: now.Add(-24 * time.Hour), Kind: "digest"}}}}
	for id, k := range known {
		toldOnce[id] = k
	}
	return map[string]*notify.Notification{
		"changes": one(notify.Plan(now, policy, ops, notify.Audit{Scope: "contoso", Report: after, Comparison: compare.Compare(before, after), Known: known})),
		"first":   one(notify.Plan(now, policy, ops, notify.Audit{Scope: "contoso", Report: before})),
		"digest":  one(notify.Plan(now, digest, ops, notify.Audit{Scope: "contoso", Report: after, Comparison: compare.Compare(before, after), Known: toldOnce})),
		"failed":  one(notify.PlanTrouble(now, policy, ops, notify.Trouble{Scope: "contoso", Occasion: notify.AuditFailed, LastRun: now.Add(-24 * time.Hour), Why: "read the configuration:\r\n" + reporttest.Script}, nil)),
		"stale":   one(notify.PlanTrouble(now, policy, ops, notify.Trouble{Scope: "contoso", Occasion: notify.AuditsStale, Every: 24 * time.Hour}, nil)),
		"test":    notify.TrialOf(now, "ops", "contoso"),
	}
}

// formats are all ways to write a notification.
var formats = map[string]func(*notify.Notification) ([]byte, error){
	"txt":        func(n *notify.Notification) ([]byte, error) { return []byte(render.Text(n)), nil },
	"html":       func(n *notify.Notification) ([]byte, error) { page, err := render.HTML(n); return []byte(page), err },
	"json":       indented(render.JSON),
	"slack.json": indented(render.Slack),
	"teams.json": indented(render.Teams),
}

func indented(write func(*notify.Notification) ([]byte, error)) func(*notify.Notification) ([]byte, error) {
	return func(n *notify.Notification) ([]byte, error) {
		encoded, err := write(n)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err = json.Indent(&out, encoded, "", "  ")
		out.WriteByte('\n')
		return out.Bytes(), err
	}
}

func TestGolden(t *testing.T) {
	for name, n := range samples(t) {
		for format, write := range formats {
			out, err := write(n)
			if err != nil {
				t.Fatalf("%s as %s: %v", name, format, err)
			}
			reporttest.Golden(t, "testdata/"+name+"."+format, out)
		}
	}
}

// What is stored in the outbox comes back as it was.
func TestPayload(t *testing.T) {
	for name, n := range samples(t) {
		m, err := notify.Planned{Channel: "ops", Notification: n, NotBefore: now}.Message()
		if err != nil {
			t.Fatal(err)
		}
		back, err := notify.Parse(m.Payload)
		if err != nil {
			t.Fatal(err)
		}
		for format, write := range formats {
			want, err1 := write(n)
			got, err2 := write(back)
			if err1 != nil || err2 != nil || !bytes.Equal(want, got) {
				t.Errorf("%s as %s differs after it was stored (%v, %v)", name, format, err1, err2)
			}
		}
	}
	if _, err := notify.Parse([]byte(`{"format":2}`)); err == nil {
		t.Error("a message of another format is read")
	}
}

func TestJSONIsAsTheSchemaSays(t *testing.T) {
	validate := reporttest.Validator(t, notify.Schema())
	for name, n := range samples(t) {
		encoded, err := render.JSON(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(encoded); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(encoded, []byte("null")) {
			t.Errorf("%s holds null:\n%s", name, encoded)
		}
	}
	good, err := render.JSON(samples(t)["changes"])
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct {
		old, new string
		valid    bool
	}{
		{`"kind":"new"`, `"kind":"newer"`, false},
		{`"occasion":"changes"`, `"occasion":"party"`, false},
		{`"at":"2026`, `"at":"x2026`, false},
		{`"scope":`, `"scopes":`, false},
		{`"scope":`, `"added":[1],"scope":`, true},
	} {
		changed := strings.Replace(string(good), change.old, change.new, 1)
		if changed == string(good) {
			t.Fatalf("the sample does not hold %s", change.old)
		}
		if err := validate([]byte(changed)); (err == nil) != change.valid {
			t.Errorf("%s: %v", change.new, err)
		}
	}
}

// hostile is a finding whose every name attacks.
func hostile() *notify.Notification {
	evil := "lcs01\r\nBcc: all@contoso.com\r\n\r\n<script>alert(1)</script> <!channel> <@U1> @here @Everyone [x](https://evil.example) *b* \x1b[31m\u202e & \"'"
	f := checks.Finding{
		ID: "c/" + evil, Cause: "c", Title: "Title " + evil, Severity: checks.Critical, Verdict: checks.Present, Reason: evil,
		Subject: checks.Subject{Kind: checks.ServerSubject, Name: evil, Server: evil},
		Remedy:  []checks.Step{{Text: "Do " + evil, Command: "echo `id` <!channel> & del", Host: evil}},
	}
	r := report.New(report.Run{ID: "run\r\nX: " + evil, Catalog: evil}, []checks.Finding{f}, nil)
	return notify.Plan(now, notify.Policy{BaseURL: "https://lcshealth.contoso.com"}, []notify.Rules{{Channel: "ops"}}, notify.Audit{Scope: "s\r\nX: y", Report: r}).Messages[0].Notification
}

func TestHostileNames(t *testing.T) {
	n := hostile()
	if strings.ContainsAny(n.Subject+n.Scope+n.Summary, "\r\n\x1b") {
		t.Errorf("the subject line is %q", n.Subject)
	}
	text := render.Text(n)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Bcc:") || strings.ContainsAny(line, "\r\x1b\u202e") {
			t.Errorf("the text has a line %q", line)
		}
	}
	page, err := render.HTML(n)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	if found := doc.Find("script, img, link, iframe, object, form, [src], [onclick]"); found.Length() > 0 {
		t.Errorf("the page holds %s", found.Nodes[0].Data)
	}
	doc.Find("a").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); !strings.HasPrefix(href, "https://lcshealth.contoso.com/runs/") {
			t.Errorf("the page links to %q", href)
		}
	})
	if command := doc.Find("pre").Text(); command != "echo `id` <!channel> & del" {
		t.Errorf("the command is %q", command)
	}

	encoded, err := render.Slack(n)
	if err != nil {
		t.Fatal(err)
	}
	walk(t, encoded, func(key, s string) {
		for _, loud := range []string{"<!", "<@", "@here", "@Everyone", "<script"} {
			if strings.Contains(s, loud) {
				t.Errorf("Slack's %s holds %s: %q", key, loud, s)
			}
		}
		if strings.Contains(s, "echo `id`") {
			t.Errorf("a command ends its code: %q", s)
		}
	})

	encoded, err = render.Teams(n)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(encoded, []byte(`"TextBlock"`)) {
		t.Error("the card holds text that is taken for Markdown")
	}
}

// walk calls a function with each string of a JSON text.
func walk(t *testing.T, encoded []byte, visit func(key, s string)) {
	t.Helper()
	var v any
	if err := json.Unmarshal(encoded, &v); err != nil {
		t.Fatal(err)
	}
	var down func(key string, v any)
	down = func(key string, v any) {
		switch v := v.(type) {
		case string:
			visit(key, v)
		case []any:
			for _, x := range v {
				down(key, x)
			}
		case map[string]any:
			for k, x := range v {
				down(k, x)
			}
		}
	}
	down("", v)
}

// Whatever there is to tell, the limits of the receivers hold, and what is left
// out is counted.
func TestLimits(t *testing.T) {
	var findings []checks.Finding
	for i := range 3000 {
		name := fmt.Sprintf("lcs%04d.contoso.com", i)
		findings = append(findings, checks.Finding{
			ID: "c/" + name, Cause: "c", Title: strings.Repeat("很长 ", 200), Severity: checks.Major, Verdict: checks.Present,
			Reason: strings.Repeat("why & <not> ", 400), Subject: checks.Subject{Kind: checks.ServerSubject, Name: name, Server: name},
			Remedy: []checks.Step{{Text: strings.Repeat("do ", 500), Command: strings.Repeat("x&", 450)}},
		})
	}
	r := report.New(report.Run{ID: "1"}, findings, nil)
	n := notify.Plan(now, notify.Policy{}, []notify.Rules{{Channel: "ops"}}, notify.Audit{Scope: "s", Report: r}).Messages[0].Notification
	if len(n.Changes)+n.Omitted != 3000 || n.Counts[notify.Standing] != 3000 {
		t.Errorf("%d changes and %d more", len(n.Changes), n.Omitted)
	}
	if text := render.Text(n); !strings.Contains(text, "and 2900 more") {
		t.Errorf("the text does not count what it leaves out:\n%.300s", text)
	}

	encoded, err := render.JSON(n)
	if err != nil {
		t.Fatal(err)
	}
	var back notify.Notification
	if err := json.Unmarshal(encoded, &back); err != nil || len(encoded) > 512<<10 || len(back.Changes)+back.Omitted != 3000 {
		t.Errorf("the JSON has %d bytes, %d changes and %d more (%v)", len(encoded), len(back.Changes), back.Omitted, err)
	}

	encoded, err = render.Teams(n)
	if err != nil || len(encoded) > 28_000 || !bytes.Contains(encoded, []byte(" more")) {
		t.Errorf("the card has %d bytes (%v)", len(encoded), err)
	}

	encoded, err = render.Slack(n)
	if err != nil {
		t.Fatal(err)
	}
	var slack struct {
		Blocks []struct {
			Type string
			Text struct{ Text string }
		}
	}
	if err := json.Unmarshal(encoded, &slack); err != nil {
		t.Fatal(err)
	}
	if len(slack.Blocks) > 50 || !bytes.Contains(encoded, []byte("and 2980 more")) {
		t.Errorf("%d blocks", len(slack.Blocks))
	}
	for _, b := range slack.Blocks {
		if most := map[string]int{"header": 150, "section": 3000}[b.Type]; utf8.RuneCountInString(b.Text.Text) > most {
			t.Errorf("a %s of %d characters", b.Type, utf8.RuneCountInString(b.Text.Text))
		}
	}
}
