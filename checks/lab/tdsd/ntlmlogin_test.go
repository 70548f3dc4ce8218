package tdsd_test

import (
	"context"
	"slices"
	"testing"

	_ "github.com/microsoft/go-mssqldb/integratedauth/ntlm"

	"lcshealth/checks/lab/tdsd"
)

func TestNTLMLogin(t *testing.T) {
	t.Parallel()
	tlsConfig, ca := certificate(t)
	var session tdsd.Session
	config := tdsd.Config{
		NTLMUsers: map[string]string{`CONTOSO\health`: testPassword},
		Encrypt:   tdsd.EncryptOff, TLS: tlsConfig,
		Handler: func(_ context.Context, s tdsd.Session, _ string) []tdsd.Result {
			session = s
			return nil
		},
	}
	_, addr := start(t, config)
	tests := []struct {
		user, password, encrypt string
		ok                      bool
	}{
		{`CONTOSO\health`, testPassword, "disable", true},
		{`contoso\Health`, testPassword, "disable", true},
		{`CONTOSO\health`, testPassword, "false", true},
		{`CONTOSO\health`, testPassword, "true", true},
		{`CONTOSO\health`, testPassword + "x", "disable", false},
		{`CONTOSO\health`, "", "true", false},
		{`FABRIKAM\health`, testPassword, "disable", false},
		{`CONTOSO\guest`, testPassword, "disable", false},
		{`\`, "", "disable", false},
	}
	for _, tt := range tests {
		db := open(t, addr, map[string]string{"user": tt.user, "password": tt.password, "authenticator": "ntlm",
			"encrypt": tt.encrypt, "certificate": ca, "hostnameincertificate": "lcs01.contoso.com"})
		_, err := db.ExecContext(t.Context(), "select name from sysobjects")
		switch {
		case tt.ok && err != nil:
			t.Errorf("%s with encrypt=%s: %v", tt.user, tt.encrypt, err)
		case tt.ok && session.User != `CONTOSO\health`:
			t.Errorf("%s: got session %+v", tt.user, session)
		case !tt.ok && err == nil:
			t.Errorf("%s with password %q was let in", tt.user, tt.password)
		case !tt.ok && !slices.Equal(numbers(t, err), []int32{18452}):
			t.Errorf("%s: got %v, want number 18452", tt.user, err)
		}
	}
}
