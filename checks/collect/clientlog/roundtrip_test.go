package clientlog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/clientlog"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// ends are how the articles have a sign-in end.
var ends = []struct {
	code    int
	reason  string
	outcome signin.Outcome
}{
	{200, "OK", signin.Succeeded},
	{301, "Redirect request to Home Server", signin.Redirected},
	{400, "Invalid contact information", signin.Failed},
	{400, "Missing correct Via header", signin.Failed},
	{401, "Unauthorized", signin.Refused},
	{403, "Forbidden", signin.Failed},
	{404, "Not Found", signin.Failed},
	{405, "Method Not Allowed", signin.Failed},
	{480, "Temporarily Unavailable", signin.Failed},
	{486, "Busy Here", signin.Failed},
	{503, "Service Unavailable", signin.Failed},
	{504, "Cannot locate the next server", signin.Failed},
	{504, "Zeitüberschreitung", signin.Failed},
}

var frames = []trace.Frame{trace.RTC, trace.UCCAPI, trace.SIPStack, trace.Bare}

const hidden = "TlRMTVNTUAADsecretsecretsecret"

// Every frame, encoding, line end and code is read as what was written.
func TestRoundTrip(t *testing.T) {
	for _, frame := range frames {
		for _, encoding := range lab.Encodings {
			for form, options := range forms() {
				options.Encoding = encoding
				for i, end := range ends {
					if raceDetector && i%6 != 0 {
						continue // which takes ten times as long
					}
					roundTrip(t, fmt.Sprintf("%s %s %s %d", frame, encoding, form, end.code), frame, options, end.code, end.reason, end.outcome)
				}
			}
		}
	}
}

func forms() map[string]lab.Options {
	return map[string]lab.Options{
		"crlf":        {},
		"lf":          {LineEnd: "\n"},
		"crcrlf":      {LineEnd: "\r\r\n"},
		"spaced":      {Spaced: true},
		"spaced cr":   {Spaced: true, LineEnd: "\r\r\n"},
		"quoted":      {Quote: "> "},
		"quoted wrap": {Quote: "> ", Wrap: 72},
	}
}

func roundTrip(t *testing.T, name string, frame trace.Frame, options lab.Options, code int, reason string, outcome signin.Outcome) {
	t.Helper()
	c := lab.NewClient()
	c.Secret = hidden
	more := []string{`ms-diagnostics: 1009;reason="x";source="lcs01.contoso.com"`, "Warning: 399 lcs01 \"w\"", "Contact: <sip:other.contoso.com>;expires=5"}
	c.SignIn(code, reason, more...)
	c.Wait(time.Minute)
	c.Begin("another")
	c.Say(true, "SUBSCRIBE sip:a@contoso.com SIP/2.0", "1 SUBSCRIBE", nil, hidden+"\r\nCall-ID: x\r\n"+hidden+"\r\n")
	var file bytes.Buffer
	if err := lab.Write(&file, frame, c.Log, options); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var damage clientlog.Damage
	var records []trace.Record
	for r, err := range clientlog.Read(t.Context(), "trace", &file, &damage) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		records = append(records, r)
		if m := r.Message; m != nil && r.Frame != frame {
			t.Fatalf("%s: %+v", name, r)
		}
		if options.Wrap > 0 {
			continue // the line that tells the connection is broken too
		}
		if frame == trace.UCCAPI && r.Message != nil && (r.Peer != c.Peer || r.Local != c.Local || !r.At.Dated()) || frame == trace.SIPStack && r.Message != nil && (r.Peer != c.Peer || !r.At.Dated()) {
			t.Fatalf("%s: %+v", name, r)
		}
	}
	if len(records) != len(c.Log)+1 {
		t.Fatalf("%s: %d records of %d messages: %+v", name, len(records), len(c.Log), damage)
	}
	for i, e := range c.Log {
		if got, want := records[i].StartLine(), strings.SplitN(e.Text, "\r\n", 2)[0]; got != want {
			t.Fatalf("%s: %q instead of %q", name, got, want)
		}
	}
	if got := [3]trace.Credentials{records[0].Credentials, records[2].Credentials, records[4].Credentials}; got != [3]trace.Credentials{trace.None, trace.Opening, trace.Proof} {
		t.Fatalf("%s: credentials %q", name, got)
	}
	if records[1].Continues || !records[3].Continues {
		t.Fatalf("%s: the handshake is not seen", name)
	}
	result := signin.Of(slices.Values(records))
	if len(result.Attempts) != 1 {
		t.Fatalf("%s: %+v", name, result.Attempts)
	}
	a := result.Attempts[0]
	if a.Outcome != outcome || a.Code != code || a.Reason != reason || a.Kind != signin.SignIn || a.Provisional != (frame == trace.Bare && code == 401) || a.User != c.User || a.Server != c.Product {
		t.Fatalf("%s: %+v", name, a)
	}
	if code != 200 && code != 401 && (len(a.Diagnostics) != 1 || len(a.Warnings) != 1) || code == 200 && (a.Expires == nil || *a.Expires != 1200) || code == 301 && len(a.Contacts) != 1 {
		t.Fatalf("%s: %+v", name, a)
	}
	text, err := json.Marshal([]any{records, result, a.Ladder()})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprintf("%+v %+v %+v", records, result, a.Ladder())} {
		if strings.Contains(shown, hidden[8:]) {
			t.Fatalf("%s: shows a secret: %s", name, shown)
		}
	}
	for _, r := range records {
		if m := r.Message; m != nil && strings.Contains(fmt.Sprintf("%+v", *m), hidden[8:]) {
			t.Fatalf("%s: keeps a secret: %+v", name, *m)
		}
	}
}
