package diagnosis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"
	"lcshealth/report/diagnosis"
)

// What is taken for the failure, and how a program is told without anybody
// having looked at the server side.
func TestFailure(t *testing.T) {
	for _, c := range []struct {
		name  string
		story func(*lab.Client)
		want  string // kind, code, phrase, server, exit code
		says  string
	}{
		{"forbidden", rejected(403, "Forbidden"), "code 403 Forbidden lcs01.contoso.com 3", "The password was right"},
		{"contact", rejected(400, "Invalid Contact information"), "code 400 Invalid Contact information lcs01.contoso.com 3", "NAT device"},
		{"via", rejected(400, "Missing/incorrect Via header"), "code 400 Missing/incorrect Via header lcs01.contoso.com 3", "servers do not trust each other"},
		{"wrong password", rejected(401, "Unauthorized"), "refused 401 Unauthorized lcs01.contoso.com 3", "password or the account is wrong"},
		{"signs in", rejected(200, "OK"), "none 0  lcs01.contoso.com 0", "succeeded"},
		{"two users after each other", func(c *lab.Client) {
			c.SignIn(404, "Not Found")
			c.Wait(time.Minute)
			c.Begin("second")
			c.SignIn(503, "Service Unavailable")
			later(c)
		}, "code 503 Service Unavailable lcs01.contoso.com 3", "database"},
		{"fails and then signs in", func(c *lab.Client) {
			c.SignIn(503, "Service Unavailable")
			c.Wait(time.Minute)
			c.Begin("second")
			c.SignIn(200, "OK")
			later(c)
		}, "code 503 Service Unavailable lcs01.contoso.com 3", "Later in the log the user signed in."},
		{"the last of it is a challenge", func(c *lab.Client) {
			c.Register("")
			c.Challenge()
			later(c)
		}, "challenged 0  lcs01.contoso.com 3", "A 401 is part of every sign-in"},
		{"challenged, and the log ends", func(c *lab.Client) {
			c.Register("")
			c.Challenge()
		}, "unfinished 0  lcs01.contoso.com 3", "Nothing can be said"},
		{"no answer", func(c *lab.Client) {
			c.Register("")
			later(c)
		}, "unanswered 0   3", "did not answer"},
		{"no answer yet", func(c *lab.Client) { c.Register("") }, "unfinished 0   3", "The log ends"},
		{"in progress", func(c *lab.Client) {
			c.Register("")
			c.Answer(100, "Trying")
		}, "unfinished 0   3", "The log ends"},
		{"sent elsewhere", rejected(301, "Moved"), "unfinished 0  lcs01.contoso.com 3", "The log ends"},
		{"a pending invitation", func(c *lab.Client) {
			c.SignIn(200, "OK")
			c.Begin("call")
			c.Invite("sip:lee@contoso.com")
			c.Answer(180, "Ringing")
			later(c)
		}, "pending 0  lcs01.contoso.com 3", "KB 834477"},
		{"a busy callee", func(c *lab.Client) {
			c.SignIn(200, "OK")
			c.Begin("call")
			c.Invite("sip:lee@contoso.com")
			c.Answer(486, "Busy Here")
			later(c)
		}, "none 0  lcs01.contoso.com 0", "succeeded"},
		{"another request", func(c *lab.Client) {
			c.SignIn(200, "OK")
			c.Begin("chat")
			c.Say(true, "MESSAGE sip:lee@litware.example SIP/2.0", "1 MESSAGE", nil, "hello")
			c.Say(false, "SIP/2.0 504 Cannot locate the next server", "1 MESSAGE", nil, "")
			later(c)
		}, "other 504 Cannot locate the next server lcs01.contoso.com 3", "MESSAGE was refused"},
		{"no sign-in", later, "empty 0   3", "None of its 1 messages is a REGISTER"},
		{"a clock that is wrong", func(c *lab.Client) {
			c.Skew = 18 * time.Minute
			c.SignIn(401, "Unauthorized")
			later(c)
		}, "refused 401 Unauthorized lcs01.contoso.com 3", "12 min apart: more than Kerberos allows"},
		{"a clock that is wrong for Kerberos", func(c *lab.Client) {
			c.Skew = -7 * time.Minute
			c.SignIn(401, "Unauthorized")
			later(c)
		}, "refused 401 Unauthorized lcs01.contoso.com 3", "more than Kerberos allows (5 minutes)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := of(t, trace.RTC, c.story)
			f := d.Failure
			if got := fmt.Sprintf("%s %d %s %s %d", f.Kind, f.Code, f.Phrase, f.Server, d.Exit()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if words := strings.Join(f.Words, " "); !strings.Contains(words, c.says) {
				t.Errorf("%q does not say %q", words, c.says)
			}
			if f.Headline == "" {
				t.Error("no headline")
			}
		})
	}
}

// One line of a mail is enough for a code.
func TestLooseAnswer(t *testing.T) {
	d := of(t, trace.Bare, func(c *lab.Client) {
		c.Log = append(c.Log, lab.Exchange{Text: "SIP/2.0 504 Cannot locate the next server\r\n"})
	})
	if d.Failure.Code != 504 || d.Failure.Kind != diagnosis.Code || len(d.Causes) < 5 || !d.Failure.Provisional {
		t.Errorf("%+v", d.Failure)
	}
}

// Of several users only the one who is asked for.
func TestOneUser(t *testing.T) {
	result := told(t, trace.RTC, func(c *lab.Client) {
		c.SignIn(404, "Not Found")
		c.Begin("second")
		c.User = "sip:lee@contoso.com"
		c.SignIn(503, "Service Unavailable")
		later(c)
	})
	d := diagnosis.Of(diagnosis.Question{Log: result, User: "SIP:Kim@Contoso.com"})
	if d.Failure.Code != 404 || d.Log.Others != 1 || len(d.Log.Attempts) != 1 || d.Failure.User != "sip:kim@contoso.com" {
		t.Errorf("%+v", d.Failure)
	}
}
