package rtcdb

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// TestParams checks the settings whose effect no server in the tests shows.
func TestParams(t *testing.T) {
	secret := func(context.Context) (string, error) { return "secret", nil }
	tests := []struct {
		name       string
		cfg        Config
		user, pass string
		spn        string
		parameters map[string]string
		encryption msdsn.Encryption
	}{
		{"SQL", Config{Address: `lcs01\rtc:1533`, Username: "reader", Password: secret}, "reader", "secret",
			"MSSQLSvc/lcs01:rtc", map[string]string{}, msdsn.EncryptionRequired},
		{"NTLM", Config{Address: "lcs01", Auth: AuthNTLM, Username: `CONTOSO\reader`, Password: secret, Encrypt: EncryptLogin}, `CONTOSO\reader`, "secret",
			"MSSQLSvc/lcs01:1433", map[string]string{"authenticator": "ntlm"}, msdsn.EncryptionOff},
		{"Kerberos with a keytab", Config{Address: "lcs01", Auth: AuthKerberos, Username: "reader", Encrypt: EncryptDisable,
			Kerberos: Kerberos{Realm: "CONTOSO.COM", ConfigFile: "krb5.conf", Keytab: "reader.keytab", SPN: "MSSQLSvc/other:1"}}, "reader", "",
			"MSSQLSvc/other:1", map[string]string{"authenticator": "krb5", "krb5-realm": "CONTOSO.COM", "krb5-configfile": "krb5.conf", "krb5-keytabfile": "reader.keytab"},
			msdsn.EncryptionDisabled},
		{"Kerberos with a cache", Config{Address: "lcs01", Auth: AuthKerberos, Kerberos: Kerberos{CCache: "cc"}}, "", "",
			"MSSQLSvc/lcs01:1433", map[string]string{"authenticator": "krb5", "krb5-credcachefile": "cc"}, msdsn.EncryptionRequired},
		{"as ourselves", Config{Address: "lcs01", Auth: AuthIntegrated, Username: "ignored", Password: secret}, "", "",
			"MSSQLSvc/lcs01:1433", map[string]string{"authenticator": "winsspi"}, msdsn.EncryptionRequired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := parseAddress(tt.cfg.Address)
			if err != nil {
				t.Fatal(err)
			}
			p, err := New(tt.cfg, nil).params(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if p.User != tt.user || p.Password != tt.pass || p.ServerSPN != tt.spn || p.Encryption != tt.encryption {
				t.Errorf("user %q, password %q, SPN %q, encryption %d", p.User, p.Password, p.ServerSPN, p.Encryption)
			}
			if diff := cmp.Diff(tt.parameters, p.Parameters); diff != "" {
				t.Errorf("parameters (-want +got)\n%s", diff)
			}
			if !p.ReadOnlyIntent || !p.DisableRetry || p.AppName != "lcshealth" || p.Database != "rtc" || p.FailOverPartner != "" || p.TrustServerCertificate {
				t.Errorf("settings: %+v", p)
			}
			if p.DialTimeout != 10*time.Second || p.ConnTimeout != time.Minute || p.TLSConfig == nil || p.TLSConfig.InsecureSkipVerify {
				t.Errorf("timeouts %s and %s, TLS %+v", p.DialTimeout, p.ConnTimeout, p.TLSConfig)
			}
		})
	}
}
