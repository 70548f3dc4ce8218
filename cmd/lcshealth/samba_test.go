package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"

	"github.com/go-ldap/ldap/v3"
	"github.com/rogpeppe/go-internal/testscript"
)

// faultyForest is a forest with some causes planted in its directory.
func faultyForest() *peer.Forest {
	f := peer.Contoso()
	server := peer.ServerService("LCS01")
	f.Servers = append(f.Servers, peer.Server{Computer: "LCS99", FQDN: "lcs99.contoso.com"})
	f.Removed = append(f.Removed, peer.ServerService("LCS99"))
	f.Users = append(f.Users,
		peer.User{Account: "moving", Address: "sip:moving@contoso.com", Enabled: true, HomeServer: server, TargetHomeServer: peer.PoolService("lcspool01")},
		peer.User{Account: "foreign", Address: "sip:foreign@tailspintoys.com", Enabled: true, HomeServer: server},
		peer.User{Account: "homeless", Address: "sip:homeless@contoso.com", Enabled: true},
		peer.User{Account: "orphan", Address: "sip:orphan@contoso.com", Enabled: true, HomeServer: peer.ServerService("LCS99")},
		peer.User{Account: "twin1", Address: "sip:twin@contoso.com", Enabled: true, HomeServer: server},
		peer.User{Account: "twin2", Address: "sip:twin@contoso.com", Enabled: true, HomeServer: server},
		peer.User{Account: "script", Name: "<script>alert(1)</script>", Address: "script@contoso.com", Enabled: true, HomeServer: server},
		peer.User{Account: "gwen", Address: "sip:gwen@contoso.com", Enabled: true, HomeServer: peer.PoolService("lcspool01")},
	)
	return &f
}

// poolDatabase serves the database of the pool's back end: Alice as she is in
// the directory, Bob with Alice's SID, and not Gwen.
func poolDatabase(t *testing.T, dc *peer.Samba) (address string) {
	conn := dc.Connect(t, dc.Reader)
	db := rtcsim.New("rtc", "9.00.5000")
	for address, account := range map[string]string{"alice@contoso.com": "alice", "bob@contoso.com": "alice"} {
		sid := sambaAccount(t, conn, dc, account).GetRawAttributeValue("objectSid")
		if _, err := db.AddUser(rtcsim.User{Address: address, SID: sid}); err != nil {
			t.Fatal(err)
		}
	}
	return serveRTC(t, db)
}

// sambaAccount reads an account by its logon name.
func sambaAccount(t *testing.T, conn *ldap.Conn, dc *peer.Samba, logon string) *ldap.Entry {
	t.Helper()
	found, err := conn.Search(ldap.NewSearchRequest(dc.DomainDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 1, 0, false,
		"(sAMAccountName="+logon+")", []string{"objectSid", "objectGUID"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	return found.Entries[0]
}

// serveRTC serves a database until the test ends, to reader with the password
// rtc-password.
func serveRTC(t *testing.T, db *rtcsim.Database) (address string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := tdsd.New(tdsd.Config{Handler: db.Handle, Logins: map[string]string{"reader": "rtc-password"}, Databases: []string{"rtc"}})
	done := make(chan error, 1)
	go func() { done <- server.Serve(t.Context(), ln) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return fmt.Sprintf("127.0.0.1:%d", ln.Addr().(*net.TCPAddr).Port)
}

// TestSamba checks a real Active Directory domain controller, that of Samba,
// in every way to connect and to sign in that it has.
func TestSamba(t *testing.T) {
	dc := peer.StartSamba(t, peer.SambaOptions{Forest: faultyForest()})
	database := poolDatabase(t, dc)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "samba"),
		RequireExplicitExec: true,
		Cmds:                commands,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DC", dc.IP.String())
			env.Setenv("DC_NAME", dc.Host)
			env.Setenv("LCSHEALTH_DIRECTORY_CONTROLLERS", dc.IP.String())
			env.Setenv("LCSHEALTH_DIRECTORY_CA_FILE", dc.CAFile)
			env.Setenv("CA_FILE", dc.CAFile)
			env.Setenv("READER", dc.Reader.UPN)
			env.Setenv("READER_ACCOUNT", dc.Reader.Account)
			env.Setenv("REALM", dc.Realm)
			env.Setenv("KRB5_CONF", dc.Krb5Conf)
			env.Setenv("KEYTAB", dc.Keytab)
			env.Setenv("RTC_PASSWORD", "rtc-password")
			pool := fmt.Sprintf(poolConfig, database)
			if err := os.WriteFile(filepath.Join(env.WorkDir, "pool.yaml"), []byte(pool), 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "reader.secret"), []byte(dc.Reader.Password+"\n"), 0o600)
		},
	})
}

const poolConfig = `
directory:
  password: {file: reader.secret}
database: {auth: sql, username: reader, password: {env: RTC_PASSWORD}, encrypt: disable}
pools:
  - {name: lcspool01.contoso.com, database: "%s"}
wire: {enabled: false}
`
