package ldapd

import (
	"bytes"
	"net"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

func fuzzServer(t testing.TB) *Server {
	t.Helper()
	s, err := New(Config{
		Entries: []Entry{
			{DN: "DC=contoso,DC=com", Attributes: map[string][]string{"objectClass": {"domainDNS"}}},
			{DN: "CN=a,DC=contoso,DC=com", Attributes: map[string][]string{
				"objectClass": {"user"}, "cn": {"a"}, "userAccountControl": {"512"}, "objectSid": {"\x01\x00"},
				"whenCreated": {"20050101120000.0Z"}, "manager": {"CN=a,DC=contoso,DC=com"},
			}},
		},
		Users: map[string]string{"a": "b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// searchMessage is a search of the domain for a filter.
func searchMessage(t testing.TB, filter string) []byte {
	t.Helper()
	f, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchRequest, nil, "")
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "DC=contoso,DC=com", ""))
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 2, ""))
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 0, ""))
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 0, ""))
	op.AppendChild(ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""))
	op.AppendChild(f)
	op.AppendChild(ber.NewSequence(""))
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 2, ""))
	m.AppendChild(op)
	controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	controls.AppendChild(ldap.NewControlPaging(1).Encode())
	m.AppendChild(controls)
	return m.Bytes()
}

// A script is a connection whose client has said all it will ever say.
type script struct {
	net.Conn // none: a call of anything else would panic
	in       *bytes.Reader
	out      bytes.Buffer
}

func (c *script) Read(b []byte) (int, error)       { return c.in.Read(b) }
func (c *script) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *script) Close() error                     { return nil }
func (c *script) SetReadDeadline(time.Time) error  { return nil }
func (c *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzConversation feeds anything to a connection that is already bound. It
// must come to an end, and what the server said must be well-formed.
func FuzzConversation(f *testing.F) {
	for _, filter := range []string{
		"(objectClass=*)", "(&(cn=a)(!(sn=b*c*d))(|(userAccountControl>=5)(whenCreated<=2005)))",
		"(userAccountControl:1.2.840.113556.1.4.803:=512)", "(cn:dn:=a)", "(objectSid=S-1-0)", "(manager=cn=a)",
		"(objectCategory=person)",
	} {
		f.Add(searchMessage(f, filter))
	}
	f.Add([]byte("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x01a\x80\x01b"))
	f.Add([]byte("\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"))
	f.Add([]byte("\x30\x08\x02\x01\x03\x4a\x03c=a\x30\x05\x02\x01\x04\x42\x00"))
	s := fuzzServer(f)
	f.Fuzz(func(t *testing.T, octets []byte) {
		nc := &script{in: bytes.NewReader(octets)}
		c := newConn(s, 1, nc)
		c.bound, c.user = true, "a"
		c.serve()
		for nc.out.Len() > 0 {
			if _, err := readMessage(&nc.out); err != nil {
				t.Fatalf("the server's answer: %v", err)
			}
		}
		s.requests = nil // or it would hold all that was ever tried
	})
}
