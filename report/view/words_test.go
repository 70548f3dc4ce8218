package view_test

import (
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report/view"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{view.CodeWords(503), "503 Service Unavailable"},
		{view.CodeWords(699), "699"},
		{view.Stamp(time.Time{}), ""},
		{view.Stamp(time.Date(2026, 3, 4, 1, 2, 3, 0, time.FixedZone("", 3600))), "2026-03-04 00:02:03 UTC"},
		{view.Duration(0), "0.0 s"},
		{view.Duration(950), "0.9 s"},
		{view.Duration(125_400), "2 min 5 s"},
		{view.Count(1, "user", "users"), "1 user"},
		{view.Count(0, "user", "users"), "0 users"},
		{view.List(nil, 3), ""},
		{view.List([]string{"a"}, 3), "a"},
		{view.List([]string{"a", "b"}, 3), "a and b"},
		{view.List([]string{"a", "b", "c", "d"}, 3), "a, b, c and d"},
		{view.List([]string{"a", "b", "c", "d", "e"}, 3), "a, b, c and 2 more"},
		{view.VerdictWords(checks.NotApplicable), "not applicable"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestShapesDiffer(t *testing.T) {
	seen := map[string]checks.Severity{}
	for _, s := range checks.Severities() {
		shape := view.SeverityShape(s)
		if other, taken := seen[shape]; taken || shape == "" {
			t.Errorf("%s and %s have the shape %q", s, other, shape)
		}
		seen[shape] = s
	}
}

func TestAbout(t *testing.T) {
	for _, tt := range []struct {
		subject checks.Subject
		want    string
	}{
		{checks.Subject{Kind: checks.DeploymentSubject}, "the deployment"},
		{checks.Subject{Kind: checks.DeploymentSubject, Name: "deployment"}, "the deployment"},
		{checks.Subject{Kind: checks.DeploymentSubject, Name: "contoso.com"}, "deployment contoso.com"},
		{checks.Subject{Kind: checks.ServerSubject, Name: "lcs01", Server: "lcs01"}, "server lcs01"},
		{checks.Subject{Kind: checks.UsersSubject, Name: "users of lcs01", Server: "lcs01"}, "users of lcs01"},
		{checks.Subject{Kind: checks.UsersSubject, Name: "users of pool", Server: "lcs01"}, "users of pool (lcs01)"},
	} {
		f := view.Finding{Finding: checks.Finding{Subject: tt.subject}}
		if got := f.About(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.subject, got, tt.want)
		}
	}
}

func TestArticleURL(t *testing.T) {
	for article, want := range map[string]string{
		"KB 871023, 403 - Forbidden":                   "",
		"https://learn.microsoft.com/example, Remarks": "https://learn.microsoft.com/example",
		"javascript:alert(1)":                          "",
	} {
		if got := (&view.Finding{Finding: checks.Finding{Article: article}}).ArticleURL(); got != want {
			t.Errorf("%q: got %q, want %q", article, got, want)
		}
	}
}

// Ids become anchors that need no escaping, and never the same one.
func FuzzAnchor(f *testing.F) {
	f.Add("sql-service-stopped:lcs01.contoso.com", "sql-service-stopped:lcs01_contoso.com")
	f.Add("a b", "a_20b")
	f.Add("", "\"><script>")
	f.Fuzz(func(t *testing.T, a, b string) {
		anchor := func(id string) string { return of(checks.Finding{ID: id, Verdict: checks.Present}).Present[0].Anchor }
		x, y := anchor(a), anchor(b)
		if (a == b) != (x == y) {
			t.Errorf("%q and %q become %q and %q", a, b, x, y)
		}
		if strings.Trim(x, "-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			t.Errorf("%q becomes %q", a, x)
		}
	})
}
