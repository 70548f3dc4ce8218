package lab

import (
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/facts"
)

// forest is the deployment as plain data. Faults change it before it is
// served; nothing changes afterwards but the ports that listeners get. A
// roll-out makes another forest of it.
type forest struct {
	now        time.Time
	authority  authorities
	addresses  *addressBook
	domains    []*domain // the forest's root first
	sipDomains []string
	servers    []*server
	users      []*user
	newcomers  []*user // accounts without an attribute of LCS
	hops       []*hop
	astray     map[string]facts.Transport // service records that lead to the front end's listener of another transport

	// How each kind of source answers.
	directory, databases, hosts, wire manner

	taken map[*user]bool // by faults
	notes []string       // what was planted where
}

// manner is how somebody answers.
type manner uint8

const (
	proper  manner = iota // as he should
	closed                // refuses connections
	silent                // accepts connections and never answers
	garbled               // answers nonsense
)

// domain is an Active Directory domain with its controller.
type domain struct {
	name, netbios, dn, sid string
	controller, address    string // FQDN, and of what it listens on
	certificate            *certificate
	port                   int // of ldaps
	lastRID                int
}

// hop is a host outside the deployment that routes lead to.
type hop struct {
	name, address string
	listener      *listener
}

// Names of the servers, short as faults use them.
const (
	lcs01 = "lcs01"
	lcs02 = "lcs02"
	fe01  = "fe01"
	px01  = "px01"
)

// newForest returns a healthy forest.
func newForest(o Options, hosts *addressBook) (*forest, error) {
	f := &forest{
		now: o.Now().UTC().Truncate(time.Second), addresses: hosts, taken: map[*user]bool{},
		sipDomains: append([]string{"contoso.com", "fabrikam.com"}, o.SIPDomains...),
	}
	var err error
	if f.authority, err = newAuthorities(); err != nil {
		return nil, err
	}
	f.domains = []*domain{
		{name: "contoso.com", netbios: "CONTOSO", dn: "DC=contoso,DC=com", sid: "S-1-5-21-1085031214-796845957-839522115"},
		{name: "emea.contoso.com", netbios: "EMEA", dn: "DC=emea,DC=contoso,DC=com", sid: "S-1-5-21-484763869-1292428093-854245398"},
	}
	for _, d := range f.domains {
		d.controller, d.lastRID = "dc01."+d.name, 1105
		d.address = f.addresses.assign(d.controller)
		if d.certificate, err = f.issue(d.controller); err != nil {
			return nil, err
		}
	}
	root, emea := f.domains[0], f.domains[1]
	for _, s := range []*server{
		{computer: lcs01, domain: root, role: facts.RoleHome},
		{computer: lcs02, domain: emea, role: facts.RoleHome},
		{computer: fe01, domain: root, role: facts.RoleFrontEnd},
		{computer: px01, domain: root, role: facts.RoleProxy},
	} {
		if err := f.addServer(s); err != nil {
			return nil, err
		}
	}
	// Messages to a partner go out over the proxy.
	px := f.server(px01)
	f.server(lcs01).routes = []*route{{match: "*@partner.example", nextHop: px.fqdn, to: px.listener(facts.MTLS)}}
	f.addUsers(o.Users)
	f.addNewcomers()
	return f, nil
}

// server returns the server with the given short name.
func (f *forest) server(computer string) *server {
	for _, s := range f.servers {
		if s.computer == computer {
			return s
		}
	}
	return nil
}

// homes are the servers that hold users.
func (f *forest) homes() (out []*server) {
	for _, s := range f.servers {
		if s.database != nil {
			out = append(out, s)
		}
	}
	return out
}

// note says what a fault planted, for people who look at the lab.
func (f *forest) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// hasInfrastructureFault reports whether a source is made to hang or to answer
// nonsense, which a check should not take long over.
func (f *forest) hasInfrastructureFault() bool {
	return f.directory != proper || f.databases != proper || f.hosts != proper || f.wire != proper
}

// newSID returns the SID of a new account of the domain.
func (d *domain) newSID() string {
	if d.lastRID++; d.lastRID == firstNewcomer {
		d.lastRID += len(newcomers)
	}
	return d.sidOf(d.lastRID)
}

func (d *domain) sidOf(rid int) string { return fmt.Sprintf("%s-%d", d.sid, rid) }

// computers is the DN of the container of the domain's computers.
func (d *domain) computers() string { return "CN=Computers," + d.dn }

// people is the DN of the unit of the domain's users.
func (d *domain) people() string { return "OU=People," + d.dn }

// homeDN is the DN by which accounts of LCS 2003 name a home server: that of
// its service connection point.
func homeDN(d *domain, computer string) string {
	return "CN=LC Services,CN=Microsoft,CN=" + strings.ToUpper(computer) + "," + d.computers()
}
