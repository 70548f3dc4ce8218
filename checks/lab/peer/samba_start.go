package peer

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// sambaStartTimeout bounds the whole start, which takes some 6 s on an idle machine.
const sambaStartTimeout = 2 * time.Minute

// domainSID is every forest's, so that tests can name accounts that are not of it.
const domainSID = "S-1-5-21-2025429265-764733703-1417001333"

// startSamba makes a directory, loads it and serves it. On an error nothing is left.
func startSamba(ctx context.Context, opt SambaOptions) (_ *Samba, err error) {
	ctx, cancel := context.WithTimeout(ctx, sambaStartTimeout)
	defer cancel()
	s := newSamba(opt)
	defer func() {
		if err != nil {
			err = fmt.Errorf("start samba: %w", errors.Join(err, s.stop()))
		}
	}()
	// Not below the test's own directory: the path of a socket has 107 characters at most.
	if s.dir, err = os.MkdirTemp("", "samba-"); err != nil {
		return nil, err
	}
	if s.IP, s.release, err = reserveLoopback(ctx, LDAPPort, LDAPSPort, KerberosPort, GlobalCatalogPort); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		s.provision,
		s.configure,
		func(ctx context.Context) error { return s.load(ctx, opt) },
		s.exportKeytab,
		s.serve,
		s.waitUntilServing,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func newSamba(opt SambaOptions) *Samba {
	s := &Samba{Realm: strings.ToUpper(opt.Realm), DomainSID: domainSID, release: func() {}}
	if s.Realm == "" {
		s.Realm = "LCS.TEST"
	}
	dnsName := strings.ToLower(s.Realm)
	s.Host = "dc1." + dnsName
	s.DomainDN = "DC=" + strings.ReplaceAll(dnsName, ".", ",DC=")
	s.Admin = s.login("Administrator", "Adm1n-Passw0rd")
	s.Reader = s.login("lcsreader", "R3ader-Passw0rd")
	return s
}

// provision makes the directory of a new forest with the functional level of
// Windows Server 2003. Nothing on the machine outside s.dir has a part in it.
func (s *Samba) provision(ctx context.Context) error {
	if err := os.WriteFile(s.path("empty.conf"), nil, 0o600); err != nil {
		return err
	}
	return s.run(ctx, "samba-tool", "domain", "provision",
		"--configfile="+s.path("empty.conf"), "--targetdir="+s.dir, "--server-role=dc",
		"--realm="+s.Realm, "--domain="+s.workgroup(), "--domain-sid="+s.DomainSID,
		"--adminpass="+s.Admin.Password, "--plaintext-secrets",
		"--host-name=dc1", "--host-ip="+s.IP.String(), "--dns-backend=NONE",
		"--function-level=2003", "--base-schema=2008_R2",
		"--backend-store=mdb", "--backend-store-size=1Gb",
		"--option=interfaces="+s.IP.String()+"/8", "--option=bind interfaces only=yes",
		"--option=ldb:nosync=true")
}

// configure writes what the server and its clients read.
func (s *Samba) configure(context.Context) error {
	certs, err := issue(s.Host, s.IP)
	if err != nil {
		return err
	}
	s.CA = certs.authority
	s.CAFile = s.path("ca.pem")
	s.Roots = x509.NewCertPool()
	s.Roots.AppendCertsFromPEM(s.CA)
	s.Krb5Conf = s.path("krb5.conf")
	for _, dir := range []string{"cache", "lock", "pid", "ncalrpc", "ntp_signd"} {
		if err := os.MkdirAll(s.path(dir), 0o750); err != nil {
			return err
		}
	}
	files := map[string][]byte{
		s.CAFile:             certs.authority,
		s.path("cert.pem"):   certs.server,
		s.path("key.pem"):    certs.key, // samba refuses a key that others may read
		s.path("samba.conf"): []byte(s.smbConf()),
		s.Krb5Conf:           []byte(s.krb5Conf()),
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// load fills the directory: schema, the reader's account, the forest, the rest.
func (s *Samba) load(ctx context.Context, opt SambaOptions) error {
	var parts []string
	if !opt.NoSchema {
		parts = Schema(s.DomainDN)
	}
	own := &ldif{baseDN: s.DomainDN}
	// Without its LDAP name the controller gives nobody a Kerberos ticket for LDAP.
	own.addValue("CN=DC1,OU=Domain Controllers,"+placeholder, "servicePrincipalName", s.SPN())
	own.add(s.Reader.DN,
		attr("objectClass", "user"),
		attr("sAMAccountName", s.Reader.Account),
		attr("userPrincipalName", s.Reader.UPN),
		attr("userAccountControl", normalAccount),
		attr("unicodePwd", unicodePwd(s.Reader.Password)))
	if opt.Forest != nil {
		own.b.WriteString(opt.Forest.LDIF(s.DomainDN))
	}
	parts = append(parts, own.b.String())
	for _, l := range opt.LDIF {
		parts = append(parts, resolve(l, s.DomainDN))
	}
	for i, part := range parts {
		name := s.path("part" + strconv.Itoa(i) + ".ldif")
		if err := os.WriteFile(name, []byte(part), 0o600); err != nil {
			return err
		}
		if err := s.run(ctx, "ldbmodify", "--configfile="+s.path("samba.conf"),
			"--option=dsdb:schema update allowed=true", "-H", s.path("private/sam.ldb"), name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Samba) exportKeytab(ctx context.Context) error {
	s.Keytab = s.path("reader.keytab")
	return s.run(ctx, "samba-tool", "domain", "exportkeytab", s.Keytab,
		"--configfile="+s.path("samba.conf"), "--principal="+s.Reader.Account+"@"+s.Realm)
}

// serve starts the server.
func (s *Samba) serve(context.Context) error {
	path, err := lookPath("samba")
	if err != nil {
		return err
	}
	cmd := exec.Command(path, "--interactive", "--configfile="+s.path("samba.conf"), "--debuglevel=1") //nolint:noctx // it outlives the start
	cmd.Env = append(cmd.Environ(), s.env()...)
	s.server, err = spawn(cmd)
	return err
}

// waitUntilServing returns when the directory answers over TLS and each other port takes connections.
func (s *Samba) waitUntilServing(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.server.done:
			return fmt.Errorf("samba ended: %w: %s", errors.Join(s.server.err, err), s.Log())
		case <-ctx.Done():
			return fmt.Errorf("wait for samba: %w: %s", errors.Join(ctx.Err(), err), s.Log())
		}
	}
}

func (s *Samba) answers(ctx context.Context) error {
	for _, port := range []int{LDAPPort, KerberosPort, GlobalCatalogPort} {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", s.Addr(port))
		if err != nil {
			return err
		}
		if err := conn.Close(); err != nil {
			return err
		}
	}
	conn, err := s.Dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = conn.Search(&ldap.SearchRequest{Filter: "(objectClass=*)", Attributes: []string{"dnsHostName"}})
	return err
}

// stop ends the server and removes what it stored. It may follow a start that failed anywhere.
func (s *Samba) stop() error {
	defer s.release()
	var err error
	if s.server != nil {
		err = s.server.stop()
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// Log returns the end of what the server has logged.
func (s *Samba) Log() string { return tail(s.server.log.String()) }

func (s *Samba) run(ctx context.Context, name string, args ...string) error {
	return run(ctx, s.env(), name, args...)
}

// env keeps the machine's own Kerberos configuration and language out.
func (s *Samba) env() []string {
	return []string{"LC_ALL=C", "KRB5_CONFIG=" + s.path("krb5.conf")}
}

func (s *Samba) path(name string) string { return filepath.Join(s.dir, name) }
