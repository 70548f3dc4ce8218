package ldapd_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/ldapd"
)

func TestBind(t *testing.T) {
	t.Parallel()
	const refused = "80090308: LdapErr: DSID-0C09030B, comment: AcceptSecurityContext error, data 52e, vece\x00"
	const noUser = "80090308: LdapErr: DSID-0C09030B, comment: AcceptSecurityContext error, data 525, vece\x00"
	_, addr := start(t, config(forest(1)))
	for _, tt := range []struct {
		user, password string
		code           uint16
		text           string
	}{
		{reader, password, 0, ""},
		{`contoso\READER`, password, 0, ""},
		{"Reader@Contoso.com", password, 0, ""},
		{"cn=reader, cn=users, dc=contoso, dc=com", password, 0, ""},
		{reader, "wrong", 49, refused},
		{reader, strings.ToUpper(password), 49, refused},
		{"nobody@contoso.com", password, 49, noUser},
		{"reader", password, 49, noUser},
	} {
		err := dial(t, "ldap://"+addr).Bind(tt.user, tt.password)
		if tt.code == 0 {
			if err != nil {
				t.Errorf("bind as %s: %v", tt.user, err)
			}
			continue
		}
		if e := resultOf(t, err); e.ResultCode != tt.code || e.Err.Error() != tt.text {
			t.Errorf("bind as %s: %d %q, want %d %q", tt.user, e.ResultCode, e.Err, tt.code, tt.text)
		}
	}
}

func TestUnboundReadsOnlyRootDSE(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(1)))
	const text = "000004DC: LdapErr: DSID-0C0906DC, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, vece"
	search := ldap.NewSearchRequest(domainDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=*)", nil, nil)
	dse := ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, nil)
	readable := func(c *ldap.Conn) {
		t.Helper()
		if r, err := c.Search(dse); err != nil || len(r.Entries) != 1 {
			t.Errorf("read rootDSE: %v, %v", r, err)
		}
	}

	c := dial(t, "ldap://"+addr)
	readable(c)
	_, err := c.Search(search)
	wantResult(t, err, ldap.LDAPResultOperationsError, text)

	if err := c.UnauthenticatedBind(""); err != nil {
		t.Errorf("anonymous bind: %v", err)
	}
	_, err = c.Search(search)
	wantResult(t, err, ldap.LDAPResultOperationsError, text)

	if err := c.Bind(reader, password); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Search(search); err != nil {
		t.Errorf("search as reader: %v", err)
	}
	if err := c.Bind(reader, "wrong"); err == nil {
		t.Error("bind with a wrong password succeeded")
	}
	_, err = c.Search(search) // the failed bind has undone the one before
	wantResult(t, err, ldap.LDAPResultOperationsError, text)
	readable(c)
}

func TestRootDSE(t *testing.T) {
	t.Parallel()
	cfg := config(forest(0))
	cfg.Now = func() time.Time { return time.Date(2005, 3, 1, 14, 30, 9, 0, time.FixedZone("CET", 3600)) }
	_, addr := start(t, cfg)
	r, err := dial(t, "ldap://"+addr).Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, a := range r.Entries[0].Attributes {
		got[a.Name] = a.Values
	}
	want := map[string][]string{
		"currentTime":          {"20050301133009.0Z"},
		"namingContexts":       {domainDN, configDN, schemaDN},
		"supportedLDAPVersion": {"3", "2"},
		"supportedControl":     ldapd.SupportedControls(),
	}
	for name, values := range cfg.RootDSE {
		want[name] = values
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rootDSE (-want +got):\n%s", diff)
	}

	one, err := dial(t, "ldap://"+addr).Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)",
		[]string{"DEFAULTNAMINGCONTEXT"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if a := one.Entries[0].Attributes; len(a) != 1 || a[0].Name != "defaultNamingContext" {
		t.Errorf("asked for one attribute, got %v", a)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cfg := config(forest(3))
	var client *tls.Config
	cfg.TLS, client, _ = certificate(t)
	cfg.RequireTLS = true
	s, clear := start(t, cfg)
	secure := listen(t, s, s.ServeTLS)

	search := func(c *ldap.Conn) {
		t.Helper()
		if err := c.Bind(reader, password); err != nil {
			t.Fatal(err)
		}
		r, err := c.Search(ldap.NewSearchRequest(peopleDN, ldap.ScopeSingleLevel, 0, 0, 0, false, "(cn=User*)", nil, nil))
		if err != nil || len(r.Entries) != 3 {
			t.Errorf("search: %v, %v", r, err)
		}
	}
	search(dial(t, "ldaps://"+secure, ldap.DialWithTLSConfig(client)))

	c := dial(t, "ldap://"+clear)
	wantResult(t, c.Bind(reader, password), ldap.LDAPResultStrongAuthRequired, "00002028: LdapErr")
	if err := c.StartTLS(client); err != nil {
		t.Fatal(err)
	}
	search(c)
	_, err := c.Extended(ldap.NewExtendedRequest("1.3.6.1.4.1.1466.20037", nil))
	wantResult(t, err, ldap.LDAPResultOperationsError, "TLS or SSL already in effect")

	var got []string
	for _, r := range s.Requests() {
		got = append(got, fmt.Sprintf("%d %s %t", r.Conn, r.Kind, r.TLS))
	}
	want := []string{
		"1 bind true", "1 search true",
		"2 bind false", "2 startTLS false", "2 bind true", "2 search true", "2 startTLS true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
}

func TestWithoutTLS(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(0)))
	wantResult(t, dial(t, "ldap://"+addr).StartTLS(&tls.Config{ServerName: "dc01.contoso.com"}),
		ldap.LDAPResultUnavailable, "Error initializing SSL/TLS")

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ServeTLS(ln); err == nil || !strings.Contains(err.Error(), "no TLS configuration") {
		t.Errorf("ldaps without TLS: %v", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s, err := ldapd.New(config(forest(0)))
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	addrs := make(chan string, 2)
	for range 2 {
		serving.Go(func() {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Error(err)
				return
			}
			addrs <- ln.Addr().String()
			if err := s.Serve(ln); err != nil {
				t.Errorf("serve: %v", err)
			}
		})
	}
	var clients []*ldap.Conn
	for range 2 {
		c := dial(t, "ldap://"+<-addrs)
		if err := c.Bind(reader, password); err != nil {
			t.Fatal(err)
		}
		clients = append(clients, c)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	serving.Wait()
	for _, c := range clients {
		if err := c.Bind(reader, password); err == nil {
			t.Error("a connection outlived the server")
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(ln); err != nil {
		t.Errorf("serve when closed: %v", err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("listener of a closed server: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]ldapd.Config{
		`parse DN "contoso"`:    {Entries: []ldapd.Entry{entry("contoso")}},
		"it has no name":        {Entries: []ldapd.Entry{entry("")}},
		"it is there twice":     {Entries: []ldapd.Entry{entry(domainDN), entry("dc=CONTOSO, dc=COM")}},
		"its parent is missing": {Entries: []ldapd.Entry{entry(domainDN), entry("CN=a,CN=b," + domainDN)}, NamingContexts: []string{domainDN}},
		"it has no entry":       {Entries: []ldapd.Entry{entry(domainDN)}, NamingContexts: []string{configDN}},
		"parse DN \"x\"":        {Entries: []ldapd.Entry{entry(domainDN)}, NamingContexts: []string{"x"}},
		"attribute CN is there": {Entries: []ldapd.Entry{entry(domainDN, "CN", "a", "cn", "b")}},
	} {
		_, err := ldapd.New(cfg)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}
