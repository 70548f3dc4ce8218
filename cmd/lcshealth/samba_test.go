package main

import (
	"os"
	"path/filepath"
	"testing"

	"lcshealth/checks/lab/peer"

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
	)
	return &f
}

// TestSamba checks a real Active Directory domain controller, that of Samba,
// in every way to connect and to sign in that it has.
func TestSamba(t *testing.T) {
	dc := peer.StartSamba(t, peer.SambaOptions{Forest: faultyForest()})
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
			return os.WriteFile(filepath.Join(env.WorkDir, "reader.secret"), []byte(dc.Reader.Password+"\n"), 0o600)
		},
	})
}
