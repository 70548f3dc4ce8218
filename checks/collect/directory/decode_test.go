package directory

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// metadata is one value of msDS-ReplAttributeMetaData, with the NUL that
// Active Directory puts behind it.
const metadata = `<DS_REPL_ATTR_META_DATA>
	<pszAttributeName>msRTCSIP-TargetHomeServer</pszAttributeName>
	<dwVersion>3</dwVersion>
	<ftimeLastOriginatingChange>2005-04-21T02:38:50Z</ftimeLastOriginatingChange>
	<uuidLastOriginatingDsaInvocationID>8e5dd6f8-8a9d-4ab8-a0c8-6d0d5ff2b3a1</uuidLastOriginatingDsaInvocationID>
	<usnOriginatingChange>12345</usnOriginatingChange>
	<usnLocalChange>12345</usnLocalChange>
	<pszLastOriginatingDsaDN></pszLastOriginatingDsaDN>
</DS_REPL_ATTR_META_DATA>
` + "\x00"

var metadataTime = time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC)

func TestXMLWritten(t *testing.T) {
	t.Parallel()
	if at, ok := xmlWritten(metadata); !ok || !at.Equal(metadataTime) {
		t.Errorf("got %s, %v", at, ok)
	}
	for _, other := range []string{
		"", "msRTCSIP-TargetHomeServer", strings.Replace(metadata, "msRTCSIP-TargetHomeServer", "xmsRTCSIP-TargetHomeServer", 1),
		strings.Replace(metadata, "2005-04-21T02:38:50Z", "yesterday", 1), strings.Replace(metadata, "2005-04-21", "1601-01-01", 1),
	} {
		if at, ok := xmlWritten(other); ok {
			t.Errorf("%q: got %s", other, at)
		}
	}
}

// binaryMetadata is a replPropertyMetaData with one entry, written so many
// seconds after the beginning of 1601.
func binaryMetadata(id uint32, seconds uint64) []byte {
	b := make([]byte, metaHeader+metaEntry)
	binary.LittleEndian.PutUint32(b, 1)
	binary.LittleEndian.PutUint32(b[8:], 1)
	binary.LittleEndian.PutUint32(b[16:], id)
	binary.LittleEndian.PutUint64(b[24:], seconds)
	return b
}

func TestBinaryWritten(t *testing.T) {
	t.Parallel()
	const id = 0x8a2f3b11
	b := binaryMetadata(id, 12758524730) // 2005-04-21 02:38:50
	at, ok, err := binaryWritten(b, id)
	if err != nil || !ok || !at.Equal(metadataTime) {
		t.Errorf("got %s, %v, %v", at, ok, err)
	}
	if _, ok, err := binaryWritten(b, id+1); ok || err != nil {
		t.Errorf("another attribute: %v, %v", ok, err)
	}
	if _, ok, err := binaryWritten(nil, id); ok || err != nil {
		t.Errorf("nothing: %v, %v", ok, err)
	}
	if _, _, err := binaryWritten(b[:40], id); err == nil {
		t.Error("cut short: no error")
	}
	b[0] = 2
	if _, _, err := binaryWritten(b, id); err == nil {
		t.Error("another version: no error")
	}
}

func FuzzBinaryWritten(f *testing.F) {
	f.Add([]byte{}, uint32(0))
	f.Add(make([]byte, metaHeader), uint32(0))
	f.Add(binaryMetadata(0x80000001, 1), uint32(0x80000001))
	f.Fuzz(func(t *testing.T, b []byte, id uint32) {
		at, ok, err := binaryWritten(b, id)
		if ok && (err != nil || at.Year() < 1601 || at.Year() > 4000) {
			t.Errorf("got %s with %v", at, err)
		}
	})
}

func FuzzXMLWritten(f *testing.F) {
	f.Add(metadata)
	f.Add("<a>" + moveAttribute)
	f.Fuzz(func(t *testing.T, value string) {
		if at, ok := xmlWritten(value); ok && at.Year() <= 1601 {
			t.Errorf("got %s", at)
		}
	})
}

