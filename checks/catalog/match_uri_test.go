package catalog

import "testing"

func TestParseMatch(t *testing.T) {
	for uri, want := range map[string]match{
		"sip:*@Contoso.com":                 {user: "*", host: "contoso.com"},
		" SIPS:*.contoso.com ":              {host: "*.contoso.com"},
		"sip:helpdesk@contoso.com":          {user: "helpdesk", host: "contoso.com"},
		"sip:*@*":                           {user: "*", host: "*"},
		"sip:*@contoso.com;user=phone":      {user: "*", host: "contoso.com", phone: true},
		"sip:*@contoso.com;x=1; USER=Phone": {user: "*", host: "contoso.com", phone: true},
		"sip:*@contoso.com;user=ip":         {user: "*", host: "contoso.com"},
		"TEL:+1425*":                        {phone: true},
		"":                                  {},
	} {
		if got := parseMatch(uri); got != want {
			t.Errorf("%q: got %+v, want %+v", uri, got, want)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		listed, domain string
		want           bool
	}{
		{"contoso.com", "contoso.com", true},
		{"Contoso.com ", "CONTOSO.com", true},
		{"contoso.com", "sales.contoso.com", false},
		{"*.contoso.com", "sales.contoso.com", true},
		{"*.contoso.com", "a.b.contoso.com", true},
		{"*.contoso.com", "contoso.com", false},
		{"*.contoso.com", ".contoso.com", false},
		{"*.contoso.com", "notcontoso.com", false},
		{"*contoso.com", "notcontoso.com", false},
		{"*", "contoso.com", false},
		{"", "contoso.com", false},
	} {
		if got := covers(tt.listed, tt.domain); got != tt.want {
			t.Errorf("covers(%q, %q) = %t", tt.listed, tt.domain, got)
		}
	}
}
