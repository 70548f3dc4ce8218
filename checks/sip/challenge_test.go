package sip_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

func TestParseChallenges(t *testing.T) {
	realm := sip.Param{Name: "realm", Value: "SIP Communications Service", Quoted: true}
	target := func(name string) sip.Param { return sip.Param{Name: "targetname", Value: name, Quoted: true} }
	version := sip.Param{Name: "version", Value: "3"}
	const both = `realm="SIP Communications Service", targetname=`
	for text, want := range map[string][]sip.Challenge{
		`NTLM ` + both + `"lcs01.contoso.com", version=3`:                             {{"NTLM", []sip.Param{realm, target("lcs01.contoso.com"), version}}},
		`NTLM ` + both + `"a",Kerberos ` + both + `"sip/a" ,version=3,TLS-DSK`:        {{"NTLM", []sip.Param{realm, target("a")}}, {"Kerberos", []sip.Param{realm, target("sip/a"), version}}, {"TLS-DSK", nil}},
		`NTLM realm="SIP Communications Service" targetname="a"` + "\t" + `version=3`: {{"NTLM", []sip.Param{realm, target("a"), version}}},
		`NTLM REALM = "a \"b\" \\ c, d=e" , x="" , y=, z`:                             {{"NTLM", []sip.Param{{"REALM", `a "b" \ c, d=e`, true}, {"x", "", true}, {"y", "", true}}}, {"z", nil}},
		`nextnonce="abc"`:                     {{"", []sip.Param{{"nextnonce", "abc", true}}}},
		`Negotiate`:                           {{"Negotiate", nil}},
		`Negotiate oYG2MIGz==, NTLM`:          {{"Negotiate", []sip.Param{{"", "oYG2MIGz==", false}}}, {"NTLM", nil}},
		`NTLM realm="a", , ,"junk" x=y, b=c`:  {{"NTLM", []sip.Param{{"realm", "a", true}, {"b", "c", false}}}},
		``:                                    nil,
		` , ,`:                                nil,
		`NTLM realm="never closed, opaque=B1`: {{"NTLM", []sip.Param{{"realm", "never", false}, {"opaque", "B1", false}}}},
		// An example of MS-SIP, section 4.2, has a quote of the wrong kind.
		`NTLM realm="Contoso", targetname="a', qop="auth"`: {{"NTLM", []sip.Param{{"realm", "Contoso", true}, target(`a', qop=`)}}},
	} {
		if diff := cmp.Diff(want, sip.ParseChallenges(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestChallenges(t *testing.T) {
	m := parse(t, lines("SIP/2.0 407 Proxy Authentication Required",
		`Proxy-Authenticate: Kerberos realm="r",`, ` targetname="sip/hs1.contoso.com", qop="auth"`,
		`WWW-Authenticate: NTLM opaque="5C2F", gssapi-data="TlRMTVNTUAA=", version=4, crand="x y"`,
		`Authentication-Info: NTLM rspauth="0100", srand="AB12", snum="1"`))
	list := m.Challenges()
	if len(list) != 2 {
		t.Fatalf("%d challenges", len(list))
	}
	k, n := list[0], list[1]
	if k.Scheme != "Kerberos" || k.Realm() != "r" || k.TargetName() != "sip/hs1.contoso.com" || k.QOP() != "auth" {
		t.Errorf("kerberos %v", k)
	}
	if data, err := k.GSSAPIData(); data != nil || err != nil {
		t.Errorf("kerberos has data %q, %v", data, err)
	}
	if v, ok := n.Version(); v != 4 || !ok || n.Opaque() != "5C2F" || n.Get("CRand") != "x y" {
		t.Errorf("ntlm %v", n)
	}
	if data, err := n.GSSAPIData(); string(data) != "NTLMSSP\x00" || err != nil {
		t.Errorf("ntlm has data %q, %v", data, err)
	}
	if data, err := sip.ParseChallenges(`NTLM gssapi-data=""`)[0].GSSAPIData(); data == nil || len(data) != 0 || err != nil {
		t.Errorf("empty data is %v, %v", data, err)
	}
	if _, err := sip.ParseChallenges(`NTLM gssapi-data="%"`)[0].GSSAPIData(); err == nil {
		t.Error("a percent sign is no base64")
	}
	info := m.AuthenticationInfo()
	if len(info) != 1 || info[0].Get("snum") != "1" || info[0].Get("rspauth") != "0100" {
		t.Errorf("authentication info %v", info)
	}
}

func TestChallengeShowsNoSecret(t *testing.T) {
	blob := "TlRMTVNTUAACAAAA" + strings.Repeat("A", 300)
	for text, want := range map[string]string{
		`NTLM opaque="5C2F", gssapi-data="` + blob + `", realm="SIP Communications Service", version=3`: `NTLM opaque="5C2F", gssapi-data="<removed>", realm="SIP Communications Service", version=3`,
		`NTLM opaque=123456789, GSSAPI-DATA=12345678`:                                                   `NTLM opaque="<removed>", GSSAPI-DATA=12345678`,
		`Negotiate ` + blob:     `Negotiate <removed>`,
		blob + ` x=y`:           `<removed> x=y`,
		`NTLM ` + blob + `="y"`: `NTLM <removed>="y"`,
		`NTLM realm="` + blob + `", targetname="x gssapi-data=` + blob + `"`:  `NTLM realm="<removed>", targetname="<removed>"`,
		`NTLM realm="` + strings.Repeat("x", 257) + `"`:                       `NTLM realm="<removed>"`,
		`Digest nonce="0123456789", response="0123456789abcdef", stale=FALSE`: `Digest nonce="<removed>", response="<removed>", stale=FALSE`,
		`realm="a\"\\b", x=`: `realm="a\"\\b", x=""`,
	} {
		c := sip.ParseChallenges(text)[0]
		for _, got := range []string{c.String(), c.Redacted().String(), fmt.Sprint(c), fmt.Sprintf("%+v", c)} {
			if got != want {
				t.Errorf("%q: %s", text, got)
			}
		}
		if got := fmt.Sprintf("%#v", []sip.Challenge{c}); strings.Contains(got, "AAAAAAAAA") {
			t.Errorf("%q: %s", text, got)
		}
		if again := sip.ParseChallenges(text)[0]; !cmp.Equal(c, again) {
			t.Errorf("%q: the challenge itself lost its secrets", text)
		}
	}
}
