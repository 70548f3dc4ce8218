package dcom

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
)

// TestKerberos logs on with tickets of a real controller. What listens on port
// 135 here takes the ticket and then knows no DCOM.
func TestKerberos(t *testing.T) {
	t.Parallel()
	s := peer.StartSamba(t, peer.SambaOptions{NoSchema: true})
	tickets := make(chan bool, 10)
	host, port := listen(t, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		bind := make([]byte, 1<<16)
		n, err := conn.Read(bind)
		if err != nil || n < headerSize {
			return
		}
		auth := int(binary.LittleEndian.Uint16(bind[10:]))
		token := bind[:n][n-auth:]
		trailer := bind[n-auth-trailerSize:]
		// An AP-REQ is [APPLICATION 14] (RFC 4120 5.5.1).
		tickets <- trailer[0] == kindKerberos && trailer[1] == levelPrivacy && token[0] == 0x6e && bytes.Contains(token, []byte(s.Realm))
		_, _ = conn.Write(ack(2, 1, nil))
	})
	reader := configFor(host, port)
	reader.Auth, reader.Username = Kerberos, s.Reader.Account+"@"+s.Realm
	reader.Password = func(context.Context) (string, error) { return s.Reader.Password, nil }
	reader.Kerberos = KerberosOptions{ConfigFile: s.Krb5Conf, SPN: "host/" + s.Host}

	const noDCOM = "there is no such interface"
	for _, test := range []struct {
		name            string
		change          func(*Config)
		class           facts.Class
		message, settle string
	}{
		{"password", func(*Config) {}, facts.Missing, noDCOM, "Samba"},
		{"keytab", func(c *Config) { c.Kerberos.Keytab, c.Password = s.Keytab, nil }, facts.Missing, noDCOM, "Samba"},
		{"no such host", func(c *Config) { c.Kerberos.SPN = "host/nobody.lcs.test" }, facts.Rights, "authenticate", "another authentication"},
		{"wrong password", func(c *Config) { c.Password = func(context.Context) (string, error) { return "wrong", nil } },
			facts.Rights, "authenticate", "user name and the password"},
	} {
		cfg := reader
		test.change(&cfg)
		expectFailure(t.Context(), t, cfg, test.class, test.message, test.settle)
		if test.message == noDCOM && !<-tickets {
			t.Errorf("%s: the bind had no ticket", test.name)
		}
	}
}
