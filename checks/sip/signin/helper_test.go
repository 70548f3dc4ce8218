package signin_test

import (
	"bytes"
	"iter"
	"testing"
	"time"

	"lcshealth/checks/collect/clientlog"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// told is what a trace tells.
func told(tb testing.TB, file []byte) *signin.Result {
	tb.Helper()
	return signin.Of(records(tb, "trace", file))
}

func records(tb testing.TB, name string, file []byte) iter.Seq[trace.Record] {
	return func(yield func(trace.Record) bool) {
		for r, err := range clientlog.Read(tb.Context(), name, bytes.NewReader(file), nil) {
			if err != nil {
				tb.Fatal(err)
			}
			if !yield(r) {
				return
			}
		}
	}
}

func write(tb testing.TB, frame trace.Frame, log []lab.Exchange, options lab.Options) []byte {
	tb.Helper()
	var file bytes.Buffer
	if err := lab.Write(&file, frame, log, options); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// stories are what clients go through, by name.
var stories = map[string]func(c *lab.Client){
	"signs in, refreshes and signs out": func(c *lab.Client) {
		c.SignIn(200, "OK")
		c.Wait(10 * time.Minute)
		c.Register(`NTLM qop="auth", realm="r", targetname="lcs01.contoso.com", crand="1", cnum="2", response="` + c.Secret + `"`)
		c.Answer(200, "OK")
		c.Wait(10 * time.Minute)
		c.Expires = 0
		c.Register(`NTLM qop="auth", realm="r", targetname="lcs01.contoso.com", crand="1", cnum="3", response="` + c.Secret + `"`)
		c.Answer(200, "OK")
	},
	"wrong password, then the right one": func(c *lab.Client) {
		c.SignIn(401, "Unauthorized")
		c.Wait(5 * time.Second)
		c.Prove()
		c.Answer(200, "OK")
	},
	"wrong password twice, and gives up": func(c *lab.Client) {
		c.SignIn(401, "Unauthorized")
		c.Prove()
		c.Challenge()
		c.Wait(time.Minute)
		c.Begin("other")
		c.SignIn(504, "Cannot locate the next server")
	},
	"moves to another server": func(c *lab.Client) {
		c.SignIn(301, "Redirect request to Home Server", "Contact: <sip:lcs02.contoso.com>")
		c.SignIn(503, "Service Unavailable")
		c.SignIn(403, "Forbidden")
	},
	"nobody answers": func(c *lab.Client) {
		c.Register("")
		c.Wait(40 * time.Second)
		c.Register("")
		c.Answer(100, "Trying")
		c.Wait(5 * time.Second)
		c.Register("")
		c.Challenge()
		c.Wait(time.Minute)
		c.Register("")
		c.Wait(33 * time.Second)
		c.Answer(200, "OK")
	},
	"keys forgotten": func(c *lab.Client) {
		c.SignIn(200, "OK")
		c.Register(`NTLM response="` + c.Secret + `"`)
		c.Challenge()
		c.Wait(3 * time.Second)
		c.Prove()
		c.Answer(404, "Not Found")
	},
	"invites, and is told of a call": func(c *lab.Client) {
		c.SignIn(200, "OK")
		c.Say(false, "NOTIFY sip:kim@contoso.com SIP/2.0", "1 NOTIFY", []string{"Content-Type: message/sipfrag"}, "SIP/2.0 403 Forbidden\r\n")
		c.Begin("invitation")
		c.Invite("sip:lee@contoso.com")
		c.Answer(180, "Ringing")
		c.Wait(5 * time.Minute)
		c.Say(true, "CANCEL sip:lee@contoso.com SIP/2.0", "1 CANCEL", nil, "")
		c.Answer(487, "Request Terminated")
		c.Begin("second")
		c.Invite("sip:lee@contoso.com")
		c.Answer(486, "Busy Here")
		c.Begin("third")
		c.Say(true, "SERVICE sip:kim@contoso.com SIP/2.0", "1 SERVICE", nil, "x")
		c.Say(false, "SIP/2.0 403 Forbidden", "1 SERVICE", []string{"ms-diagnostics: 4268;reason=\"x\""}, "x")
	},
}

func story(name string) *lab.Client {
	c := lab.NewClient()
	stories[name](c)
	return c
}
