package config

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	full.Hosts.Files = []string{"hosts", "more/*.ndjson"}
	full.Pools = []Pool{{Name: "p.contoso.com", Database: `sql01\rtc`}}
	full.Hosts.AllowOld, full.Wire.Enabled, full.DNS.Resolver = true, false, "127.0.0.1:5353"
	for _, want := range []*Config{least, full} {
		var text bytes.Buffer
		if err := Write(&text, want); err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text.Bytes())
		if err != nil {
			t.Fatalf("%v in\n%s", err, &text)
		}
		// An empty list and none are the same.
		if len(got.Servers) == 0 {
			got.Servers = nil
		}
		if len(got.Pools) == 0 {
			got.Pools = nil
		}
		if len(got.Hosts.Files) == 0 {
			got.Hosts.Files = nil
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{})); diff != "" {
			t.Errorf("(-written +read):\n%s\nin\n%s", diff, &text)
		}
	}
}
