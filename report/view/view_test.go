package view_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"

	"github.com/google/go-cmp/cmp"
)

func of(findings ...checks.Finding) *view.View {
	return view.Of(report.New(report.Run{}, findings, nil))
}

// tree writes findings as "a(b(c) d) e".
func tree(findings []*view.Finding) string {
	var parts []string
	for _, f := range findings {
		part := f.ID
		if len(f.Consequences) > 0 {
			part += "(" + tree(f.Consequences) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestFold(t *testing.T) {
	found := func(id string, severity checks.Severity, parent string) checks.Finding {
		return checks.Finding{ID: id, Verdict: checks.Present, Severity: severity, Parent: parent}
	}
	tests := []struct {
		name     string
		findings []checks.Finding
		want     string
	}{
		{"none", nil, ""},
		{"by severity, else in order", []checks.Finding{found("a", checks.Info, ""), found("b", checks.Minor, ""), found("c", checks.Critical, ""), found("d", checks.Minor, "")}, "c b d a"},
		{"two levels, children first", []checks.Finding{found("c", checks.Major, "b"), found("b", checks.Major, "a"), found("a", checks.Critical, "")}, "a(b(c))"},
		{"consequences by severity", []checks.Finding{found("a", checks.Critical, ""), found("b", checks.Info, "a"), found("c", checks.Major, "a")}, "a(c b)"},
		{"a critical consequence lifts its cause", []checks.Finding{found("a", checks.Major, ""), found("b", checks.Minor, ""), found("c", checks.Critical, "b")}, "b(c) a"},
		{"explained by what is not here", []checks.Finding{found("a", checks.Major, "gone")}, "a"},
		{"explained by what is not present", []checks.Finding{found("a", checks.Major, "b"), {ID: "b", Verdict: checks.Absent}}, "a"},
		{"explained by itself", []checks.Finding{found("a", checks.Major, "a")}, "a"},
		{"in a circle", []checks.Finding{found("a", checks.Major, "b"), found("b", checks.Major, "a"), found("c", checks.Info, "b")}, "a(b(c))"},
		{"below a circle", []checks.Finding{found("c", checks.Info, "b"), found("a", checks.Major, "b"), found("b", checks.Major, "a")}, "a(b(c))"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := of(tt.findings...)
			if got := tree(v.Present); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			shown, present := 0, 0
			for range view.All(v.Present) {
				shown++
			}
			for _, f := range tt.findings {
				if f.Verdict == checks.Present {
					present++
				}
			}
			if shown != present {
				t.Errorf("%d findings are shown, %d are present", shown, present)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	for f := range view.All(view.Of(reporttest.Sample()).Present) {
		want := 0
		if f.Explanation != nil {
			want = f.Explanation.Depth + 1
		}
		if f.Depth != want {
			t.Errorf("%s has depth %d, want %d", f.ID, f.Depth, want)
		}
	}
}

func TestGroup(t *testing.T) {
	open := func(cause, server, reason string, severity checks.Severity, settle ...string) checks.Finding {
		return checks.Finding{
			ID: cause + server, Cause: cause, Title: cause, Codes: []int{len(cause)}, Verdict: checks.Undetermined, Severity: severity,
			Reason: reason, Settle: settle, Subject: checks.Subject{Kind: checks.ServerSubject, Name: server},
		}
	}
	v := of(
		open("x", "s1", "minor thing", checks.Minor),
		open("xx", "s1", "dead", checks.Major, "start it"),
		open("x", "s1", "dead", checks.Minor, "start it", "open the port"),
		open("xxx", "s2", "dead", checks.Major),
		open("xxxx", "s1", "dead", checks.Major),
		open("xxxx", "s2", "dead", checks.Major),
		open("x", "s9", "", checks.Major),
		open("x", "s8", "worse", checks.Critical),
	)
	var got []string
	for _, g := range v.Undetermined {
		got = append(got, g.Reason)
	}
	if diff := cmp.Diff([]string{"worse", "dead", "no reason was given", "minor thing"}, got); diff != "" {
		t.Fatalf("groups, -want +got:\n%s", diff)
	}
	dead := v.Undetermined[1]
	if dead.Worst != checks.Major || len(dead.Findings) != 5 {
		t.Errorf("worst is %s of %d, want major of 5", dead.Worst, len(dead.Findings))
	}
	if diff := cmp.Diff([]string{"start it", "open the port"}, dead.Settle); diff != "" {
		t.Errorf("settle, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4}, dead.Codes); diff != "" {
		t.Errorf("codes, -want +got:\n%s", diff)
	}
	cause := func(id string) view.OpenCause { return view.OpenCause{ID: id, Title: id, Codes: []int{len(id)}} }
	want := []view.Open{
		{Causes: []view.OpenCause{cause("xx"), cause("x")}, About: []string{"server s1"}},
		{Causes: []view.OpenCause{cause("xxx")}, About: []string{"server s2"}},
		{Causes: []view.OpenCause{cause("xxxx")}, About: []string{"server s1", "server s2"}},
	}
	if diff := cmp.Diff(want, dead.Open); diff != "" {
		t.Errorf("open, -want +got:\n%s", diff)
	}
}

// Whatever order the findings come in, everything is shown once and the same
// summary comes out.
func TestOrderDoesNotMatter(t *testing.T) {
	want := view.Of(reporttest.Sample())
	shuffled := reporttest.Sample()
	slices.Reverse(shuffled.Findings)
	got := view.Of(shuffled)
	if diff := cmp.Diff(want.Verdicts, got.Verdicts); diff != "" {
		t.Error(diff)
	}
	if got.Answer.Headline != want.Answer.Headline {
		t.Errorf("headline is %q, want %q", got.Answer.Headline, want.Answer.Headline)
	}
	if got.Present[0].Cause != "sql-service-stopped" || got.Present[0].Consequent() != 2 {
		t.Errorf("first is %s with %d consequences", got.Present[0].Cause, got.Present[0].Consequent())
	}
}

// The report must not change, and nothing in the view may act on a terminal.
func TestClean(t *testing.T) {
	r := reporttest.Sample()
	r.Run.Config, r.Run.Scope.Servers = reporttest.Escapes, []string{reporttest.Override}
	v := view.Of(r)
	want := reporttest.Sample()
	if diff := cmp.Diff(want.Findings, r.Findings); diff != "" {
		t.Errorf("the report was changed, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want.Sources, r.Sources); diff != "" {
		t.Errorf("the report was changed, -want +got:\n%s", diff)
	}
	n := 0
	visit(reflect.ValueOf(v), map[any]bool{}, func(s string) {
		n++
		if cleaned := report.Clean(s); cleaned != s {
			t.Errorf("%q is not clean", s)
		}
	})
	if n < 300 {
		t.Errorf("only %d strings were visited", n)
	}
}

// visit calls f for each string that can be reached from v.
func visit(v reflect.Value, seen map[any]bool, f func(string)) {
	switch v.Kind() {
	case reflect.String:
		f(v.String())
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Interface()] {
			seen[v.Interface()] = true
			visit(v.Elem(), seen, f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				visit(v.Field(i), seen, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), seen, f)
		}
	}
}
