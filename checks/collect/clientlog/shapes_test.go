package clientlog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/collect/clientlog"
	"lcshealth/checks/sip"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// messenger has the shape of an excerpt of Windows Messenger's trace as it was
// published: a line of one blank between lines, and an answer that breaks off.
const messenger = `10:38:58.520 33C:B00 INFO  :: REGISTER sip:contoso.com SIP/2.0
 
Via: SIP/2.0/TCP 192.0.2.39:7519
 
Max-Forwards: 70
 
From: <sip:kim@contoso.com>;tag=8688ecc2f3dc4391b7e8685694782624;epid=8aecaf3d1e
 
To: <sip:kim@contoso.com>
 
Call-ID: 48bbcb49bf9e4e5cbff05e1711dd829f@192.0.2.39
 
CSeq: 1 REGISTER


10:38:58.520 33C:B00 INFO  :: SIP/2.0 401 Unauthorized
 
Date: Thu, 21 Apr 2005 02:38:50 GMT
 
WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="lcs01.contoso.com"
 
WWW-Authenticate: Kerberos realm="SIP Communications Service", targetname="sip/lcs01.contoso.com"
 
Via: SIP/2.0/TCP 192.0.2`

// pasted has the shape of an answer that somebody pasted without its stamp.
const pasted = `SIP/2.0 403 Forbidden
ms-user-logon-data: RemoteUser
Authentication-Info: TLS-DSK qop="auth", opaque="884755AC", srand="8ED749F1", snum="84", rspauth="688d337bcfc845a9f8cbe388cafd475000902b5eb64fe03d", targetname="lcs01.contoso.com", realm="SIP Communications Service", version=4
Content-Length: 83
From: <sip:kim@contoso.com>;tag=66064880da;epid=a4ac5a5f0f
To: <sip:kim@contoso.com>;tag=E9535CAC88CA8B5A4B84A576EF5AED75
Call-ID: 06aba2f23c6441c0a6b9d910f6fd4a6c
CSeq: 1 SERVICE
Via: SIP/2.0/TLS 192.0.2.216:50136;received=198.51.100.254;ms-received-port=53248;ms-received-cid=FF8800
ms-diagnostics: 4268;reason="Delegate operation not allowed as delegate and delegator are in different deployments.";source="lcs02.contoso.com"
ms-telemetry-id: 97AEE43F-31E3-59EF-B34D-6B13D38BE439
Content-Type: application/msrtc-fault+xml
Server: RTC/7.0
- <Fault>
<Faultcode>Client.Delegate.Operation.NotAuthorized</Faultcode>
`

func read(t *testing.T, text string) ([]trace.Record, *clientlog.Damage) {
	t.Helper()
	var damage clientlog.Damage
	var records []trace.Record
	for r, err := range clientlog.Read(t.Context(), "Rtcdll0.log", strings.NewReader(text), &damage) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records, &damage
}

func TestMessenger(t *testing.T) {
	records, damage := read(t, messenger)
	at := trace.Stamp{Known: true, Clock: 10*time.Hour + 38*time.Minute + 58520*time.Millisecond}
	want := []trace.Record{
		{
			File: "Rtcdll0.log", Line: 1, Frame: trace.RTC, At: at, PID: 0x33C, TID: 0xB00, Transport: "TCP",
			Message: &sip.Message{Method: "REGISTER", RequestURI: "sip:contoso.com", Headers: []sip.Header{
				{Name: "Via", Value: "SIP/2.0/TCP 192.0.2.39:7519"},
				{Name: "Max-Forwards", Value: "70"},
				{Name: "From", Value: "<sip:kim@contoso.com>;tag=8688ecc2f3dc4391b7e8685694782624;epid=8aecaf3d1e"},
				{Name: "To", Value: "<sip:kim@contoso.com>"},
				{Name: "Call-ID", Value: "48bbcb49bf9e4e5cbff05e1711dd829f@192.0.2.39"},
				{Name: "CSeq", Value: "1 REGISTER"},
			}},
		},
		{
			File: "Rtcdll0.log", Line: 16, Frame: trace.RTC, At: at, PID: 0x33C, TID: 0xB00, Cut: true,
			Message: &sip.Message{Code: 401, Reason: "Unauthorized", Headers: []sip.Header{
				{Name: "Date", Value: "Thu, 21 Apr 2005 02:38:50 GMT"},
				{Name: "WWW-Authenticate", Value: `NTLM realm="SIP Communications Service", targetname="lcs01.contoso.com"`},
				{Name: "WWW-Authenticate", Value: `Kerberos realm="SIP Communications Service", targetname="sip/lcs01.contoso.com"`},
			}},
		},
		{File: "Rtcdll0.log", Line: 24, Frame: trace.RTC, At: at, End: true},
	}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
	if damage.Of(clientlog.CutEnd) != 1 || damage.Total() != 1 {
		t.Errorf("%+v", damage)
	}
	result := signin.Of(slices.Values(records))
	if len(result.Attempts) != 1 || len(result.Clocks) != 1 {
		t.Fatalf("%+v", result)
	}
	a := result.Attempts[0]
	a.Steps = nil
	if diff := cmp.Diff(signin.Attempt{
		CallID: "48bbcb49bf9e4e5cbff05e1711dd829f@192.0.2.39", Sequence: 1, Kind: signin.SignIn,
		Outcome: signin.Unfinished, Provisional: true, Code: 401, Reason: "Unauthorized",
		User: "sip:kim@contoso.com", Epid: "8aecaf3d1e", Transport: "TCP",
		Target: "lcs01.contoso.com", Schemes: []string{"NTLM", "Kerberos"},
	}, a); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(signin.Clock{
		File: "Rtcdll0.log", Zone: 8 * time.Hour, Low: 7520 * time.Millisecond, High: 8520 * time.Millisecond, Samples: 1,
	}, result.Clocks[0]); diff != "" {
		t.Error(diff)
	}
}

