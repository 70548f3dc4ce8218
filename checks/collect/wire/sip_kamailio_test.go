package wire

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/peer"
)

// registrar makes a SIP registrar of kamailio, without accounts: what is asked
// to be registered is.
const registrar = `#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
disable_core_dump=yes
run_dir="%[1]s"
enable_tls=yes
tcp_accept_no_cl=yes
listen=tcp:127.0.0.1:%[2]d
listen=tls:127.0.0.1:%[3]d
loadmodule "tls.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "sanity.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("tls", "private_key", "%[1]s/key.pem")
modparam("tls", "certificate", "%[1]s/certificate.pem")
modparam("tls", "tls_method", "TLSv1+")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 0)
request_route {
	if (!mf_process_maxfwd_header("10")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (!sanity_check("1511", "7")) {
		exit;
	}
	if (method=="REGISTER") {
		save("location");
		exit;
	}
	if (method=="OPTIONS") {
		sl_send_reply("200", "Keepalive");
		exit;
	}
	sl_send_reply("405", "Method Not Allowed");
}
`

// TestKamailio asks a registrar of others over TCP and TLS. It lets anybody in,
// so that the requests alone see to it that nobody is registered, and that the
// registration of a sign-in is removed.
func TestKamailio(t *testing.T) {
	t.Parallel()
	peer.Need(t, "kamailio")
	dir := t.TempDir()
	own := issue(t, authority(t, pkitest.Options{CN: "Contoso Root CA"}), pkitest.Server("lcs01.contoso.com"))
	key, err := x509.MarshalPKCS8PrivateKey(own.TLS().PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	over, secure := freePort(t), freePort(t)
	file := filepath.Join(dir, "kamailio.cfg")
	for name, data := range map[string][]byte{
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), "certificate.pem": pkitest.PEM(own.Certificate),
		"kamailio.cfg": fmt.Appendf(nil, registrar, dir, over, secure),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	peer.Serve(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(over)), "kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-f", file, "-Y", dir)
	for _, test := range []struct {
		transport facts.Transport
		port      int
	}{{facts.TCP, over}, {facts.TLS, secure}} {
		t.Run(string(test.transport), func(t *testing.T) {
			user := kim(test.port, test.transport)
			wire, account := observe(t.Context(), t, Config{
				SIP: true, ConnectTimeout: 20 * time.Second, SIPDomains: []string{"contoso.com"}, Resolver: serveDNS(t, &zone{}),
				Targets: []Target{sipTarget(test.port, test.transport)}, ProbeUser: user,
			})
			e := wire.Endpoints[0]
			if options := get(t, e.Options); options.Code != 200 || options.Reason != "Keepalive" || options.Damaged != 0 {
				t.Errorf("%+v", options)
			}
			// Who asks to be registered for no time gets no contact in the answer.
			if register := get(t, e.Register); register.Code != 200 || register.Damaged != 0 {
				t.Errorf("%+v", register)
			}
			s := wire.SignIns[0]
			if code := get(t, s.Final).Code; code != 200 || steps(s) != "ask 200, deregister 200" || s.Attempted || s.Left != "" {
				t.Errorf("%d after %s, left %q", code, steps(s), s.Left)
			}
			if account.Status != facts.OK {
				t.Errorf("account %+v", account)
			}
			if left := contactsAt(t, user, 0); left != "" {
				t.Errorf("still registered: %s", left)
			}
			user.URI = "sip:pat@contoso.com" // else it would prove nothing
			if there := contactsAt(t, user, 60); there == "" {
				t.Error("a registration does not show")
			}
		})
	}
}

// contactsAt asks a registrar which contacts a user has (RFC 3261, section
// 10.2.3: a REGISTER without a contact changes nothing). Before that it
// registers him for so many seconds, if there are any.
func contactsAt(t *testing.T, u *ProbeUser, seconds int64) string {
	t.Helper()
	p := newProber(New(Config{}), session())
	c, err := p.reach(t.Context(), u.Server, []string{u.Server.Host})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	d, err := p.newDialogue(c, u.URI)
	if err != nil {
		t.Fatal(err)
	}
	if seconds > 0 {
		if _, err := d.ask(t.Context(), d.register(seconds)); err != nil {
			t.Fatal(err)
		}
	}
	query := d.register(0)
	query.Contact, query.ContactParams, query.Expires = "", nil, nil
	r, err := d.ask(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return r.Get("Contact")
}
