package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/facts"
)

// Validate reports everything that is wrong with the configuration in itself,
// each with its key. It contacts nobody and opens no file.
func (c *Config) Validate() error {
	v := &validator{}
	d := &c.Directory
	v.oneOf("directory.security", d.Security, "ldaps", "starttls", "plain")
	v.oneOf("directory.auth", d.Auth, "simple", "ntlm", "kerberos")
	v.check(len(d.Controllers) == 0 || d.Auth == "kerberos" || d.Username != "", "directory.username", "is needed to read the directory")
	v.check(d.Auth != "kerberos" || d.Kerberos.Realm != "" || d.Kerberos.CCache != "", "directory.kerberos.realm", "is needed without a ccache")
	v.check(d.PageSize > 0 && d.PageSize <= 100_000, "directory.page-size", "must be from 1 to 100000")
	v.check(d.Connections > 0 && d.Connections <= 16, "directory.connections", "must be from 1 to 16")
	for i, controller := range d.Controllers {
		v.check(strings.TrimSpace(controller) != "", fmt.Sprintf("directory.controllers[%d]", i), "is empty")
	}
	v.secret("directory.password", d.Password)

	v.oneOf("database.auth", c.Database.Auth, "ntlm", "sql", "kerberos", "integrated")
	v.oneOf("database.encrypt", c.Database.Encrypt, "true", "login", "disable")
	v.check(c.Database.Name != "", "database.name", "is empty")
	v.secret("database.password", c.Database.Password)

	v.oneOf("wmi.auth", c.WMI.Auth, "ntlm", "kerberos")
	v.secret("wmi.password", c.WMI.Password)

	names := map[string]string{}
	reads := false
	for i, s := range c.Servers {
		key := fmt.Sprintf("servers[%d]", i)
		v.name(key+".name", s.Name, names)
		v.oneOf(key+".role", s.Role, "", "home", "front-end", "proxy")
		v.oneOf(key+".generation", s.Generation, "", "2003", "2005")
		v.oneOf(key+".host", s.Host, "", "wmi", "com")
		v.check(s.Host == "" || s.HostFile == "", key+".host", "is one way into the host, and host-file another: say only one")
		v.check(s.Host != "wmi" || c.WMI.Auth != "ntlm" || c.WMI.Username != "", "wmi.username", "is needed to ask "+s.Name+" with wmi")
		v.check(s.Host != "wmi" || c.WMI.Auth != "kerberos" || c.WMI.Kerberos.Realm != "" || c.WMI.Kerberos.CCache != "", "wmi.kerberos.realm", "is needed without a ccache")
		reads = reads || s.Database != ""
	}
	v.secret("wire.certificate.password", c.Wire.Certificate.Password)
	v.check(c.Wire.Certificate.Key == "" || c.Wire.Certificate.File != "", "wire.certificate.file", "is needed with a key")
	v.secret("probe.password", c.Probe.Password)
	v.secret("redact.key", c.Redact.Key)
	v.check(c.Probe.User == "" || facts.AddressDomain(facts.NormalizeAddress(c.Probe.User)) != "", "probe.user", fmt.Sprintf("%q is not a sign-in name such as sip:user@domain", c.Probe.User))
	v.check(c.Probe.User == "" || c.Probe.Account != "", "probe.account", "is needed to sign in as "+c.Probe.User)
	for i, file := range c.Hosts.Files {
		v.check(strings.TrimSpace(file) != "", fmt.Sprintf("hosts.files[%d]", i), "is empty")
	}
	for i, p := range c.Pools {
		key := fmt.Sprintf("pools[%d]", i)
		v.name(key+".name", p.Name, names)
		v.check(p.Database != "", key+".database", "is empty: name the pool's back end, such as sql01\\rtc")
		reads = true
	}
	if reads && (c.Database.Auth == "ntlm" || c.Database.Auth == "sql") {
		v.check(c.Database.Username != "", "database.username", "is needed to read databases with "+c.Database.Auth)
	}
	v.check(len(d.Controllers) > 0 || len(c.Servers) > 0 || len(c.Hosts.Files) > 0, "directory.controllers", "names nobody, and servers and hosts.files are empty: there is nothing to check")
	v.positive("timeouts.run", c.Timeouts.Run)
	v.positive("timeouts.source", c.Timeouts.Source)
	v.positive("timeouts.connect", c.Timeouts.Connect)
	v.positive("hosts.max-age", c.Hosts.MaxAge)
	c.History.validate(v)
	c.Notify.validate(v)
	c.Serve.validate(v)
	return errors.Join(v.errs...)
}

type validator struct{ errs []error }

func (v *validator) check(ok bool, key, problem string) {
	if !ok {
		v.errs = append(v.errs, fmt.Errorf("%s: %s", key, problem))
	}
}

func (v *validator) oneOf(key, value string, words ...string) {
	shown := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	v.check(slices.Contains(words, value), key, fmt.Sprintf("%q is not one of %s", value, strings.Join(shown, ", ")))
}

func (v *validator) positive(key string, d time.Duration) {
	v.check(d > 0, key, fmt.Sprintf("%s is not a positive duration such as 90s or 5m", d))
}

// name checks a host name and that no other entry has it.
func (v *validator) name(key, name string, taken map[string]string) {
	v.check(strings.Contains(name, ".") && !strings.ContainsAny(name, " /:\\"), key, fmt.Sprintf("%q is not a fully qualified host name", name))
	lower := strings.ToLower(name)
	if other, ok := taken[lower]; ok && name != "" {
		v.check(false, key, fmt.Sprintf("%s is also %s", name, other))
	}
	taken[lower] = key
}

func (v *validator) secret(key string, s Secret) {
	ways := 0
	for _, set := range []bool{s.File != "", s.Env != "", len(s.Command) > 0} {
		if set {
			ways++
		}
	}
	v.check(ways <= 1, key, "say only one of file, env and command")
}
