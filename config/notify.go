package config

import (
	"fmt"
	"strings"
	"time"
)

// Notify says who is told what of audits, and when.
type Notify struct {
	BaseURL       string        `mapstructure:"base-url"` // of the web page, which messages then link to
	Tell          []string      `mapstructure:"tell"`     // kinds of change; empty: all
	Remind        Remind        `mapstructure:"remind"`
	AuditReminder time.Duration `mapstructure:"audit-reminder"` // how often it is told that audits fail; 0: daily
	Flapping      Flapping      `mapstructure:"flapping"`
	Quiet         []QuietHours  `mapstructure:"quiet"`
	Digest        Digest        `mapstructure:"digest"`
	Mail          []Mail        `mapstructure:"mail"`
	Webhooks      []Webhook     `mapstructure:"webhooks"`
}

// Remind says after how long what is still present is told again, by severity.
// 0 is never.
type Remind struct {
	Critical time.Duration `mapstructure:"critical"`
	Major    time.Duration `mapstructure:"major"`
	Minor    time.Duration `mapstructure:"minor"`
	Info     time.Duration `mapstructure:"info"`
}

// Flapping says from how many changes within a time on a finding is told of
// once and then left alone until it is steady.
type Flapping struct {
	Transitions int           `mapstructure:"transitions"` // 0: never
	Window      time.Duration `mapstructure:"window"`
	Steady      time.Duration `mapstructure:"steady"`
}

// QuietHours are times at which nothing is sent.
type QuietHours struct {
	From  string   `mapstructure:"from"` // 22:00
	To    string   `mapstructure:"to"`   // 07:00
	Days  []string `mapstructure:"days"` // mon to sun on which they begin; empty: every day
	Zone  string   `mapstructure:"zone"` // Europe/Berlin; empty: UTC
	Break string   `mapstructure:"break"`
}

// Digest says when everything that is present is told in one message.
type Digest struct {
	Every  string `mapstructure:"every"` // daily or weekly; empty: never
	At     string `mapstructure:"at"`
	Day    string `mapstructure:"day"`
	Zone   string `mapstructure:"zone"`
	Always bool   `mapstructure:"always"` // also if there is nothing to tell
}

// Rules are what one channel is told. What they leave out is as for all.
type Rules struct {
	Scopes      []string     `mapstructure:"scopes"`
	MinSeverity string       `mapstructure:"min-severity"`
	NoAudits    bool         `mapstructure:"no-audits"` // not told of audits that fail
	Tell        []string     `mapstructure:"tell"`
	Quiet       []QuietHours `mapstructure:"quiet"`
	Digest      *Digest      `mapstructure:"digest"`
}

// Mail is a channel that sends mail.
type Mail struct {
	Name     string   `mapstructure:"name"`
	Host     string   `mapstructure:"host"`
	Port     int      `mapstructure:"port"`
	Security string   `mapstructure:"security"` // starttls, tls or none; empty: starttls
	CAFile   string   `mapstructure:"ca-file"`
	Auth     string   `mapstructure:"auth"` // plain, login, cram-md5; empty: none without a username
	Username string   `mapstructure:"username"`
	Password Secret   `mapstructure:"password"`
	From     string   `mapstructure:"from"`
	To       []string `mapstructure:"to"`
	CC       []string `mapstructure:"cc"`
	Attach   []string `mapstructure:"attach"` // html, json
	Rules    Rules    `mapstructure:"rules"`
}

// Webhook is a channel that posts to an address.
type Webhook struct {
	Name      string `mapstructure:"name"`
	Format    string `mapstructure:"format"`     // generic, slack or teams; empty: generic
	URL       Secret `mapstructure:"url"`        // where the address is found: those of Slack and Teams are secrets
	PlainHTTP bool   `mapstructure:"plain-http"` // allow an address that is not encrypted
	Secret    Secret `mapstructure:"secret"`     // signs each message
	CAFile    string `mapstructure:"ca-file"`
	Rules     Rules  `mapstructure:"rules"`
}

// validate checks what only the configuration can tell. Package notify checks
// the rest, with the same names of keys.
func (n *Notify) validate(v *validator) {
	names := map[string]string{}
	name := func(key, name string) {
		v.check(strings.TrimSpace(name) != "", key, "is empty")
		if other, taken := names[name]; taken && name != "" {
			v.check(false, key, fmt.Sprintf("%q is also %s", name, other))
		}
		names[name] = key
	}
	for i, m := range n.Mail {
		key := fmt.Sprintf("notify.mail[%d]", i)
		name(key+".name", m.Name)
		v.secret(key+".password", m.Password)
	}
	for i, w := range n.Webhooks {
		key := fmt.Sprintf("notify.webhooks[%d]", i)
		name(key+".name", w.Name)
		v.secret(key+".url", w.URL)
		v.check(!w.URL.IsZero(), key+".url", "is needed: say with file, env or command where the address is found")
		v.secret(key+".secret", w.Secret)
	}
}
