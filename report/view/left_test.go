package view_test

import (
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report/view"

	"github.com/google/go-cmp/cmp"
)

// A source is told with what its own failure left open, and with nothing else.
func TestLeft(t *testing.T) {
	open := func(cause, reason string) checks.Finding {
		f := because(onServer(checks.Undetermined, checks.Major, cause), reason)
		f.Cause = cause
		return f
	}
	v := of(
		open("a", "rtcdb lcs01.contoso.com: connection refused"),
		open("b", "rtcdb lcs01.contoso.com: connection refused"),
		open("a", "rtcdb lcs01.contoso.com: login failed"),
		open("c", "rtcdb lcs01.contoso.com.example: connection refused"),
		open("d", "host: no host file was named"),
	)
	for _, tt := range []struct {
		name, target string
		want         *view.Left
	}{
		{"rtcdb", "lcs01.contoso.com", &view.Left{Count: 3, Causes: []string{"a", "b"}}},
		{"rtcdb", "lcs02.contoso.com", nil},
		{"host", "", &view.Left{Count: 1, Causes: []string{"d"}}},
	} {
		if diff := cmp.Diff(tt.want, v.Left(facts.Source{Name: tt.name, Target: tt.target})); diff != "" {
			t.Errorf("%s %s, -want +got:\n%s", tt.name, tt.target, diff)
		}
	}
}
