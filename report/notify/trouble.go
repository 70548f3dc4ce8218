package notify

import (
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/view"
)

// Trouble is what is wrong with the audits of a scope themselves. As long as it
// lasts, silence does not mean that all is well.
type Trouble struct {
	Scope    string
	Occasion Occasion      // AuditFailed or AuditsStale
	LastRun  time.Time     // when an audit ended last; zero if none ever did
	Every    time.Duration // how often there should be one; zero if that is not known
	Why      string        // why the audit failed; without secrets
}

// PlanTrouble decides which channels are told of a trouble: each once, and
// again after [Policy.AuditReminder]. told is what each channel was told last
// under [AuditID]. When an audit ends again, [Plan] says so.
func PlanTrouble(now time.Time, p Policy, channels []Rules, trouble Trouble, told map[string]history.Told) Plans {
	out := Plans{Told: map[string]map[string]history.Told{}}
	for _, rules := range channels {
		last := told[rules.Channel]
		again := or(p.AuditReminder, day)
		switch {
		case rules.NoAudits || !rules.hears(trouble.Scope):
			continue
		case Occasion(last.Kind) == trouble.Occasion && now.Sub(last.At) < again-leeway(again):
			continue
		}
		t := &telling{now: now, policy: p.of(rules), rules: rules, audit: Audit{Scope: trouble.Scope}}
		out.Messages = append(out.Messages, t.planned(t.trouble(trouble), checks.Major))
		out.Told[rules.Channel] = map[string]history.Told{AuditID: {At: now, Kind: string(trouble.Occasion)}}
	}
	return out
}

func (t *telling) trouble(trouble Trouble) *Notification {
	n := t.blank(trouble.Occasion)
	n.Severity = checks.Major
	why, ago := report.Clean(trouble.Why), "No audit of it has ever ended."
	if at := view.Stamp(trouble.LastRun); at != "" {
		ago = "The last one that ended did so on " + at + "."
	}
	if trouble.Occasion == AuditFailed {
		n.title("the audit failed")
		n.Summary = "The audit of " + n.Scope + " came to no report."
		if why != "" {
			n.Notes = append(n.Notes, cut(why, mostWords))
		}
	} else {
		n.title("audits are missing")
		n.Summary = "No audit of " + n.Scope + " has ended for too long."
		if trouble.Every > 0 {
			n.Notes = append(n.Notes, "There should be one every "+short(trouble.Every)+".")
		}
	}
	n.More = []string{ago, "Until audits run again, nobody is told what breaks."}
	return n
}

// short writes a duration without the parts that are nothing: "24h", "1h30m".
func short(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// auditsAgain is the end of a trouble that the channel was told of, or nil.
func (t *telling) auditsAgain() *Notification {
	last := t.last(AuditID)
	if kind := Occasion(last.Kind); kind != AuditFailed && kind != AuditsStale || t.rules.NoAudits {
		return nil
	}
	t.told[AuditID] = history.Told{At: t.now, Kind: string(AuditsAgain)}
	n := t.notification(AuditsAgain, nil)
	n.title("audits run again")
	n.Summary = "An audit of " + n.Scope + " has ended again."
	return n
}

// TrialOf is the message with which somebody tries a channel out.
func TrialOf(now time.Time, channel, scope string) *Notification {
	t := &telling{now: now, audit: Audit{Scope: scope}, rules: Rules{Channel: channel}}
	n := t.blank(Trial)
	n.Channel = channel
	n.title("a test of channel " + report.Clean(channel))
	n.Summary = "This is a test. If you can read it, the channel works."
	n.More = []string{"It says nothing about the deployment."}
	return n
}
