package sip_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

// The header of the first answer that a real Windows Messenger 5 wrote into its
// log, with another server's name.
const messenger = "SIP/2.0 401 Unauthorized\r\n" +
	" \r\n" +
	"Date: Thu, 21 Apr 2005 02:38:50 GMT\r\n" +
	" \r\n" +
	"WWW-Authenticate: NTLM realm=\"SIP Communications Service\", targetname=\"lcs01.contoso.com\"\r\n" +
	" \r\n" +
	"WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", targetname=\"sip/lcs01.contoso.com\"\r\n" +
	" \r\n" +
	"Via: SIP/2.0/TCP 192.0.2.5"

func TestMessengerLog(t *testing.T) {
	m := parse(t, messenger)
	if date, ok := m.Date(); !ok || !date.Equal(time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC)) {
		t.Errorf("date %v, %v", date, ok)
	}
	var asked []string
	for _, c := range m.Challenges() {
		if _, ok := c.Version(); ok {
			t.Errorf("%s has a version", c)
		}
		asked = append(asked, c.Scheme+" "+c.Realm()+" "+c.TargetName())
	}
	want := []string{"NTLM SIP Communications Service lcs01.contoso.com", "Kerberos SIP Communications Service sip/lcs01.contoso.com"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	if vias := m.Vias(); len(vias) != 1 || vias[0].Transport != "TCP" || vias[0].SentBy != "192.0.2.5" || vias[0].Branch() != "" {
		t.Errorf("vias %+v", vias)
	}
	if len(m.Damaged) != 0 {
		t.Errorf("damaged: %q", m.Damaged)
	}
}

// The entry of a later client's log, pasted without its stamps: it has no empty
// line before the body.
func TestPastedLog(t *testing.T) {
	m := parse(t, "SIP/2.0 403 Forbidden\nms-user-logon-data: RemoteUser\nContent-Length: 83\n"+
		"From: <sip:kim@contoso.com>;tag=66064880da;epid=a4ac5a5f0f\nCSeq: 1 SERVICE\n"+
		"Via: SIP/2.0/TLS 192.0.2.216:50136;received=198.51.100.254;ms-received-port=53248;ms-received-cid=FF8800\n"+
		"ms-diagnostics: 4268;reason=\"Delegate operation not allowed.\";source=\"lcs01.contoso.com\"\n"+
		"- <Fault>\n<Faultcode>Client.Delegate.Operation.NotAuthorized</Faultcode>\n")
	if m.Get("MS-Diagnostics") != `4268;reason="Delegate operation not allowed.";source="lcs01.contoso.com"` {
		t.Errorf("ms-diagnostics: %q", m.Get("ms-diagnostics"))
	}
	if diff := cmp.Diff([]string{"- <Fault>", "<Faultcode>Client.Delegate.Operation.NotAuthorized</Faultcode>"}, m.Damaged); diff != "" {
		t.Error(diff)
	}
	want := []sip.Param{{Name: "received", Value: "198.51.100.254"}, {Name: "ms-received-port", Value: "53248"}, {Name: "ms-received-cid", Value: "FF8800"}}
	if diff := cmp.Diff(want, m.Vias()[0].Params); diff != "" {
		t.Error(diff)
	}
	if m.StartLine() != "SIP/2.0 403 Forbidden" {
		t.Errorf("start line %q", m.StartLine())
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]sip.Address{
		`<sip:kim@contoso.com>;tag=1;epid=2`:     {"", "sip:kim@contoso.com", []sip.Param{{Name: "tag", Value: "1"}, {Name: "epid", Value: "2"}}},
		`"Kim \"K\", <x>" <sip:kim@contoso.com>`: {`Kim "K", <x>`, "sip:kim@contoso.com", nil},
		`Kim Akers<sip:kim@contoso.com;a=b>`:     {"Kim Akers", "sip:kim@contoso.com;a=b", nil},
		`"Kim" sip:kim@contoso.com`:              {"Kim", "sip:kim@contoso.com", nil},
		`Kim  Akers sip:kim@contoso.com ; tag=1`: {"Kim  Akers", "sip:kim@contoso.com", []sip.Param{{Name: "tag", Value: "1"}}},
		`sip:kim@contoso.com;x="<;>";lr`:         {"", "sip:kim@contoso.com", []sip.Param{{Name: "x", Value: "<;>", Quoted: true}, {Name: "lr"}}},
		`<user@domain>`:                          {"", "user@domain", nil},
		`<>;tag=7`:                               {"", "", []sip.Param{{Name: "tag", Value: "7"}}},
		`<sip:kim@contoso.com`:                   {"", "sip:kim@contoso.com", nil},
		`"Kim <sip:kim@contoso.com>`:             {`"Kim`, "sip:kim@contoso.com", nil},
		``:                                       {},
	} {
		m := parse(t, lines("SIP/2.0 200 OK", "From: "+text, "To: "+text))
		from, ok := m.From()
		to, _ := m.To()
		if diff := cmp.Diff(want, from); diff != "" || !ok || !cmp.Equal(from, to) {
			t.Errorf("%q: %v %s", text, ok, diff)
		}
	}
	if _, ok := parse(t, "SIP/2.0 200 OK\r\n\r\n").From(); ok {
		t.Error("there is no From")
	}
	kim := parse(t, lines("SIP/2.0 200 OK", "f: <sip:kim@contoso.com>;TAG=1;EPID=2"))
	if from, _ := kim.From(); from.Tag() != "1" || from.Epid() != "2" {
		t.Errorf("tag %q, epid %q", from.Tag(), from.Epid())
	}
}

