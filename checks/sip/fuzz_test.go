package sip_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

// Whatever comes, reading it ends, stays within its limits, does not depend on
// how it arrives, and what was read reads the same again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(lines(answer...)))
	f.Add([]byte(messenger))
	f.Add([]byte(with("Content-Length: 5") + "12345\r\n" + lines(answer...)))
	f.Add([]byte("NOTIFY sip:a SIP/2.0\nl: 999999\n\nbody"))
	f.Add([]byte("\r\nSIP/2.0 401\r\n folded: x\r\nv: SIP/2.0/TLS a;b=\"c\r\nm: <sip:a>, \"b\" <sip:c>;d\r\r\n\r\n"))
	f.Add([]byte("\x15\x03\x01\x00\x02\x02\x28"))
	f.Add([]byte("SIP/2.0 401 X\nAuthorization: NTLM gssapi-data=\"" + secret + "\"\n a\n" + secret + "\nX: " + secret + "\n" +
		"WWW-Authenticate: NTLM " + secret + "=x, gssapi-data=\"" + secret + "\", " + secret[:20] + "\n" + secret[:20] + ": x\n\n" + secret))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := sip.Limits{Head: 512, Body: 64}
		whole, slow := sip.NewReader(bytes.NewReader(data), limits), sip.NewReader(iotest.OneByteReader(bytes.NewReader(data)), limits)
		total := 0
		for {
			m, err := whole.Read()
			other, otherErr := slow.Read()
			if diff := cmp.Diff(m, other); diff != "" {
				t.Fatalf("arriving octet by octet: %s", diff)
			}
			if !sameKind(err, otherErr) {
				t.Fatalf("%v, but octet by octet %v", err, otherErr)
			}
			if m != nil {
				total += len(m.Raw)
				check(t, m, limits)
			}
			if err != nil {
				break
			}
		}
		if total > len(data) {
			t.Fatalf("read %d of %d octets", total, len(data))
		}
		if m, err := sip.Parse(data); err == nil {
			again, err := sip.Parse(m.Raw)
			if diff := cmp.Diff(m, again); err != nil || diff != "" {
				t.Fatalf("parse again: %v %s", err, diff)
			}
		}
		if shown := sip.Redact(string(data)); strings.Contains(shown, secret[:12]) {
			t.Fatalf("shows a secret: %q", shown)
		}
	})
}

func sameKind(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	var ga, gb *sip.GarbageError // sees what else is there already, so may show more
	return errors.As(a, &ga) && errors.As(b, &gb) && bytes.HasPrefix(ga.First, gb.First) || a.Error() == b.Error()
}

func check(t *testing.T, m *sip.Message, limits sip.Limits) {
	t.Helper()
	if len(m.Raw) > limits.Head+limits.Body || len(m.Body) > limits.Body || !bytes.HasSuffix(m.Raw, m.Body) {
		t.Fatalf("raw has %d octets, the body %d", len(m.Raw), len(m.Body))
	}
	if n := len(m.Headers) + len(m.Damaged); n > bytes.Count(m.Raw, []byte("\n"))+1 {
		t.Fatalf("%d headers in %q", n, m.Raw)
	}
	if m.IsResponse() == (m.Method != "") {
		t.Fatalf("neither request nor response, or both: %q", m.Raw)
	}
	again, err := sip.Parse(m.Raw)
	if diff := cmp.Diff(m, again); err != nil || diff != "" {
		t.Fatalf("parse again: %v %s", err, diff)
	}
	again, _ = sip.NewReader(bytes.NewReader(m.Raw), limits).Read()
	if diff := cmp.Diff(m, again); diff != "" {
		t.Fatalf("read again: %s", diff)
	}
	m.Vias()
	m.Contacts()
	m.Challenges()
	m.AuthenticationInfo()
	m.From()
	m.To()
	m.Date()
	m.Expires()
	if !m.IsResponse() && m.Answers(m) || m.IsResponse() && !m.Answers(m) {
		t.Fatalf("answers itself: %q", m.Raw)
	}
	if text := m.String(); !strings.HasSuffix(text, "\n") {
		t.Fatalf("redacted: %q", text)
	}
}

// What is shown of a challenge does not depend on its secrets.
func FuzzChallenge(f *testing.F) {
	f.Add(`NTLM realm="SIP Communications Service", targetname="lcs01.contoso.com", version=3`, secret)
	f.Add(`NTLM realm="a\"b", Kerberos realm=x,,`, "0123456789")
	f.Add(`Negotiate oYG2MIGz==`, `quote " and \ backslash, or x=y`)
	f.Add(`Digest nonce="never closed`, "a b c d e f g")
	f.Fuzz(func(t *testing.T, value, hidden string) {
		for _, c := range sip.ParseChallenges(value) {
			if _, err := c.GSSAPIData(); err == nil {
				c.Version()
			}
			if again := c.Redacted(); again.String() != c.String() || len(again.Params) != len(c.Params) {
				t.Fatalf("%q: redacted twice: %q, %q", value, c.String(), again.String())
			}
		}
		if len(hidden) <= 8 || strings.ContainsAny(hidden, "\r\n") {
			return
		}
		params := []sip.Param{{Name: "gssapi-data", Value: hidden, Quoted: true}, {Name: "opaque", Value: hidden, Quoted: true}}
		written := "NTLM " + params[0].String() + ", " + params[1].String() + `, realm="r"`
		list := sip.ParseChallenges(written)
		if diff := cmp.Diff([]sip.Challenge{{Scheme: "NTLM", Params: append(params, sip.Param{Name: "realm", Value: "r", Quoted: true})}}, list); diff != "" {
			t.Fatalf("%q: %s", written, diff)
		}
		const shown = `NTLM gssapi-data="<removed>", opaque="<removed>", realm="r"`
		if got := list[0].String(); got != shown {
			t.Fatalf("%q is shown as %q", written, got)
		}
		text := "SIP/2.0 401 X\r\nWWW-Authenticate: " + written + "\r\nAuthorization: " + written + "\r\nAuthentication-Info: " + hidden + "\r\n\r\n" + hidden
		want := "SIP/2.0 401 X\nWWW-Authenticate: " + shown + "\nAuthorization: <removed>\nAuthentication-Info: <removed>\n\n<removed>\n"
		if got := sip.Redact(text); got != want {
			t.Fatalf("%q is shown as %q", text, got)
		}
	})
}
