package signin_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// KB 834477: the callee is busy, and the caller never hears of it.
func TestLostBusy(t *testing.T) {
	server, caller, callee := lab.NewClient(), lab.NewClient(), lab.NewClient()
	invite := func(c *lab.Client, sent bool) {
		c.Say(sent, "INVITE sip:lee@contoso.com SIP/2.0", "1 INVITE", []string{"Content-Type: application/sdp"}, "v=0\r\n")
	}
	busy := func(c *lab.Client, sent bool) { c.Say(sent, "SIP/2.0 486 Busy Here", "1 INVITE", nil, "") }
	end := func(c *lab.Client) {
		c.Wait(4 * time.Minute)
		c.Say(true, "OPTIONS sip:a SIP/2.0", "1 OPTIONS", nil, "")
	}
	invite(server, false)
	invite(server, true)
	busy(server, false)
	if diff := cmp.Diff([]string{"answer-not-passed INVITE 486 ×1 provisional"}, summary(told(t, write(t, trace.SIPStack, server.Log, lab.Options{})))); diff != "" {
		t.Error(diff)
	}
	passed, at := slices.Clone(server.Log), server.Now
	end(server)
	if diff := cmp.Diff([]string{"answer-not-passed INVITE 486 ×1"}, summary(told(t, write(t, trace.SIPStack, server.Log, lab.Options{})))); diff != "" {
		t.Error(diff)
	}
	server.Log, server.Now = passed, at
	busy(server, true)
	end(server)
	if diff := cmp.Diff([]string(nil), summary(told(t, write(t, trace.SIPStack, server.Log, lab.Options{})))); diff != "" {
		t.Error(diff)
	}

	invite(caller, true)
	invite(callee, false)
	busy(callee, true)
	end(caller)
	end(callee)
	one, other := write(t, trace.UCCAPI, caller.Log, lab.Options{}), write(t, trace.UCCAPI, callee.Log, lab.Options{})
	if diff := cmp.Diff([]string{"invite-pending INVITE 0 ×1"}, summary(told(t, one))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string(nil), summary(told(t, other))); diff != "" {
		t.Error(diff)
	}
	for range 2 {
		var both signin.Tracker
		for r := range records(t, "first", one) {
			both.Add(r)
		}
		for r := range records(t, "second", other) {
			both.Add(r)
		}
		result := both.Result()
		if diff := cmp.Diff([]string{"answer-lost INVITE 486 ×1"}, summary(result)); diff != "" {
			t.Error(diff)
		}
		if l := result.Observations[0].Ladder(); len(l.Arrows) != 3 || len(l.Participants) < 2 {
			t.Errorf("%+v", l)
		}
		one, other = other, one
	}
}
