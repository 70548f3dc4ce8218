package directory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/ldapd"
)

// The forest of these tests has two domains, each with a controller of its own.
const (
	rootDN    = "DC=contoso,DC=com"
	childDN   = "DC=child," + rootDN
	configDN  = "CN=Configuration," + rootDN
	schemaDN  = "CN=Schema," + configDN
	serviceDN = "CN=RTC Service,CN=Microsoft,CN=System," + rootDN
	globalDN  = "CN=Global Settings," + serviceDN
	poolDN    = "CN=pool01,CN=Pools," + serviceDN
	poolHome  = "CN=LC Services,CN=Microsoft," + poolDN
	childHome = "CN=LC Services,CN=Microsoft,CN=LCS02,CN=Computers," + childDN

	rootSID  = "S-1-5-21-1-2-3"
	childSID = "S-1-5-21-4-5-6"

	testUser     = `CONTOSO\reader`
	testPassword = "s3cret"
)

// entry makes an object. Attributes are pairs of name and value.
func entry(dn string, pairs ...string) ldapd.Entry {
	e := ldapd.Entry{DN: dn, Attributes: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		e.Attributes[pairs[i]] = append(e.Attributes[pairs[i]], pairs[i+1])
	}
	return e
}

func octets(t testing.TB, sid string) string {
	t.Helper()
	b, err := facts.ParseSID(sid)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// guid is the binary form of 00000000-0000-0000-0000-(n).
func guid(n int) string { return string(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(n))) }