func TestGUIDText(t *testing.T) {
	t.Parallel()
	// The example of MS-DTYP 2.3.4.
	got, err := facts.GUIDFromOctets([]byte{0x3f, 0x25, 0x04, 0xe0, 0x4f, 0x89, 0xd3, 0x11, 0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33, 0x01})
	if want := "e004253f-894f-11d3-9a0c-0305e82c3301"; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if _, err := facts.GUIDFromOctets(make([]byte, 15)); err == nil {
		t.Error("15 octets: no error")
	}
}

func FuzzGUIDText(f *testing.F) {
	f.Add([]byte("0123456789abcdef"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := facts.GUIDFromOctets(b)
		if (err == nil) != (len(b) == 16) || err == nil && (len(s) != 36 || strings.ToLower(s) != s) {
			t.Errorf("%x: %q, %v", b, s, err)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]string{
		`CN=Hopper\, Grace,CN=Users,DC=contoso,DC=com`: `CN=Users,DC=contoso,DC=com`,
		`CN=a\2c b, OU=c`:  `OU=c`,
		`DC=com`:           ``,
		``:                 ``,
		`CN=back\\,DC=com`: `DC=com`,
		`CN=x\`:            ``,
	} {
		if got := parentDN(dn); got != want {
			t.Errorf("parent of %q = %q, want %q", dn, got, want)
		}
	}
	for _, same := range [][2]string{
		{`CN=Müller\, A,DC=Contoso`, `cn=mÜLLER\2C a, dc=contoso`},
		{`CN=a+OU=b,DC=c`, `ou=B+cn=A,dc=C`},
	} {
		if dnKey(same[0]) != dnKey(same[1]) {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
	for _, tt := range []struct {
		dn, base string
		want     bool
	}{
		{`CN=a,DC=contoso,DC=com`, `dc=Contoso,dc=com`, true},
		{`DC=contoso,DC=com`, `DC=contoso,DC=com`, true},
		{`CN=a\,DC=contoso,DC=com`, `DC=contoso,DC=com`, false},
		{`DC=com`, `DC=contoso,DC=com`, false},
	} {
		if got := isBelow(tt.dn, tt.base); got != tt.want {
			t.Errorf("%q below %q = %v", tt.dn, tt.base, got)
		}
	}
	for s, want := range map[string]bool{"lcs01.contoso.com": false, "CN=a,DC=b": true, "a=b": false, "": false, "LCS01": false} {
		if got := isDN(s); got != want {
			t.Errorf("isDN(%q) = %v", s, got)
		}
	}
}

func FuzzParentDN(f *testing.F) {
	f.Add(`CN=Hopper\, Grace,CN=Users,DC=contoso,DC=com`)
	f.Add(`CN=a\2cb+OU=x,DC=com`)
	f.Fuzz(func(t *testing.T, dn string) {
		parsed, err := ldap.ParseDN(dn)
		parent := parentDN(dn)
		if len(parent) >= max(len(dn), 1) {
			t.Errorf("parent of %q = %q", dn, parent)
		}
		if err != nil || len(parsed.RDNs) < 2 || strings.Contains(dn, ";") {
			return
		}
		up, err := ldap.ParseDN(parent)
		if err != nil || !up.Equal(&ldap.DN{RDNs: parsed.RDNs[1:]}) {
			t.Errorf("parent of %q = %q (%v)", dn, parent, err)
		}
	})
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for controller, want := range map[string]string{
		"dc1.contoso.com": "dc1.contoso.com:636", "dc1.contoso.com.": "dc1.contoso.com:636", "dc1:10636": "dc1:10636",
		"192.0.2.1": "192.0.2.1:636", "2001:db8::1": "[2001:db8::1]:636", "[2001:db8::1]": "[2001:db8::1]:636", "[2001:db8::1]:10636": "[2001:db8::1]:10636",
	} {
		if got := (&Config{}).endpoint(controller).String(); got != want {
			t.Errorf("%s = %s, want %s", controller, got, want)
		}
	}
	if got := (&Config{Security: StartTLS}).endpoint("dc1").String(); got != "dc1:389" {
		t.Errorf("with StartTLS: %s", got)
	}
}
