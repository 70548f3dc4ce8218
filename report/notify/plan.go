package notify

import (
	"path"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
)

// Audit is what a run found, and what was known before it.
type Audit struct {
	Scope  string
	Report *report.Report
	// Comparison is with the run before; nil in the first audit of a scope.
	Comparison *compare.Comparison
	// Known is what the history holds of the findings, by id, from before the
	// run: of all of them, see [Policy.Since].
	Known map[string]history.Known
}

// Planned is a message for one channel.
type Planned struct {
	Channel      string
	Notification *Notification
	NotBefore    time.Time // when it may be sent: now, or the end of the quiet hours
}

// Plans are the messages of an audit and what the channels are told by them.
// Both belong into the transaction that stores the run.
type Plans struct {
	Messages []Planned
	Told     map[string]map[string]history.Told // by channel and id of the finding
}

// Plan decides what each channel is told of an audit. It is a pure function;
// planning the same audit again with what was told by then gives nothing.
func Plan(now time.Time, p Policy, channels []Rules, a Audit) Plans {
	out := Plans{Told: map[string]map[string]history.Told{}}
	for _, rules := range channels {
		if !rules.hears(a.Scope) {
			continue
		}
		t := &telling{now: now, policy: p.of(rules), rules: rules, audit: a, told: map[string]history.Told{}}
		out.Messages = append(out.Messages, t.messages()...)
		if len(t.told) > 0 {
			out.Told[rules.Channel] = t.told
		}
	}
	return out
}

// hears reports whether a channel is told of a scope at all.
func (r Rules) hears(scope string) bool {
	return len(r.Scopes) == 0 || slices.ContainsFunc(r.Scopes, func(pattern string) bool {
		matches, err := path.Match(pattern, scope)
		return err == nil && matches
	})
}

// telling is the plan of one channel in the making.
type telling struct {
	now    time.Time
	policy Policy
	rules  Rules
	audit  Audit
	told   map[string]history.Told // by this run
}

// last is what the channel was told last of a finding.
func (t *telling) last(id string) history.Told { return t.audit.Known[id].Told[t.rules.Channel] }

func (t *telling) messages() []Planned {
	var out []Planned
	if n := t.auditsAgain(); n != nil {
		out = append(out, t.planned(n, ""))
	}
	events := t.events()
	for _, e := range events {
		t.told[e.finding.ID] = history.Told{At: t.now, Kind: string(e.remembered()), Digest: report.Fingerprint(e.finding)}
	}
	if since, due := t.digestDue(); due {
		if n := t.digest(events, since); n != nil {
			out = append(out, t.planned(n, urgency(events)))
		}
		return out
	}
	if len(events) > 0 {
		occasion := Changes
		if t.audit.Comparison == nil {
			occasion = FirstAudit
		}
		out = append(out, t.planned(t.notification(occasion, events), urgency(events)))
	}
	return out
}

// urgency is the worst severity of what may break quiet hours.
func urgency(events []event) (worst checks.Severity) {
	for _, e := range events {
		if e.kind != Reminder && (worst == "" || e.severity().Rank() < worst.Rank()) {
			worst = e.severity()
		}
	}
	return worst
}

func (t *telling) planned(n *Notification, urgency checks.Severity) Planned {
	n.Channel = t.rules.Channel
	return Planned{Channel: t.rules.Channel, Notification: n, NotBefore: quietUntil(t.policy.Quiet, t.now, urgency)}
}
