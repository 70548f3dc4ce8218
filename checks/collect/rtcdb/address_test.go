package rtcdb

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	tests := []struct {
		in   string
		want address
		text string
		spn  string
	}{
		{"lcs01.contoso.com", address{"lcs01.contoso.com", "", 1433}, "lcs01.contoso.com", "MSSQLSvc/lcs01.contoso.com:1433"},
		{"lcs01:1434", address{"lcs01", "", 1434}, "lcs01:1434", "MSSQLSvc/lcs01:1434"},
		{"lcs01,1434", address{"lcs01", "", 1434}, "lcs01:1434", ""},
		{"lcs01, 1434", address{"lcs01", "", 1434}, "lcs01:1434", ""},
		{`lcs01.contoso.com\rtc`, address{"lcs01.contoso.com", "rtc", 0}, `lcs01.contoso.com\rtc`, "MSSQLSvc/lcs01.contoso.com:rtc"},
		{`lcs01\rtc:1533`, address{"lcs01", "rtc", 1533}, `lcs01\rtc:1533`, "MSSQLSvc/lcs01:rtc"},
		{`lcs01\rtc,1533`, address{"lcs01", "rtc", 1533}, `lcs01\rtc:1533`, ""},
		{`tcp:lcs01\rtc`, address{"lcs01", "rtc", 0}, `lcs01\rtc`, ""},
		{`(local)\rtc`, address{"localhost", "rtc", 0}, `localhost\rtc`, ""},
		{`.\rtc`, address{"localhost", "rtc", 0}, `localhost\rtc`, ""},
		{`lcs01\MSSQLServer`, address{"lcs01", "", 1433}, "lcs01", ""},
		{"192.0.2.7", address{"192.0.2.7", "", 1433}, "192.0.2.7", ""},
		{"2001:db8::7", address{"2001:db8::7", "", 1433}, "2001:db8::7", "MSSQLSvc/[2001:db8::7]:1433"},
		{"[2001:db8::7]", address{"2001:db8::7", "", 1433}, "2001:db8::7", ""},
		{"[2001:db8::7]:1434", address{"2001:db8::7", "", 1434}, "[2001:db8::7]:1434", ""},
		{`[2001:db8::7]\rtc`, address{"2001:db8::7", "rtc", 0}, `2001:db8::7\rtc`, ""},
		{`  lcs01\rtc  `, address{"lcs01", "rtc", 0}, `lcs01\rtc`, ""},
	}
	for _, tt := range tests {
		got, err := parseAddress(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("parseAddress(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
			continue
		}
		if got.String() != tt.text {
			t.Errorf("parseAddress(%q) is written %q, want %q", tt.in, got, tt.text)
		}
		if tt.spn != "" && got.spn() != tt.spn {
			t.Errorf("parseAddress(%q) has SPN %q, want %q", tt.in, got.spn(), tt.spn)
		}
	}
}

func TestParseAddressErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `database server "": no host is named`},
		{`\rtc`, `no host is named`},
		{`lcs01\`, `no instance is named after the \`},
		{"lcs01:0", `port "0" is not a number from 1 to 65535`},
		{"lcs01:65536", `port "65536" is not a number from 1 to 65535`},
		{"lcs01:", `port "" is not a number`},
		{`lcs01\rtc:sql`, `port "sql" is not a number`},
		{`np:\\lcs01\pipe\sql\query`, `only TCP is supported, not np:`},
		{`\\lcs01\pipe\sql\query`, `want host, host:port`},
		{"sqlserver://lcs01", `want host, host:port`},
		{"lcs 01", `want host, host:port`},
		{`lcs01\rtc\x`, `want host, host:port`},
	}
	for _, tt := range tests {
		got, err := parseAddress(tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("parseAddress(%q) = %+v, %v; want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{`lcs01\rtc:1533`, "[2001:db8::7]:1434", "lcs01,1434", "tcp:.", `(local)\rtc`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseAddress(s)
		if err != nil {
			return
		}
		if a.host == "" || a.instance == "" && a.port == 0 || a.port < 0 || a.port > 65535 {
			t.Fatalf("parseAddress(%q) = %+v", s, a)
		}
		switch strings.ToLower(a.host) {
		case "tcp", "np", "lpc", "admin":
			return // would be read as the name of a protocol
		}
		again, err := parseAddress(a.String())
		if err != nil || again != a {
			t.Fatalf("parseAddress(%q) = %+v, but %q gives %+v, %v", s, a, a.String(), again, err)
		}
	})
}
