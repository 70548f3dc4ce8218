package ntlm

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	a := &Authenticate{Message: []byte("type 3")}
	const data = "dHlwZSAz"
	s := Signature{Rand: "0badcafe", Num: "1", Response: "01000000"}
	const signature = `, crand="0badcafe", cnum="1", response="01000000"`
	for _, test := range []struct {
		name                 string
		version              int
		protocol             int
		first, third, signed string
	}{
		{"LCS 2003 and 2005", 0, 2,
			`, targetname="lcs1.contoso.com", gssapi-data=""`,
			`, opaque="2A", targetname="lcs1.contoso.com", gssapi-data="` + data + `"`,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
		{"version 2 said", 2, 2,
			`, targetname="lcs1.contoso.com", gssapi-data="", version=2`,
			`, opaque="2A", targetname="lcs1.contoso.com", version=2, gssapi-data="` + data + `"`,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
		{"version 3", 3, 3,
			`, targetname="lcs1.contoso.com", gssapi-data="", version=3`,
			`, opaque="2A", targetname="lcs1.contoso.com", version=3, gssapi-data="` + data + `"`,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
		{"version 4", 4, 4,
			`, targetname="lcs1.contoso.com", gssapi-data="", version=4`,
			`, opaque="2A", targetname="lcs1.contoso.com", version=4, gssapi-data="` + data + `"` + signature,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
		{"a later version", 9, 4,
			`, targetname="lcs1.contoso.com", gssapi-data="", version=4`,
			`, opaque="2A", targetname="lcs1.contoso.com", version=4, gssapi-data="` + data + `"` + signature,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
		{"a version that cannot be", -1, 2,
			`, targetname="lcs1.contoso.com", gssapi-data="", version=2`,
			`, opaque="2A", targetname="lcs1.contoso.com", version=2, gssapi-data="` + data + `"`,
			`, opaque="2A", targetname="lcs1.contoso.com"` + signature},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := Offer{Realm: "SIP Communications Service", TargetName: "lcs1.contoso.com", Version: test.version, Opaque: "2A"}
			if o.Protocol() != test.protocol {
				t.Errorf("protocol %d, want %d", o.Protocol(), test.protocol)
			}
			is := func(what, want string, make func() (string, error)) {
				t.Helper()
				want = `NTLM qop="auth", realm="SIP Communications Service"` + want
				if got, err := make(); err != nil || got != want {
					t.Errorf("%s: %s, %v; want %s", what, got, err, want)
				}
			}
			is("first", test.first, func() (string, error) { return First(o) })
			is("third", test.third, func() (string, error) { return Third(o, a, s) })
			is("signed", test.signed, func() (string, error) { return Signed(o, s) })
			_, err := Third(o, a, Signature{})
			if needed := test.protocol >= Version4; needed != errors.Is(err, ErrHeader) {
				t.Errorf("third without signature: %v", err)
			}
			if _, err := Signed(o, Signature{}); !errors.Is(err, ErrHeader) {
				t.Errorf("signed without signature: %v", err)
			}
		})
	}
}

// A server cannot write a header of its own into our request.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	good := Offer{Realm: "R", TargetName: "T", Opaque: "O", Version: 4}
	a, s := &Authenticate{}, Signature{"r", "1", "x"}
	for _, bad := range []string{"a\"b", "a\r\nVia: x", "a\nb", "a\\", "\x00", "\x7f"} {
		for name, o := range map[string]Offer{
			"realm":      {Realm: bad, TargetName: "T", Opaque: "O"},
			"targetname": {Realm: "R", TargetName: bad, Opaque: "O"},
		} {
			for _, err := range []error{second(First(o)), second(Third(o, a, s)), second(Signed(o, s))} {
				if !errors.Is(err, ErrHeader) || !strings.Contains(err.Error(), name) {
					t.Errorf("%s %q: %v", name, bad, err)
				}
			}
		}
		o := good
		o.Opaque = bad
		for _, err := range []error{second(Third(o, a, s)), second(Signed(o, s)),
			second(Signed(good, Signature{bad, "1", "x"})), second(Signed(good, Signature{"r", bad, "x"})), second(Third(good, a, Signature{"r", "1", bad}))} {
			if !errors.Is(err, ErrHeader) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
	if got, err := First(Offer{Realm: "Größe", TargetName: "T"}); err != nil || !strings.Contains(got, `realm="Größe"`) {
		t.Errorf("%s, %v", got, err)
	}
}

func second(_ string, err error) error { return err }

func TestOfferChallenge(t *testing.T) {
	t.Parallel()
	c, err := Offer{GSSAPIData: base64.StdEncoding.EncodeToString(unhex(t, captureChallenge))}.Challenge()
	if err != nil || c.TargetInfo.NetBIOSDomain != "COSMO" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []string{"", "*", "TlRM", "TlRMTVNTUAAC"} {
		var malformed *MalformedError
		if _, err := (Offer{GSSAPIData: bad}).Challenge(); !errors.Is(err, ErrHeader) && !errors.As(err, &malformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