func TestContacts(t *testing.T) {
	m := parse(t, lines("SIP/2.0 301 Redirect request to Home Server",
		`Contact: <sip:lcs02.contoso.com:5061;transport=tls>, "A, B" <sip:a@contoso.com>;expires=300`, "m: *", "Contact: ,"))
	var uris []string
	for _, c := range m.Contacts() {
		uris = append(uris, c.URI)
	}
	if diff := cmp.Diff([]string{"sip:lcs02.contoso.com:5061;transport=tls", "sip:a@contoso.com", "*"}, uris); diff != "" {
		t.Error(diff)
	}
	if v, ok := m.Contacts()[1].Param("Expires"); v != "300" || !ok {
		t.Errorf("expires %q, %v", v, ok)
	}
	if _, ok := m.Contacts()[0].Param("expires"); ok {
		t.Error("the first has no expires")
	}
}

func TestVias(t *testing.T) {
	for text, want := range map[string][]sip.Via{
		"SIP/2.0/TLS 192.0.2.7:5061;branch=z9hG4bK7":        {{"TLS", "192.0.2.7:5061", []sip.Param{{Name: "branch", Value: "z9hG4bK7"}}}},
		"SIP / 2.0 / TCP lcs01.contoso.com : 5060 ;lr":      {{"TCP", "lcs01.contoso.com:5060", []sip.Param{{Name: "lr"}}}},
		"SIP/2.0/TCP a, SIP/2.0/UDP b;x=\",\", SIP/2.0/TLS": {{"TCP", "a", nil}, {"UDP", "b", []sip.Param{{Name: "x", Value: ",", Quoted: true}}}},
		"HTTP/2.0/TCP a":    nil,
		"SIP/2.0/TCP":       nil,
		"SIP/2.0 TCP a/b/c": nil,
	} {
		if diff := cmp.Diff(want, parse(t, lines("SIP/2.0 200 OK", "v: "+text)).Vias()); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if b := parse(t, lines(answer...)).Vias()[0].Branch(); b != "z9hG4bK7" {
		t.Errorf("branch %q", b)
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]struct {
		n  int64
		ok bool
	}{
		"0": {0, true}, " 300 ": {300, true}, "99999999999999999999": {math.MaxInt64, true},
		"": {}, "-1": {}, "+1": {}, "1 2": {}, "0x10": {}, "none": {},
	} {
		m := parse(t, lines("SIP/2.0 200 OK", "Expires: "+text, "l: "+text))
		if n, ok := m.Expires(); n != want.n || ok != want.ok {
			t.Errorf("expires %q: %d, %v", text, n, ok)
		}
		if n, ok := m.ContentLength(); n != want.n || ok != want.ok {
			t.Errorf("content length %q: %d, %v", text, n, ok)
		}
	}
	for text, want := range map[string]bool{"1 REGISTER": true, "2147483648\tREGISTER": true, "1": false, "REGISTER": false, "-1 REGISTER": false, "4294967296 REGISTER": false, "1 RE GISTER": false} {
		if n, method, ok := parse(t, lines("SIP/2.0 200 OK", "CSeq: "+text)).CSeq(); ok != want || ok != (n > 0 && method == "REGISTER") {
			t.Errorf("cseq %q: %d %q %v", text, n, method, ok)
		}
	}
	for text, want := range map[string]bool{"Thu, 21 Apr 2005 02:38:50 GMT": true, "Thu, 7 Apr 2005 02:38:50 GMT": true, "Thu, 21 Apr 2005 02:38:50 PST": false, "": false, "yesterday": false} {
		if date, ok := parse(t, lines("SIP/2.0 200 OK", "Date: "+text)).Date(); ok != want || ok && date.Location() != time.UTC {
			t.Errorf("date %q: %v %v", text, date, ok)
		}
	}
}

func TestValues(t *testing.T) {
	m := parse(t, lines("SIP/2.0 200 OK", "Supported: a", "K: b, c", "supported:", "s: hello", "X: y"))
	if diff := cmp.Diff([]string{"a", "b, c", ""}, m.Values("SUPPORTED")); diff != "" {
		t.Error(diff)
	}
	if m.Get("Subject") != "hello" || m.Get("S") != "hello" || m.Get("x") != "y" || m.Get("none") != "" || m.Values("none") != nil {
		t.Errorf("headers %+v", m.Headers)
	}
	if m.Headers[1] != (sip.Header{Name: "K", Value: "b, c"}) {
		t.Errorf("not as it came: %+v", m.Headers[1])
	}
}

func TestAnswers(t *testing.T) {
	ask := parse(t, lines("REGISTER sip:contoso.com SIP/2.0", "Call-ID: 1", "CSeq: 2 REGISTER"))
	for text, want := range map[string]bool{
		lines("SIP/2.0 401 X", "Call-ID: 1", "CSeq: 2 REGISTER"):                    true,
		lines("SIP/2.0 100 X", "i: 1", "CSeq: 2 REGISTER"):                          true,
		lines("SIP/2.0 401 X", "Call-ID: 1", "CSeq: 2"):                             true,
		lines("SIP/2.0 400 X"):                                                      true,
		lines("SIP/2.0 401 X", "Call-ID: 1", "CSeq: 1 REGISTER"):                    false,
		lines("SIP/2.0 401 X", "Call-ID: 1", "CSeq: 2 OPTIONS"):                     false,
		lines("SIP/2.0 401 X", "Call-ID: 3", "CSeq: 2 REGISTER"):                    false,
		lines("REGISTER sip:contoso.com SIP/2.0", "Call-ID: 1", "CSeq: 2 REGISTER"): false,
	} {
		if m := parse(t, text); m.Answers(ask) != want || m.IsResponse() != (m.Code > 0) {
			t.Errorf("%q: answers is %v", text, !want)
		}
	}
}

// A text that is there as a whole may have a body without Content-Length.
func TestParseBody(t *testing.T) {
	for text, want := range map[string]string{
		"SIP/2.0 200 OK\r\n\r\nbody":                "body",
		"SIP/2.0 200 OK\r\nl: 2\r\n\r\nbody":        "bo",
		"SIP/2.0 200 OK\r\nl: 200\r\n\r\nbody":      "body",
		"SIP/2.0 200 OK\r\nl: x\r\n\r\nbody":        "body",
		"SIP/2.0 200 OK\nContent-Length: 0\n\nmore": "",
		"SIP/2.0 200 OK":                            "",
	} {
		if m := parse(t, text); string(m.Body) != want {
			t.Errorf("%q: body %q", text, m.Body)
		}
	}
}
