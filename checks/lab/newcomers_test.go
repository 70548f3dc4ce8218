package lab_test

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/config"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

// Some accounts have nothing to do with LCS, and differ in nothing else. That a
// check does not see them is shown by [TestForest], which counts.
func TestNewcomers(t *testing.T) {
	t.Parallel()
	l := start(t)
	got := map[string]string{}
	principals := map[string]bool{}
	for _, domain := range []string{"DC=contoso,DC=com", "DC=emea,DC=contoso,DC=com"} {
		for _, e := range accounts(t, l, domain) {
			principal := e.GetAttributeValue("userPrincipalName")
			if principals[principal] || principal == "" {
				t.Errorf("%s has the user principal name %q, as others have", e.DN, principal)
			}
			principals[principal] = true
			if e.GetAttributeValue("msRTCSIP-UserEnabled") != "" {
				continue
			}
			for _, a := range e.Attributes {
				if strings.HasPrefix(a.Name, "msRTCSIP") || a.Name == "proxyAddresses" {
					t.Errorf("%s has %s", e.DN, a.Name)
				}
			}
			sid, err := facts.SIDString(e.GetRawAttributeValue("objectSid"))
			if err != nil || len(e.GetRawAttributeValue("objectGUID")) != 16 {
				t.Errorf("%s: SID %v, GUID %x", e.DN, err, e.GetRawAttributeValue("objectGUID"))
			}
			got[e.DN] = principal + " " + e.GetAttributeValue("userAccountControl") + " " + sid[strings.LastIndex(sid, "-")+1:]
		}
	}
	want := map[string]string{
		"CN=New One,OU=People,DC=contoso,DC=com":      "new.one@contoso.com 512 9001",
		"CN=New Two,OU=People,DC=contoso,DC=com":      "new.two@contoso.com 514 9002",
		"CN=New Three,OU=People,DC=contoso,DC=com":    "new.three@contoso.com 512 9003",
		"CN=New Four,OU=People,DC=contoso,DC=com":     "new.four@contoso.com 512 9004",
		"CN=New Five,OU=People,DC=contoso,DC=com":     "new.five@contoso.com 512 9005",
		"CN=New Six,OU=People,DC=contoso,DC=com":      "new.six@contoso.com 512 9006",
		"CN=Toby Nixon,OU=People,DC=contoso,DC=com":   "toby.nixon@contoso.com 512 9007",
		"CN=Twin,OU=People,DC=contoso,DC=com":         "kim@contoso.com 512 9008",
		"CN=Twin,OU=People,DC=emea,DC=contoso,DC=com": "kim@emea.contoso.com 512 9009",
		`CN=Ito\, Ben,OU=People,DC=contoso,DC=com`:    "ben.ito@contoso.com 512 9010",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// accounts are those of the people of a domain.
func accounts(t *testing.T, l *lab.Lab, domain string) []*ldap.Entry {
	t.Helper()
	cfg, err := config.Load(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	password, err := cfg.Directory.Password.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	controller := cfg.Directory.Controllers[0]
	if strings.Contains(domain, "emea") {
		controller = cfg.Directory.Controllers[1]
	}
	host, _, _ := net.SplitHostPort(controller) // the lab wrote it
	raw, err := collect.Dialer(cfg.DNS.Resolver, cfg.Timeouts.Connect).DialContext(t.Context(), "tcp", controller)
	if err != nil {
		t.Fatal(err)
	}
	roots := wiring{t: t, cfg: cfg}.roots(cfg.Directory.CAFile)
	conn := ldap.NewConn(tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12}), true)
	conn.Start()
	defer conn.Close()
	if err := conn.Bind(cfg.Directory.Username, password); err != nil {
		t.Fatal(err)
	}
	found, err := conn.SearchWithPaging(ldap.NewSearchRequest("OU=People,"+domain, ldap.ScopeSingleLevel, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=user)", nil, nil), 500)
	if err != nil {
		t.Fatal(err)
	}
	return found.Entries
}
