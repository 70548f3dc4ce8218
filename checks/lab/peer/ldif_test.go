package peer

import (
	"strings"
	"testing"
)

func TestLDIFLine(t *testing.T) {
	for _, tt := range []struct{ value, want string }{
		{"sip:alice@contoso.com", "a: sip:alice@contoso.com\n"},
		{"CN=Pools,DC=X", "a: CN=Pools,DC=lcs,DC=test\n"},
		{"DC=X,CN=elsewhere", "a: DC=X,CN=elsewhere\n"},
		{"CN=DC=XY", "a: CN=DC=XY\n"},
		{" led by a blank", "a:: IGxlZCBieSBhIGJsYW5r\n"},
		{"ends in one ", "a:: ZW5kcyBpbiBvbmUg\n"},
		{":colon", "a:: OmNvbG9u\n"},
		{"<file", "a:: PGZpbGU=\n"},
		{"two\nlines", "a:: dHdvCmxpbmVz\n"},
		{"CN=Jörg,DC=X", "a:: Q049SsO2cmcsREM9bGNzLERDPXRlc3Q=\n"},
	} {
		l := &ldif{baseDN: "DC=lcs,DC=test"}
		l.line("a", tt.value)
		if got := l.b.String(); got != tt.want {
			t.Errorf("line of %q = %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestForestLeavesOutWhatIsEmpty(t *testing.T) {
	got := Forest{
		Users: []User{
			{Account: "erin"},
			{Account: "mallory", Enabled: true, Attributes: map[string][]string{"MSRTCSIP-userenabled": nil, "description": {"x"}}},
		},
		Servers: []Server{{Computer: "LCS01", SPNs: []string{}, FQDN: "lcs01.contoso.com"}},
	}.LDIF("DC=lcs,DC=test")
	for _, unwanted := range []string{"msRTCSIP-PrimaryUserAddress", "msRTCSIP-UserEnabled", "CN=Pools", "PoolAddress", "servicePrincipalName"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("LDIF holds %s:\n%s", unwanted, got)
		}
	}
	if !strings.Contains(got, "\ndescription: x\n") {
		t.Errorf("LDIF lacks the added attribute:\n%s", got)
	}
}
