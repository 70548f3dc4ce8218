package checks_test

import (
	"slices"
	"testing"

	"lcshealth/checks"
)

func TestNear(t *testing.T) {
	names := []string{"sip:kim@contoso.com", "KIM@fabrikam.com", "kym@contoso.com", "lee@contoso.com", "", "somebody.else@litware.example"}
	for asked, want := range map[string][]string{
		"sip:kin@contoso.com": {"kim@contoso.com", "kym@contoso.com"},
		"kim@contso.com":      {"kim@contoso.com", "kim@fabrikam.com", "kym@contoso.com"},
		"nobody@example.com":  nil,
	} {
		if got := checks.Near(asked, names); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", asked, got, want)
		}
	}
}
