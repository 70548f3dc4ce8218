package pki_test

import (
	"bytes"
	"strings"
	"testing"

	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

func TestRead(t *testing.T) {
	a, err := pkitest.NewAuthority("Root")
	if err != nil {
		t.Fatal(err)
	}
	issued, err := a.Issue(pkitest.Server("lcs01.contoso.com"))
	if err != nil {
		t.Fatal(err)
	}
	both := pkitest.PEM(issued.Certificate, a.Certificate)
	key := "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	for name, file := range map[string][]byte{
		"PEM": both, "PEM with a key before it": append([]byte(key), both...), "PEM with words": append([]byte("Bag Attributes\r\n"), both...),
		"DER": append(bytes.Clone(issued.Certificate.Raw), a.Certificate.Raw...),
	} {
		all, err := pki.Read(file)
		if err != nil || len(all) != 2 || !all[0].Equal(issued.Certificate) || !all[1].Equal(a.Certificate) {
			t.Errorf("%s: %d certificates, %v", name, len(all), err)
		}
	}
	for name, c := range map[string]struct{ file, want string }{
		"nothing": {"", "it holds no certificate in PEM or DER form"}, "words": {"no certificate", "it holds no certificate in PEM or DER form"},
		"a key": {key, "it holds no certificate in PEM form"}, "damaged": {strings.Replace(string(both), "MII", "AAA", 1), "a certificate in it cannot be read: "},
		"cut short": {string(issued.Certificate.Raw[:100]), "it holds no certificate in PEM or DER form"},
	} {
		if all, err := pki.Read([]byte(c.file)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %d certificates, %v", name, len(all), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"))
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Fuzz(func(t *testing.T, file []byte) {
		if all, err := pki.Read(file); (err == nil) != (len(all) > 0) {
			t.Errorf("%d certificates and the error %v", len(all), err)
		}
	})
}
