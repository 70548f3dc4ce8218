package lab_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/redact"
	"lcshealth/checks/facts/redact/redacttest"
	"lcshealth/checks/lab"

	"github.com/google/go-cmp/cmp"
)

// Whatever is wrong, redacted facts show the same causes in the same way, and
// none of their names.
func TestRedactedFactsShowTheSame(t *testing.T) {
	slots := make(chan struct{}, 4*runtime.GOMAXPROCS(0)) // some wait for a source that hangs
	for _, fault := range append(lab.Faults(), lab.Fault{ID: "none"}) {
		t.Run(strings.ReplaceAll(fault.ID, ":", "-"), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			var faults []string
			if fault.ID != "none" {
				faults = []string{fault.ID}
			}
			o := check(t, start(t, faults...))
			sameRedacted(t, o)
		})
	}
}

func sameRedacted(t *testing.T, o outcome) {
	r, err := redact.New([]byte("a key for this test"))
	if err != nil {
		t.Fatal(err)
	}
	names := redacttest.Of(o.deployment, o.users)
	if names.Len() < 500 {
		t.Fatalf("only %d names are looked for", names.Len())
	}
	d := r.Deployment(o.deployment)
	users := collect.NewUsers(t.TempDir())
	defer users.Close()
	for _, u := range o.users {
		redacted := r.SignIn(u)
		for _, a := range redacted.Accounts {
			if err := users.AddAccount(a); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range redacted.Entries {
			if err := users.AddEntry(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	var sorted []*facts.SignIn
	for u, err := range users.SignIns(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		sorted = append(sorted, u)
	}
	if len(sorted) != len(o.users) {
		t.Errorf("%d users became %d", len(o.users), len(sorted))
	}
	findings, err := checks.Judge(t.Context(), catalog.All(), d, seq(sorted), checks.Options{Sample: -1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shown(o.findings, r), shown(findings, nil)); diff != "" {
		t.Errorf("-with names +redacted:\n%s", diff)
	}
	for _, f := range findings {
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if found := names.In(string(text)); len(found) > 0 {
			t.Errorf("%s still holds %q: %s", f.ID, found, text)
		}
	}
	noNamesIn(t, stored(t, d, sorted), names)
}

// shown is what findings say, with their names replaced by r.
func shown(findings []checks.Finding, r *redact.Redactor) (out []string) {
	for _, f := range findings {
		subject, shape := f.Subject.Name, f.Shape
		server, users := f.Subject.Server, 0
		if r != nil {
			const of = "users of "
			switch name, isUsers := strings.CutPrefix(subject, of); {
			case isUsers && name != "the forest" && name != "other home servers" && name != "home servers":
				subject = of + r.Host(name)
			case !isUsers && subject != "deployment":
				subject = r.Host(subject)
			}
			if server = r.Host(server); strings.Contains(shape, ".") {
				shape = r.Host(shape)
			}
		}
		if f.Affected != nil {
			users = f.Affected.Count
		}
		out = append(out, fmt.Sprint(f.Cause, " ", subject, " ", server, " ", shape, " ", f.Verdict, " ", f.Severity, " ", f.Codes, " ", users, " users, of ", f.ConsequenceOf,
			", ", len(f.Evidence), " pieces of evidence, ", len(f.Settle), " to settle, ", len(f.Remedy), " steps"))
	}
	slices.Sort(out)
	return out
}

func seq(users []*facts.SignIn) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for _, u := range users {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func stored(t *testing.T, d *facts.Deployment, users []*facts.SignIn) string {
	var file bytes.Buffer
	w, err := facts.NewWriter(&file, facts.Header{Tool: "lcshealth", CollectedAt: d.CollectedAt, Redacted: d.Redacted})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Deployment(d); err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if err := w.SignIn(u); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var octets = regexp.MustCompile(`"[0-9A-Za-z+/]{16,}={0,2}"`)

// noNamesIn looks at the texts of stored facts, and at their octets.
func noNamesIn(t *testing.T, text string, names *redacttest.Names) {
	for _, encoded := range octets.FindAllString(text, -1) {
		raw, err := base64.StdEncoding.DecodeString(strings.Trim(encoded, `"`))
		if err != nil {
			continue
		}
		if found := names.InOctets(raw); len(found) > 0 {
			t.Errorf("octets %s still hold %q", encoded, found)
		}
		text = strings.Replace(text, encoded, `""`, 1)
	}
	for line := range strings.Lines(text) {
		if found := names.In(line); len(found) > 0 {
			t.Errorf("a line still holds %q: %s", found, line[:min(len(line), 2000)])
		}
	}
}
