package signin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// summary is what is said of each attempt, in a line.
func summary(result *signin.Result) (lines []string) {
	for _, a := range result.Attempts {
		line := fmt.Sprintf("%s %s", a.Kind, a.Outcome)
		if a.Code != 0 {
			line += fmt.Sprintf(" %d", a.Code)
		}
		if a.Refusals > 0 {
			line += fmt.Sprintf(" refusals=%d", a.Refusals)
		}
		if a.Late != 0 {
			line += fmt.Sprintf(" late=%d", a.Late)
		}
		if a.Provisional {
			line += " provisional"
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	for _, o := range result.Observations {
		line := fmt.Sprintf("%s %s %d ×%d", o.Kind, o.Method, o.Code, o.Count)
		if o.Provisional {
			line += " provisional"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestStories(t *testing.T) {
	for name, want := range map[string][]string{
		"signs in, refreshes and signs out":  {"sign-in succeeded 200", "refresh succeeded 200", "sign-out succeeded 200"},
		"wrong password, then the right one": {"sign-in succeeded 200 refusals=1"},
		"wrong password twice, and gives up": {"sign-in refused 401 refusals=2", "sign-in failed 504"},
		"moves to another server":            {"sign-in redirected 301", "sign-in failed 503", "sign-in failed 403"},
		"nobody answers":                     {"sign-in unanswered", "sign-in unanswered", "sign-in challenged 401", "sign-in unanswered late=200"},
		"keys forgotten":                     {"sign-in succeeded 200", "refresh failed 404"},
		"invites, and is told of a call":     {"sign-in succeeded 200", "request-refused SERVICE 403 ×1", "invite-cancelled INVITE 0 ×1"},
	} {
		result := told(t, write(t, trace.RTC, story(name).Log, lab.Options{}))
		if diff := cmp.Diff(want, summary(result)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What is met right before the end of a trace is provisional, and no more once
// time has passed.
func TestSoFar(t *testing.T) {
	for _, c := range []struct {
		name        string
		say         func(c *lab.Client)
		now, later  []string
		afterSecond time.Duration
	}{
		{"refused", func(c *lab.Client) { c.SignIn(401, "Unauthorized") },
			[]string{"sign-in refused 401 refusals=1 provisional"}, []string{"sign-in refused 401 refusals=1"}, 0},
		{"challenged", func(c *lab.Client) { c.Register(""); c.Challenge() },
			[]string{"sign-in challenged 401 provisional"}, []string{"sign-in challenged 401"}, 0},
		{"asked", func(c *lab.Client) { c.Register("") },
			[]string{"sign-in unfinished provisional"}, []string{"sign-in unanswered"}, 0},
		{"trying", func(c *lab.Client) { c.Register(""); c.Answer(100, "Trying") },
			[]string{"sign-in unfinished provisional"}, []string{"sign-in unanswered"}, 0},
	} {
		l := lab.NewClient()
		c.say(l)
		l.Begin("another")
		l.Say(true, "OPTIONS sip:a SIP/2.0", "1 OPTIONS", nil, "")
		if diff := cmp.Diff(c.now, summary(told(t, write(t, trace.RTC, l.Log, lab.Options{})))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		l.Wait(32 * time.Second)
		l.Say(true, "OPTIONS sip:a SIP/2.0", "2 OPTIONS", nil, "")
		if diff := cmp.Diff(c.later, summary(told(t, write(t, trace.RTC, l.Log, lab.Options{})))); diff != "" {
			t.Errorf("%s, later: %s", c.name, diff)
		}
	}
}

// A trace that begins in the middle, or from which somebody removed what is
// secret, says less and nothing wrong.
func TestParts(t *testing.T) {
	c := lab.NewClient()
	c.SignIn(401, "Unauthorized")
	c.Wait(time.Minute)
	c.Say(true, "OPTIONS sip:a SIP/2.0", "1 OPTIONS", nil, "")
	answer := told(t, write(t, trace.RTC, c.Log[5:], lab.Options{}))
	if diff := cmp.Diff([]string{"unfinished 401 provisional"}, summary(answer)); diff != "" || !answer.Attempts[0].Headless {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"refused 401 refusals=1"}, summary(told(t, write(t, trace.RTC, c.Log[4:], lab.Options{})))); diff != "" {
		t.Error(diff)
	}
	for i := range c.Log {
		c.Log[i].Text = strings.ReplaceAll(strings.ReplaceAll(c.Log[i].Text, `gssapi-data="`+c.Secret, `gssapi-data="<removed>`), `gssapi-data=""`, `gssapi-data="<removed>"`)
	}
	if diff := cmp.Diff([]string{"sign-in unfinished 401 provisional"}, summary(told(t, write(t, trace.RTC, c.Log, lab.Options{})))); diff != "" {
		t.Error(diff)
	}
	headers := strings.NewReplacer("Call-ID:", "X-ID:")
	c = lab.NewClient()
	c.SignIn(503, "Service Unavailable")
	for i := range c.Log {
		c.Log[i].Text = headers.Replace(c.Log[i].Text)
	}
	result := told(t, write(t, trace.RTC, c.Log, lab.Options{}))
	if diff := cmp.Diff([]string{"sign-in challenged 401 provisional", "challenged 401 provisional", "failed 503 provisional"}, summary(result)); diff != "" {
		t.Error(diff)
	}
}

func TestLadder(t *testing.T) {
	c := lab.NewClient()
	c.SignIn(504, "Cannot locate the next server")
	file := write(t, trace.UCCAPI, c.Log, lab.Options{})
	l := told(t, file).Attempts[0].Ladder()
	if diff := cmp.Diff([]signin.Participant{{Name: "sip:kim@contoso.com", Role: signin.ClientRole}, {Name: "lcs01.contoso.com", Role: signin.ServerRole}}, l.Participants); diff != "" {
		t.Error(diff)
	}
	var got []string
	lines := strings.Split(string(file), "\r\n")
	for i, a := range l.Arrows {
		got = append(got, fmt.Sprintf("%d>%d %s (%s)", a.From, a.To, a.Label, a.Meaning))
		if start, _, _ := strings.Cut(c.Log[i].Text, "\r\n"); !strings.HasSuffix(lines[a.Line-1], start) {
			t.Errorf("line %d is %q", a.Line, lines[a.Line-1])
		}
	}
	if diff := cmp.Diff([]string{
		"0>1 REGISTER 1 (request)", "1>0 401 Unauthorized (challenge)", "0>1 REGISTER 2 NTLM opening (request)",
		"1>0 401 Unauthorized (handshake)", "0>1 REGISTER 3 NTLM proof (request)", "1>0 504 Cannot locate the next server (final)",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFaults(t *testing.T) {
	c := lab.NewClient()
	fault := lab.Exchange{At: c.Now, Peer: c.Peer, Data: `expected-fqdn="lcs02.contoso.com"; certName="old.contoso.com"; gssapi-data="` + c.Secret + `"`, Fault: &trace.Diagnostic{
		Component: "TF_DIAG", Level: "TL_ERROR", Text: "The peer's certificate does not contain a matching FQDN", Code: 0xc3e93d67, Name: "SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH",
		StartLine: "SIP/2.0 504 Server time-out", CallID: "a", CSeq: "1 REGISTER", Peer: "192.0.2.9:5061",
	}}
	result := told(t, write(t, trace.SIPStack, []lab.Exchange{fault, fault}, lab.Options{}))
	want := *fault.Fault
	want.Data = []sip.Param{{Name: "expected-fqdn", Value: "lcs02.contoso.com"}, {Name: "certName", Value: "old.contoso.com"}}
	if len(result.Faults) != 1 || result.Faults[0].Count != 2 {
		t.Fatalf("%+v", result)
	}
	if diff := cmp.Diff(want, result.Faults[0].Diagnostic); diff != "" {
		t.Error(diff)
	}
}

// Whatever comes in whatever number, what is held is bounded.
func TestBounds(t *testing.T) {
	long := strings.Repeat("x", 5000)
	var tracker signin.Tracker
	for i := range 8000 {
		m := &sip.Message{Method: "REGISTER", Headers: []sip.Header{
			{Name: "Call-ID", Value: fmt.Sprint(i/2, long[:600])}, {Name: "CSeq", Value: fmt.Sprint(i%2+1) + " REGISTER"},
			{Name: "To", Value: "<sip:" + long + ">"}, {Name: "User-Agent", Value: long},
		}}
		tracker.Add(trace.Record{File: fmt.Sprint(i / 8), Message: m})
		tracker.Add(trace.Record{File: "b", Message: &sip.Message{Code: 400 + i%200, Reason: fmt.Sprint(i), Headers: []sip.Header{{Name: "Call-ID", Value: "x"}, {Name: "CSeq", Value: "1 INFO"}}}})
		tracker.Add(trace.Record{File: "b", Diagnostic: &trace.Diagnostic{Text: fmt.Sprint(i, long)}})
		tracker.Add(trace.Record{File: "b", Message: &sip.Message{Method: "INVITE", Headers: []sip.Header{{Name: "Call-ID", Value: fmt.Sprint(i)}, {Name: "CSeq", Value: "1 INVITE"}}}})
	}
	result := tracker.Result()
	if len(result.Attempts) > 2048 || len(result.Observations) > 1024 || len(result.Faults) > 256 || result.Omitted == 0 {
		t.Errorf("%d attempts, %d observations, %d faults, %d omitted", len(result.Attempts), len(result.Observations), len(result.Faults), result.Omitted)
	}
	for _, a := range result.Attempts {
		if len(a.User) > 512 || len(a.Client) > 512 || len(a.CallID) > 512 {
			t.Fatal("a string is not bounded")
		}
	}
}