func TestPasted(t *testing.T) {
	records, damage := read(t, pasted)
	if len(records) != 2 || records[0].Frame != trace.Bare || len(records[0].Message.Headers) != 11 || damage.Total() != 0 || records[0].Message.Get("Server") != "RTC/7.0" || records[0].Cut {
		t.Fatalf("%+v %+v", records, damage)
	}
	result := signin.Of(slices.Values(records))
	if len(result.Attempts) != 0 || len(result.Observations) != 1 {
		t.Fatalf("%+v", result)
	}
	o := result.Observations[0]
	if o.Kind != signin.RequestRefused || o.Method != "SERVICE" || o.Code != 403 || o.Provisional || o.From != "sip:kim@contoso.com" ||
		len(o.Diagnostics) != 1 || !strings.HasPrefix(o.Diagnostics[0], "4268;") {
		t.Errorf("%+v", o)
	}
}

// What an article quotes, and what a mail makes of a trace.
func TestPieces(t *testing.T) {
	const ids = "Call-ID: a\nCSeq: 1 REGISTER\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an article's line", "SIP/2.0 504 Cannot locate the next server", []string{"SIP/2.0 504 Cannot locate the next server"}},
		{"line ends lost", "SIP/2.0 504 Server time-out From: <sip:a@contoso.com>;tag=1 Call-ID: a CSeq: 1 REGISTER ms-diagnostics: 1009;reason=\"x: y\"\n",
			[]string{"SIP/2.0 504 Server time-out\nFrom: <sip:a@contoso.com>;tag=1\nCall-ID: a\nCSeq: 1 REGISTER\nms-diagnostics: 1009;reason=\"x: y\""}},
		{"quoted twice", ">> REGISTER sip:contoso.com SIP/2.0\n> > Call-ID: a\n>> CSeq: 1\n>>  REGISTER\n", []string{"REGISTER sip:contoso.com SIP/2.0\nCall-ID: a\nCSeq: 1"}},
		{"indented", "    SIP/2.0 200 OK\n    Call-ID: a\n      \n    CSeq: 1 REGISTER\n    Contact: <sip:a>\n      ;expires=3\n\n    SIP/2.0 480 Busy\n    CSeq: 3 REGISTER\n",
			[]string{"SIP/2.0 200 OK\nCall-ID: a\nCSeq: 1 REGISTER\nContact: <sip:a> ;expires=3", "SIP/2.0 480 Busy\nCSeq: 3 REGISTER"}},
		{"wrapped start", "REGISTER sip:contoso.com\nSIP/2.0\n" + ids, []string{"REGISTER sip:contoso.com SIP/2.0\n" + strings.TrimSpace(ids)}},
		{"wrapped start behind a stamp", "10:38:58.520 33C:B00 INFO  :: REGISTER sip:contoso.com\nSIP/2.0\n" + ids, []string{"REGISTER sip:contoso.com SIP/2.0\n" + strings.TrimSpace(ids)}},
		{"no line between", "SIP/2.0 100 Trying\n" + ids + "SIP/2.0 200 OK\n" + ids, []string{"SIP/2.0 100 Trying\n" + strings.TrimSpace(ids), "SIP/2.0 200 OK\n" + strings.TrimSpace(ids)}},
		{"an answer within a body", "NOTIFY sip:a SIP/2.0\nCall-ID: b\nCSeq: 1 NOTIFY\nContent-Type: message/sipfrag\nContent-Length: 20\n\nSIP/2.0 403 Forbidden\nCall-ID: a\nCSeq: 1 REGISTER\n",
			[]string{"NOTIFY sip:a SIP/2.0\nCall-ID: b\nCSeq: 1 NOTIFY\nContent-Type: message/sipfrag\nContent-Length: 20"}},
		{"chat about an answer", "10:38:58.520 33C:B00 INFO  :: MESSAGE sip:a@contoso.com SIP/2.0\nCall-ID: b\nCSeq: 1 MESSAGE\nContent-Length: 200\n\nhello\nSIP/2.0 403 Forbidden\nCall-ID: a\nCSeq: 1 REGISTER\n",
			[]string{"MESSAGE sip:a@contoso.com SIP/2.0\nCall-ID: b\nCSeq: 1 MESSAGE\nContent-Length: 200"}},
		{"a paste behind a trace", "10:38:58.520 33C:B00 INFO  :: REGISTER sip:contoso.com SIP/2.0\n" + ids + "Content-Length: 0\n\nand I get\n\nSIP/2.0 403 Forbidden\n" + ids,
			[]string{"REGISTER sip:contoso.com SIP/2.0\n" + strings.TrimSpace(ids) + "\nContent-Length: 0", "SIP/2.0 403 Forbidden\n" + strings.TrimSpace(ids)}},
		{"nothing", "hello: world\nREGISTER now\nSIP/2.0 99 x\nSIP/2.0 4044\n", nil},
	} {
		records, _ := read(t, c.text)
		var got []string
		for _, r := range records {
			if r.Message != nil {
				text := r.StartLine()
				for _, h := range r.Message.Headers {
					text += "\n" + h.Name + ": " + h.Value
				}
				got = append(got, text)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
