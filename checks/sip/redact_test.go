package sip_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

const secret = "TlRMTVNTUAADAAAAGAAYAHIAAAAYABgAigAAAA"

func TestRedact(t *testing.T) {
	text := "\r\nREGISTER sip:contoso.com SIP/2.0\r\n" +
		"Via: SIP/2.0/TLS 192.0.2.7:50000\r\n" +
		"authorization : NTLM qop=\"auth\",\r\n  gssapi-data=\"" + secret + "\"\r\n" +
		"lost its blank " + secret[10:] + "\r\n" +
		"Subject: a\r\n  b\r\n" +
		"Proxy-Authorization: Digest response=0123456789\r\n" +
		"Authentication-Info: NTLM rspauth=\"01\"\r\n" +
		"Proxy-Authentication-Info: NTLM\r\n" +
		"WWW-Authenticate: NTLM opaque=\"5C2F\", gssapi-data=\"" + secret + "\", Kerberos realm=\"r\"\r\n" +
		"X: y\r\n" +
		"not a header\r\n" +
		"Data: gssapi-data=" + secret + "\r\n" +
		"10:38:58.520 33C:B00 INFO  :: Authorization: Digest x\r\n" +
		"A: b\rAuthorization: Digest 0123456789\r\n" +
		"Content-Length: 9\r\n\r\ntop secret"
	want := strings.Join([]string{
		"REGISTER sip:contoso.com SIP/2.0",
		"Via: SIP/2.0/TLS 192.0.2.7:50000",
		"authorization: <removed>",
		"<removed>",
		"Subject: a b",
		"Proxy-Authorization: <removed>",
		"Authentication-Info: <removed>",
		"Proxy-Authentication-Info: <removed>",
		`WWW-Authenticate: NTLM opaque="5C2F", gssapi-data="<removed>", Kerberos realm="r"`,
		"X: y",
		"not a header",
		"Data: <removed>",
		"<removed>",
		"A: <removed>",
		"Content-Length: 9",
		"",
		"<removed>",
		"",
	}, "\n")
	if diff := cmp.Diff(want, sip.Redact(text)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, sip.Redact(want)); diff != "" {
		t.Errorf("twice: %s", diff)
	}
	if diff := cmp.Diff(want, fmt.Sprint(parse(t, text))); diff != "" {
		t.Errorf("message: %s", diff)
	}
}

// What is no message at all gives no secret away either.
func TestRedactPieces(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "\n",
		"SIP/2.0 200 OK":                      "SIP/2.0 200 OK\n",
		"SIP/2.0 200 OK\r\n\r\n\r\n":          "SIP/2.0 200 OK\n",
		"Authorization: NTLM " + secret:       "<removed>\n",
		`gssapi-data="` + secret:              "<removed>\n",
		"SIP/2.0 200 OK\n\n10:38:58.520 A: b": "SIP/2.0 200 OK\n\n<removed>\n",
	} {
		if got := sip.Redact(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
