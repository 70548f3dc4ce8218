package config

import (
	"fmt"
	"strings"
	"time"
)

// Serve says where the web page is, who may see it, and what is audited when.
type Serve struct {
	Listen      string   `mapstructure:"listen"`      // host:port
	Names       []string `mapstructure:"names"`       // other names by which browsers may call it
	Certificate string   `mapstructure:"certificate"` // PEM; needed for any address but loopback
	Key         string   `mapstructure:"key"`         // PEM
	Users       string   `mapstructure:"users"`       // file that lcshealth user writes
	Waivers     string   `mapstructure:"waivers"`     // file of waivers, which operators add to
	Audits      []Audit  `mapstructure:"audits"`
}

// Audit is something that is audited by the clock.
type Audit struct {
	Scope    string        `mapstructure:"scope"`
	Config   string        `mapstructure:"config"`   // of another deployment; empty: this one
	Schedule string        `mapstructure:"schedule"` // five fields as in crontab(5), or @daily
	Zone     string        `mapstructure:"zone"`     // Europe/Berlin; empty: the system's
	Jitter   time.Duration `mapstructure:"jitter"`
}

func (s *Serve) validate(v *validator) {
	v.check((s.Certificate == "") == (s.Key == ""), "serve.certificate", "and serve.key are needed together")
	scopes := map[string]bool{}
	for i, a := range s.Audits {
		key := fmt.Sprintf("serve.audits[%d]", i)
		v.check(strings.TrimSpace(a.Scope) != "", key+".scope", "is empty")
		v.check(!scopes[a.Scope], key+".scope", fmt.Sprintf("%q is there twice", a.Scope))
		v.check(a.Schedule != "", key+".schedule", "is empty: write it as in crontab(5), such as 15 2 * * *")
		v.check(a.Jitter >= 0, key+".jitter", "is negative")
		scopes[a.Scope] = true
	}
}
