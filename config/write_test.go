package config

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What is written is read back, be it the least or everything.
func TestWrite(t *testing.T) {
	least := Default()
	least.Directory.Controllers, least.Directory.Username = []string{"dc1.contoso.com"}, `CONTOSO\reader`
	full := Default()
	full.Directory = Directory{
		Controllers: []string{"dc1.contoso.com", "dc2.contoso.com:1636"}, Security: "starttls", Auth: "kerberos", Username: `o'"brien`,
		Password: Secret{Command: []string{"pass", "show", "lcs reader"}}, Kerberos: Kerberos{"CONTOSO.COM", "/etc/krb5.conf", "cc", "kt", "ldap/dc1"},
		CAFile: `C:\ca.pem`, ServerName: "dc", OldTLS: true, PageSize: 5, Connections: 3,
	}
	full.Database = Database{Auth: "sql", Username: "sa", Password: Secret{Env: "PW"}, Kerberos: Kerberos{Realm: "R"}, Encrypt: "disable", CAFile: "a: b", ServerName: "#x", Name: "rtc2"}
	full.Servers = []Server{{Name: "a.contoso.com", Role: "home", Generation: "2003", HostFile: "a: b.ndjson", Database: `a\rtc`}, {Name: "b.contoso.com"}}
	full.Servers = append(full.Servers, Server{Name: "c.contoso.com", Host: "wmi"})
	full.WMI = WMI{Auth: "kerberos", Username: "w", Password: Secret{File: "w.secret"}, Kerberos: Kerberos{CCache: "cc"}}
	full.Wire.SIP = false
	full.Wire.Certificate = ClientCertificate{File: "client.pfx", Key: "client.key", Password: Secret{Env: "PFX"}}
	full.Probe = Probe{User: "sip:test@contoso.com", Account: `CONTOSO\test`, Password: Secret{Command: []string{"pass", "x"}}, Server: "lcs01.contoso.com:5061"}
	full.Redact.Key = Secret{Command: []string{"pass", "redact"}}
	full.Hosts.Files = []string{"hosts", "more/*.ndjson"}
	full.Pools = []Pool{{Name: "p.contoso.com", Database: `sql01\rtc`}}
	full.Hosts.AllowOld, full.Wire.Enabled, full.DNS.Resolver = true, false, "127.0.0.1:5353"
	full.History = History{Path: "h.db", Postgres: Secret{Command: []string{"pass", "dsn"}}, Facts: "facts", KeepAge: time.Hour, KeepRuns: 3, KeepReports: time.Minute}
	full.Notify = Notify{
		BaseURL: "https://health.contoso.com", Tell: []string{"new", "resolved"}, Remind: Remind{Critical: time.Hour, Info: time.Minute},
		AuditReminder: time.Hour, Flapping: Flapping{4, time.Hour, time.Minute}, Quiet: []QuietHours{{"22:00", "07:00", []string{"sat"}, "Europe/Berlin", "critical"}},
		Digest: Digest{"weekly", "07:30", "mon", "UTC", true},
		Mail: []Mail{{
			Name: `"a": b`, Host: "smtp", Port: 465, Security: "tls", CAFile: "ca", Auth: "plain", Username: "u", Password: Secret{File: "p"},
			From: "A <a@contoso.com>", To: []string{"b@contoso.com", "c@contoso.com"}, CC: []string{"d@contoso.com"}, Attach: []string{"html"},
			Rules: Rules{Scopes: []string{"de*"}, MinSeverity: "major", NoAudits: true, Tell: []string{"new"}, Quiet: []QuietHours{{From: "1:00"}, {From: "2:00"}}, Digest: &Digest{Every: "daily", At: "08:00"}},
		}},
		Webhooks: []Webhook{{Name: "w", Format: "slack", PlainHTTP: true, URL: Secret{Env: "URL"}, Secret: Secret{Command: []string{"x", "y"}}, CAFile: "c", Rules: Rules{Scopes: []string{"*"}}}},
	}
	full.Serve = Serve{Listen: ":443", Names: []string{"health"}, Certificate: "c", Key: "k", Users: "u", Waivers: "w", Audits: []Audit{{"a", "other.yaml", "@daily", "UTC", time.Minute}}}
	for _, want := range []*Config{least, full} {
		var text bytes.Buffer
		if err := Write(&text, want); err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text.Bytes())
		if err != nil {
			t.Fatalf("%v in\n%s", err, &text)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-written +read):\n%s\nin\n%s", diff, &text)
		}
	}
}
