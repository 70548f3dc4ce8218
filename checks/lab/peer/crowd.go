package peer

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
)

// crowdDN is the domain of a [Crowd].
const crowdDN = "DC=contoso,DC=com"

// Crowd is a number of enabled users who are like each other, with the servers that
// home them, numbered from 0. Both their directory and their databases are made from it, so
// that whatever does not agree was planted.
type Crowd struct {
	Users   int
	Servers int // home servers of LCS 2003; each has its part of the users
}

// Member is one user of a [Crowd].
type Member struct {
	Address string   // without sip:
	SID     []byte   // octets (MS-DTYP 2.4.2.2)
	GUID    [16]byte // as it is written, big endian
	Server  int
}

// Server returns the name of a home server.
func (c Crowd) Server(i int) string { return fmt.Sprintf("lcs%02d.contoso.com", i+1) }

// Member returns a user. Addresses do not ascend with the number, so that whoever
// needs them sorted has to do it.
func (c Crowd) Member(i int) Member {
	m := Member{Address: c.address(i), SID: accountSID(uint32(i) + 100_000), Server: i % c.Servers}
	// Spread by a multiplicative hash, so that it looks as random as a real one.
	binary.BigEndian.PutUint64(m.GUID[:], uint64(i)*0x9E3779B97F4A7C15)
	binary.BigEndian.PutUint64(m.GUID[8:], uint64(i)*0xBF58476D1CE4E5B9+1)
	return m
}

// Names of people, as Microsoft's examples have them.
var (
	firstNames = strings.Fields("Aaron Alice Amy Andy Ben Britta Carol Chris Dan David Deborah Don Erik Frank Garth Holly Jae Jeff Jim Jo " +
		"Karen Kim Kevin Lori Mary Max Michael Nancy Oliver Pat Peter Ray Rob Sean Sheela Stephanie Suki Terry Wendy Yan")
	lastNames = strings.Fields("Abercrombie Adams Akers Ansman Bento Berry Cannon Carey Con Davis Dixon Fort Funk Gode Hanif Hay Ihrig Jiang Kelly Khan " +
		"Kim Li Martin Miller Morgan Nash Norman Oveson Pak Penor Ralls Ray Saraiva Simon Spencer Tham Trenary Walters White Word")
)

// name makes a first and a last name, and the number of the user among those
// with the same.
func (c Crowd) name(i int) (first, last string, number int) {
	// A prime, so that the numbers are gone through in steps and none comes twice.
	const step = 611_953
	n := i * step % max(c.Users, 1)
	first, n = firstNames[n%len(firstNames)], n/len(firstNames)
	return first, lastNames[n%len(lastNames)], n / len(lastNames)
}

func (c Crowd) address(i int) string {
	first, last, number := c.name(i)
	return strings.ToLower(first) + "." + strings.ToLower(last) + strconv.Itoa(number) + "@contoso.com"
}

// crowdSID is the domain's SID as octets.
var crowdSID, _ = facts.ParseSID(domainSID) // it is a constant

// accountSID is the SID of the domain's account with that relative identifier.
func accountSID(rid uint32) []byte {
	b := make([]byte, 0, len(crowdSID)+4)
	b = binary.LittleEndian.AppendUint32(append(b, crowdSID...), rid)
	b[1]++ // the number of sub-authorities
	return b
}

