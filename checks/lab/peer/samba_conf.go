package peer

import (
	"fmt"
	"strings"
)

// workgroup returns the domain's NetBIOS name.
func (s *Samba) workgroup() string {
	name, _, _ := strings.Cut(s.Realm, ".")
	return name
}

// smbConf returns the server's configuration. It serves what this package is for: LDAP and
// Kerberos. The file server, RPC and winbind would add four times the
// processes, and sockets and logs at fixed places of the machine.
func (s *Samba) smbConf() string {
	return fmt.Sprintf(`[global]
	workgroup = %[1]s
	realm = %[2]s
	netbios name = DC1
	server role = active directory domain controller
	server services = ldap, cldap, kdc
	prefork children = 2
	# An address alone is not taken: the mask is needed.
	interfaces = %[3]s/8
	bind interfaces only = yes
	disable netbios = yes
	# The directory is thrown away: no write waits for the disk.
	ldb:nosync = true

	private dir = %[4]s/private
	state directory = %[4]s/state
	cache directory = %[4]s/cache
	lock directory = %[4]s/lock
	pid directory = %[4]s/pid
	ncalrpc dir = %[4]s/ncalrpc
	ntp signd socket directory = %[4]s/ntp_signd

	# As a hardened domain controller: no password in the clear, and SASL without a
	# security layer of its own only inside TLS.
	ldap server require strong auth = allow_sasl_over_tls
	tls enabled = yes
	tls certfile = %[4]s/cert.pem
	tls keyfile = %[4]s/key.pem
	tls cafile = %[4]s/ca.pem
`, s.workgroup(), s.Realm, s.IP, s.dir)
}

// krb5Conf returns a client's configuration. It needs no DNS.
func (s *Samba) krb5Conf() string {
	return fmt.Sprintf(`[libdefaults]
  default_realm = %[1]s
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1

[realms]
  %[1]s = {
    kdc = %[2]s
  }

[domain_realm]
  .%[3]s = %[1]s
  %[3]s = %[1]s
`, s.Realm, s.Addr(KerberosPort), strings.ToLower(s.Realm))
}
