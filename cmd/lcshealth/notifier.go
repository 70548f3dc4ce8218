package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/config"
	"lcshealth/report/audit"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/notify/mail"
	"lcshealth/report/notify/webhook"
)

// newAuditor makes of the configuration who is told what. All that is wrong is
// reported at once, each with its key.
func newAuditor(store *history.Store, n *config.Notify) (*audit.Auditor, error) {
	a := &audit.Auditor{Store: store, Policy: policyOf(n)}
	errs := []error{notify.Below("notify", a.Policy.Validate())}
	add := func(key string, c notify.Channel, err error, r notify.Rules) {
		errs = append(errs, notify.Below(key, err), notify.Below(key+".rules", r.Validate()))
		a.Channels, a.Rules = append(a.Channels, c), append(a.Rules, r)
	}
	for i, m := range n.Mail {
		c, err := mail.New(mail.Options{
			Name: m.Name, Host: m.Host, Port: m.Port, Security: m.Security, CAFile: m.CAFile, Auth: authOf(&m), Username: m.Username,
			Password: secretOf(m.Password), From: m.From, To: m.To, Cc: m.CC, Attach: m.Attach,
		})
		add(fmt.Sprintf("notify.mail[%d]", i), c, err, rulesOf(m.Name, &m.Rules))
	}
	for i, w := range n.Webhooks {
		c, err := webhook.New(webhook.Options{
			Name: w.Name, Format: w.Format, ReadURL: secretOf(w.URL), PlainHTTP: w.PlainHTTP, CAFile: w.CAFile, Secret: secretOf(w.Secret),
		})
		add(fmt.Sprintf("notify.webhooks[%d]", i), c, err, rulesOf(w.Name, &w.Rules))
	}
	return a, usage(errors.Join(errs...))
}

// authOf is plain where there is a name and nothing else was said: the password
// is then sent over TLS, which mail sees to.
func authOf(m *config.Mail) string {
	if m.Auth == "" && m.Username != "" {
		return "plain"
	}
	return m.Auth
}

func policyOf(n *config.Notify) notify.Policy {
	return notify.Policy{
		Tell: kindsOf(n.Tell),
		Reminders: map[checks.Severity]time.Duration{
			checks.Critical: n.Remind.Critical, checks.Major: n.Remind.Major, checks.Minor: n.Remind.Minor, checks.Info: n.Remind.Info,
		},
		AuditReminder: n.AuditReminder,
		Flapping:      notify.Damping{Transitions: n.Flapping.Transitions, Window: n.Flapping.Window, Steady: n.Flapping.Steady},
		Quiet:         quietOf(n.Quiet),
		Digest:        digestOf(&n.Digest),
		BaseURL:       n.BaseURL,
	}
}

func rulesOf(channel string, r *config.Rules) notify.Rules {
	out := notify.Rules{
		Channel: channel, Scopes: r.Scopes, MinSeverity: checks.Severity(r.MinSeverity), NoAudits: r.NoAudits,
		Tell: kindsOf(r.Tell), Quiet: quietOf(r.Quiet),
	}
	if r.Digest != nil {
		digest := digestOf(r.Digest)
		out.Digest = &digest
	}
	return out
}

// kindsOf is nil for none, which stands for all.
func kindsOf(words []string) (out []compare.Kind) {
	for _, w := range words {
		out = append(out, compare.Kind(w))
	}
	return out
}

func quietOf(list []config.QuietHours) (out []notify.QuietHours) {
	for _, q := range list {
		out = append(out, notify.QuietHours{From: q.From, To: q.To, Days: q.Days, Zone: q.Zone, Break: checks.Severity(q.Break)})
	}
	return out
}

func digestOf(d *config.Digest) notify.Schedule {
	return notify.Schedule{Every: d.Every, At: d.At, Day: d.Day, Zone: d.Zone, Always: d.Always}
}

// secretOf reads a secret each time that it is needed, so that one that was
// replaced is taken up.
func secretOf(s config.Secret) func(context.Context) (string, error) {
	if s.IsZero() {
		return nil
	}
	return s.Read
}