// shared are the naming contexts that every controller holds.
func sharedEntries(prepared bool) []ldapd.Entry {
	entries := []ldapd.Entry{
		entry(configDN, "objectClass", "configuration"),
		entry(schemaDN, "objectClass", "dMD"),
		entry("CN=Partitions,"+configDN, "objectClass", "crossRefContainer"),
		entry("CN=CONTOSO,CN=Partitions,"+configDN, "objectClass", "crossRef", "nCName", rootDN, "dnsRoot", "contoso.com", "systemFlags", "3"),
		entry("CN=CHILD,CN=Partitions,"+configDN, "objectClass", "crossRef", "nCName", childDN, "dnsRoot", "child.contoso.com", "systemFlags", "3"),
		entry("CN=Enterprise Configuration,CN=Partitions,"+configDN, "objectClass", "crossRef", "nCName", configDN, "dnsRoot", "contoso.com", "systemFlags", "1"),
		entry("CN=Enterprise Schema,CN=Partitions,"+configDN, "objectClass", "crossRef", "nCName", schemaDN, "dnsRoot", "contoso.com", "systemFlags", "1"),
		entry("CN=Other,CN=Partitions,"+configDN, "objectClass", "crossRef", "nCName", "O=Fabrikam", "dnsRoot", "fabrikam.com", "systemFlags", "0"),
		entry("CN=Services,"+configDN, "objectClass", "container"),
		entry("CN=Sites,"+configDN, "objectClass", "sitesContainer"),
		entry("CN=DC1,CN=Sites,"+configDN, "objectClass", "server", "dNSHostName", "dc1.contoso.com", "serverReference", "CN=DC1,"+rootDN),
		entry("CN=DC2,CN=Sites,"+configDN, "objectClass", "server", "dNSHostName", "dc2.child.contoso.com", "serverReference", "CN=DC2,"+childDN),
	}
	if prepared {
		for name := range ldapd.LCSSchema() {
			cn := strings.Replace(name, "msRTCSIP-", "ms-RTC-SIP-", 1)
			e := entry("CN="+cn+","+schemaDN, "objectClass", "attributeSchema", "cn", cn, "lDAPDisplayName", name)
			if name == "msRTCSIP-SchemaVersion" {
				e.Attributes["rangeUpper"] = []string{"1006"}
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// rootEntries are those of contoso.com with the deployment and n accounts.
func rootEntries(t testing.TB, n int) []ldapd.Entry {
	entries := []ldapd.Entry{
		entry(rootDN, "objectClass", "domainDNS", "objectSid", octets(t, rootSID)),
		entry("CN=System,"+rootDN, "objectClass", "container"),
		entry("CN=Microsoft,CN=System,"+rootDN, "objectClass", "container"),
		entry(serviceDN, "objectClass", "msRTCSIP-Service"),
		entry(globalDN, "objectClass", "msRTCSIP-GlobalContainer"),
		entry("CN={1},"+globalDN, "objectClass", "msRTCSIP-Domain", "msRTCSIP-DomainName", "contoso.com"),
		entry("CN={2},"+globalDN, "objectClass", "msRTCSIP-TrustedServer", "msRTCSIP-TrustedServerFQDN", "lcs01.contoso.com", "msRTCSIP-TrustedServerVersion", "2"),
		entry("CN=Pools,"+serviceDN, "objectClass", "msRTCSIP-Pools"),
		entry(poolDN, "objectClass", "msRTCSIP-Pool", "dNSHostName", "pool01.contoso.com", "msRTCSIP-BackEndServer", "sql01.contoso.com", "msRTCSIP-PoolType", "2"),
		entry("CN=Microsoft,"+poolDN, "objectClass", "serviceConnectionPoint"),
		entry(poolHome, "objectClass", "msRTCSIP-PoolService"),
		entry("CN=Computers,"+rootDN, "objectClass", "container"),
		entry("CN=LCS01,CN=Computers,"+rootDN, "objectClass", "computer", "dNSHostName", "lcs01.contoso.com"),
		entry("CN=Microsoft,CN=LCS01,CN=Computers,"+rootDN, "objectClass", "serviceConnectionPoint"),
		entry("CN=LC Services,CN=Microsoft,CN=LCS01,CN=Computers,"+rootDN, "objectClass", "msRTCSIP-Server", "msRTCSIP-EnterpriseServices", "TRUE", "msRTCSIP-PoolAddress", poolHome),
		entry("CN=Users,"+rootDN, "objectClass", "container"),
	}
	for i := range n {
		entries = append(entries, person(t, rootDN, rootSID, i, "msRTCSIP-PrimaryHomeServer", poolHome))
	}
	return entries
}

// childEntries are those of child.contoso.com, with a server of its own whose
// computer does not tell its name, and n accounts.
func childEntries(t testing.TB, n int) []ldapd.Entry {
	entries := []ldapd.Entry{
		entry(childDN, "objectClass", "domainDNS", "objectSid", octets(t, childSID)),
		entry("CN=Computers,"+childDN, "objectClass", "container"),
		entry("CN=LCS02,CN=Computers,"+childDN, "objectClass", "computer"),
		entry("CN=Microsoft,CN=LCS02,CN=Computers,"+childDN, "objectClass", "serviceConnectionPoint"),
		entry(childHome, "objectClass", "msRTCSIP-Server"),
		entry("CN=Users,"+childDN, "objectClass", "container"),
	}
	for i := range n {
		entries = append(entries, person(t, childDN, childSID, i, "msRTCSIP-PrimaryHomeServer", childHome))
	}
	return entries
}

// person is an account that is enabled for LCS.
func person(t testing.TB, domain, sid string, i int, more ...string) ldapd.Entry {
	user := fmt.Sprintf("%s%04d", strings.ToLower(commonName(domain)), i)
	e := entry(fmt.Sprintf("CN=%s,CN=Users,%s", user, domain), append([]string{
		"objectClass", "user", "sAMAccountName", user, "objectGUID", guid(i), "objectSid", octets(t, fmt.Sprintf("%s-%d", sid, 1000+i)),
		"msRTCSIP-PrimaryUserAddress", "sip:" + user + "@contoso.com", "msRTCSIP-UserEnabled", "TRUE",
	}, more...)...)
	for name, values := range e.Attributes {
		if values[0] == "" {
			delete(e.Attributes, name)
		}
	}
	return e
}

// network connects names with servers on loopback.
type network struct {
	addresses map[string]string // by host:port
	wrap      func(address string, c net.Conn) net.Conn
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	at, ok := n.addresses[address]
	if !ok {
		host, _, _ := net.SplitHostPort(address)
		return nil, &net.OpError{Op: "dial", Net: kind, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, kind, at)
	if err == nil && n.wrap != nil {
		c = n.wrap(address, c)
	}
	return c, err
}

// controllerConfig is a controller with the given domain; change may be nil.
func controllerConfig(host, domain string, entries []ldapd.Entry) ldapd.Config {
	return ldapd.Config{
		Entries: entries, NamingContexts: []string{domain, configDN, schemaDN},
		RootDSE: map[string][]string{
			"dnsHostName": {host}, "rootDomainNamingContext": {rootDN}, "defaultNamingContext": {domain},
			"configurationNamingContext": {configDN}, "schemaNamingContext": {schemaDN},
		},
		Users: map[string]string{testUser: testPassword},
	}
}

// lab is the two controllers of the forest, as they stand before they start.
type lab struct {
	root, child ldapd.Config
	network     network

	rootServer, childServer *ldapd.Server
}

// newLab is a healthy forest with n accounts in each domain.
func newLab(t testing.TB, n int) *lab {
	return &lab{
		root:    controllerConfig("dc1.contoso.com", rootDN, append(sharedEntries(true), rootEntries(t, n)...)),
		child:   controllerConfig("dc2.child.contoso.com", childDN, append(sharedEntries(true), childEntries(t, n)...)),
		network: network{addresses: map[string]string{}},
	}
}

// start serves both controllers in clear and returns how to reach the forest.
func (l *lab) start(t testing.TB) Config {
	t.Helper()
	l.rootServer = serve(t, l.root, &l.network, "dc1.contoso.com:389")
	l.childServer = serve(t, l.child, &l.network, "dc2.child.contoso.com:389")
	return l.config()
}

func (l *lab) config() Config {
	return Config{
		Controllers: []string{"dc1.contoso.com"}, Security: Plain,
		Username: "reader", Domain: "CONTOSO", Password: secret(testPassword), Dial: l.network.dial,
	}
}

// without removes objects, with what is below them, from a controller.
func without(c *ldapd.Config, dn string) {
	var kept []ldapd.Entry
	for _, e := range c.Entries {
		if !isBelow(e.DN, dn) {
			kept = append(kept, e)
		}
	}
	c.Entries = kept
}

// serve answers at the given address until the test ends: in clear, or with
// TLS at port 636 or 3269.
func serve(t testing.TB, cfg ldapd.Config, n *network, address string) *ldapd.Server {
	t.Helper()
	s, err := ldapd.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addresses[address] = ln.Addr().String()
	ended := make(chan error, 1)
	run := s.Serve
	if strings.HasSuffix(address, ":636") || strings.HasSuffix(address, ":3269") {
		run = s.ServeTLS
	}
	go func() { ended <- run(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-ended); err != nil {
			t.Error(err)
		}
	})
	return s
}

// kinds counts what was asked of the servers.
func kinds(servers ...*ldapd.Server) map[ldapd.Kind]int {
	n := map[ldapd.Kind]int{}
	for _, s := range servers {
		for _, r := range s.Requests() {
			n[r.Kind]++
		}
	}
	return n
}

// set puts values into the object of that name.
func set(t testing.TB, c *ldapd.Config, dn string, pairs ...string) {
	t.Helper()
	for i, e := range c.Entries {
		if e.DN != dn {
			continue
		}
		c.Entries[i].Attributes = maps.Clone(e.Attributes)
		for j := 0; j < len(pairs); j += 2 {
			if c.Entries[i].Attributes[pairs[j]] = []string{pairs[j+1]}; pairs[j+1] == "" {
				delete(c.Entries[i].Attributes, pairs[j])
			}
		}
		return
	}
	t.Fatalf("there is no %s", dn)
}