// writeLDIF writes the whole directory.
func (c Crowd) writeLDIF(to io.Writer) error {
	out := bufio.NewWriterSize(to, 1<<20)
	c.writeForest(out)
	homes := make([]string, c.Servers)
	for i := range homes {
		homes[i] = resolve(ServerService(strings.ToUpper(c.computer(i))), crowdDN)
	}
	for i := range c.Users {
		m := c.Member(i)
		first, last, number := c.name(i)
		fmt.Fprintf(out, "dn: CN=%[1]s %[2]s %[3]d,CN=Users,"+crowdDN+"\nobjectClass: user\ncn: %[1]s %[2]s %[3]d\nsAMAccountName: u%[4]d\ndisplayName: %[1]s %[2]s\n"+
			"objectSid:: %[5]s\nobjectGUID:: %[6]s\nmsRTCSIP-PrimaryUserAddress: sip:%[7]s\nmsRTCSIP-UserEnabled: TRUE\nmsRTCSIP-PrimaryHomeServer: %[8]s\n\n",
			first, last, number, i, base64.StdEncoding.EncodeToString(m.SID), base64.StdEncoding.EncodeToString(littleEndian(m.GUID)), m.Address, homes[m.Server])
	}
	return out.Flush()
}

func (c Crowd) computer(i int) string {
	name, _, _ := strings.Cut(c.Server(i), ".")
	return name
}

// littleEndian puts a GUID's first three fields into the order in which they are
// stored (MS-DTYP 2.3.4.2).
func littleEndian(g [16]byte) []byte {
	return []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
}

// writeForest writes everything but the users.
func (c Crowd) writeForest(out io.Writer) {
	add := func(dn, class string, attributes ...string) {
		name, value, _ := strings.Cut(strings.SplitN(dn, ",", 2)[0], "=")
		fmt.Fprintf(out, "dn: %s\nobjectClass: %s\n%s: %s\n", dn, class, strings.ToLower(name), value)
		for i := 0; i < len(attributes); i += 2 {
			fmt.Fprintf(out, "%s: %s\n", attributes[i], attributes[i+1])
		}
		fmt.Fprintln(out)
	}
	const (
		configuration = "CN=Configuration," + crowdDN
		schema        = "CN=Schema," + configuration
		partitions    = "CN=Partitions," + configuration
		service       = "CN=RTC Service,CN=Microsoft,CN=System," + crowdDN
		globals       = "CN=Global Settings," + service
	)
	add(crowdDN, "domainDNS", "objectSid:", base64.StdEncoding.EncodeToString(crowdSID))
	add(configuration, "configuration")
	add(partitions, "crossRefContainer")
	add("CN=CONTOSO,"+partitions, "crossRef", "nCName", crowdDN, "dnsRoot", "contoso.com", "systemFlags", "3")
	add("CN=Enterprise Configuration,"+partitions, "crossRef", "nCName", configuration, "dnsRoot", "contoso.com", "systemFlags", "1")
	add("CN=Enterprise Schema,"+partitions, "crossRef", "nCName", schema, "dnsRoot", "contoso.com", "systemFlags", "1")
	add("CN=Services,"+configuration, "container")
	add(schema, "container")
	for _, a := range slapdAttributes {
		if strings.HasPrefix(a.name, "msRTCSIP-") {
			add("CN="+strings.Replace(a.name, "msRTCSIP", "ms-RTC-SIP", 1)+","+schema, "attributeSchema", "lDAPDisplayName", a.name)
		}
	}
	for _, dn := range []string{"CN=System,", "CN=Microsoft,CN=System,", "CN=Users,", "CN=Computers,"} {
		add(dn+crowdDN, "container")
	}
	add(service, "msRTCSIP-Service")
	add(globals, "msRTCSIP-GlobalContainer")
	add("CN=contoso.com,"+globals, "msRTCSIP-Domain", "msRTCSIP-DomainName", "contoso.com")
	for i := range c.Servers {
		fqdn, computer := c.Server(i), resolve(computerDN(strings.ToUpper(c.computer(i))), crowdDN)
		add("CN="+fqdn+","+globals, "msRTCSIP-TrustedServer", "msRTCSIP-TrustedServerFQDN", fqdn)
		add(computer, "computer", "dNSHostName", fqdn)
		add("CN=Microsoft,"+computer, "serviceConnectionPoint")
		add("CN=LC Services,CN=Microsoft,"+computer, "msRTCSIP-Server", "msRTCSIP-EnterpriseServices", "TRUE")
	}
}
