package pki_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
	"unicode/utf16"

	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

var (
	commonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	component  = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	strange    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
)

func TestRawName(t *testing.T) {
	ia5 := func(s string) asn1.RawValue { return asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(s)} }
	bmp := func(s string) asn1.RawValue {
		v := asn1.RawValue{Tag: asn1.TagBMPString}
		for _, unit := range utf16.Encode([]rune(s)) {
			v.Bytes = append(v.Bytes, byte(unit>>8), byte(unit))
		}
		return v
	}
	one := func(a ...pkix.AttributeTypeAndValue) pkix.RelativeDistinguishedNameSET { return a }
	for _, tt := range []struct {
		name string
		rdns pkix.RDNSequence
		want string
	}{
		{"an Active Directory authority", pkix.RDNSequence{
			one(pkix.AttributeTypeAndValue{Type: component, Value: ia5("com")}),
			one(pkix.AttributeTypeAndValue{Type: component, Value: ia5("contoso")}),
			one(pkix.AttributeTypeAndValue{Type: commonName, Value: "Contoso Root CA"}),
		}, "CN=Contoso Root CA, DC=contoso, DC=com"},
		{"BMPString", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName, Value: bmp("Zertifikate für Köln")})}, "CN=Zertifikate für Köln"},
		{"two values in one part", pkix.RDNSequence{one(
			pkix.AttributeTypeAndValue{Type: commonName, Value: "lcs01"}, pkix.AttributeTypeAndValue{Type: component, Value: ia5("contoso")},
		)}, "CN=lcs01+DC=contoso"},
		{"unknown attribute", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: strange, Value: "x"})}, "1.3.6.1.4.1.99999.1=x"},
		{"PrintableString with what it must not have", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName,
			Value: asn1.RawValue{Tag: asn1.TagPrintableString, Bytes: []byte("lcs_01@contoso.com")}})}, "CN=lcs_01@contoso.com"},
		{"T61String in Latin-1", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName,
			Value: asn1.RawValue{Tag: asn1.TagT61String, Bytes: []byte("K\xf6ln")}})}, "CN=Köln"},
		{"UniversalString", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName,
			Value: asn1.RawValue{Tag: 28, Bytes: []byte("\x00\x00\x00K\x00\x00\x00\xf6")}})}, "CN=Kö"},
		{"line end", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName, Value: "a\nb"})}, "CN=a\ufffdb"},
		{"no string", pkix.RDNSequence{one(pkix.AttributeTypeAndValue{Type: commonName, Value: 258})}, "CN=#0102"},
		{"no part", pkix.RDNSequence{}, "empty name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			der, err := asn1.Marshal(tt.rdns)
			if err != nil {
				t.Fatal(err)
			}
			if got := pki.RawName(der); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, der := range [][]byte{nil, {0x30, 5, 1}, {0x30, 0, 0}, []byte("CN=text")} {
		if got, want := pki.RawName(der), "unreadable name"; len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("RawName(%x) = %q, want %q", der, got, want)
		}
	}
}

func FuzzRawName(f *testing.F) {
	f.Add([]byte{0x30, 0})
	f.Add([]byte{0x30, 13, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x1e, 2, 0, 'A'})
	f.Fuzz(func(t *testing.T, der []byte) {
		if pki.RawName(der) == "" {
			t.Errorf("%x has no description", der)
		}
	})
}

func TestIssuedTo(t *testing.T) {
	a := root(t, pkitest.Options{CN: "Contoso Root CA"})
	const lcs01 = "lcs01.contoso.com"
	for _, tt := range []struct {
		name string
		o    pkitest.Options
		host string
		want bool
	}{
		{"alternative name", pkitest.Options{CN: "anything", SAN: []string{"other.contoso.com", lcs01}}, lcs01, true},
		{"another case", pkitest.Options{SAN: []string{"LCS01.contoso.com"}}, lcs01, true},
		{"common name only", pkitest.Options{CN: lcs01}, lcs01, true},
		{"common name beside alternative names", pkitest.Options{CN: lcs01, SAN: []string{"pool01.contoso.com"}}, lcs01, false},
		{"short name", pkitest.Options{CN: "lcs01"}, lcs01, false},
		{"another server", pkitest.Options{CN: "lcs02.contoso.com"}, lcs01, false},
		{"wildcard", pkitest.Options{SAN: []string{"*.contoso.com"}}, lcs01, true},
		{"wildcard in another case", pkitest.Options{SAN: []string{"*.Contoso.com"}}, lcs01, true},
		{"wildcard for the domain itself", pkitest.Options{SAN: []string{"*.contoso.com"}}, "contoso.com", false},
		{"wildcard for two labels", pkitest.Options{SAN: []string{"*.contoso.com"}}, "a.b.contoso.com", false},
		{"no name", pkitest.Options{}, lcs01, false},
		{"no name, no host", pkitest.Options{}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := issue(t, a, tt.o)
			if got := pki.IssuedTo(c, tt.host); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
			// Without wildcards, it is the very name or none.
			if got, want := pki.Bears(c, tt.host), tt.want && !strings.HasPrefix(tt.name, "wildcard"); got != want {
				t.Errorf("it bears the name: %t, want %t", got, want)
			}
		})
	}
}
