package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// forest is what a run knows of the forest.
type forest struct {
	first      *controller // the one in use; every controller holds configuration and schema
	root       *domain
	domains    []*domain             // by name
	partitions map[string]*partition // by key
	serviceDN  string
	catalog    *controller // a global catalog, once one was needed
	catalogErr error
}

// partition is a naming context of the forest.
type partition struct {
	dn     string
	domain *domain // nil if it is none
}

// domain is an Active Directory domain of the forest and how far it was read.
type domain struct {
	name, dn, sid string
	netbios       string      // empty if it was not to be seen
	asked         bool        // and not left out by [Config.BaseDomains]
	at            *controller // nil if none can be read
	lost          error       // why at is nil
	sidErr        error

	servers     []facts.DirectoryServer
	serversErr  error
	accountsErr error
	seen        tally
	homes       map[string]string   // names of home servers that accounts hold
	spelt       map[string]property // of attributes, as this domain's controller spells them
}

// Bits of a crossRef's systemFlags (MS-ADTS 2.2.10).
const (
	crossRefNTDS   = 1 // a naming context of this forest
	crossRefDomain = 2 // a domain
)

// readForest reads the schema and the naming contexts of the forest.
func (r *reader) readForest(ctx context.Context, first *controller) (*forest, error) {
	if err := r.readSchema(ctx, first); err != nil {
		return nil, err
	}
	f := &forest{first: first, partitions: map[string]*partition{}}
	err := r.pages(ctx, first, query{
		what: "the naming contexts of the forest", base: "CN=Partitions," + first.dse.configuration,
		scope: ldap.ScopeSingleLevel, filter: "(objectClass=crossRef)",
		attributes: []string{"nCName", "dnsRoot", "systemFlags", "nETBIOSName"},
	}, func(entries []*ldap.Entry) error {
		for _, e := range entries {
			r.addPartition(f, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.root == nil {
		return nil, collect.Fail(facts.Rights, "let the account read the configuration naming context",
			"read the naming contexts of the forest on %s: the root domain %s is not among them", first.at.host, first.dse.rootDN)
	}
	slices.SortFunc(f.domains, func(a, b *domain) int { return strings.Compare(a.name, b.name) })
	r.partitions = map[string]bool{}
	for key := range f.partitions {
		r.partitions[key] = true
	}
	return f, r.checkDomains(f)
}

func (r *reader) addPartition(f *forest, e *ldap.Entry) {
	flags, _ := strconv.Atoi(text(e, "systemFlags"))
	p := &partition{dn: text(e, "nCName")}
	if p.dn == "" || flags&crossRefNTDS == 0 {
		return // of another directory
	}
	key := dnKey(p.dn)
	f.partitions[key] = p
	if flags&crossRefDomain == 0 {
		return
	}
	p.domain = &domain{name: strings.ToLower(text(e, "dnsRoot")), netbios: text(e, "nETBIOSName"), dn: p.dn, homes: map[string]string{}, spelt: map[string]property{}}
	p.domain.asked = len(r.cfg.BaseDomains) == 0 || slices.ContainsFunc(r.cfg.BaseDomains, func(name string) bool {
		return strings.EqualFold(strings.TrimSuffix(name, "."), p.domain.name)
	})
	f.domains = append(f.domains, p.domain)
	if key == dnKey(f.first.dse.rootDN) {
		f.root = p.domain
	}
}

// checkDomains refuses a limit to domains that the forest does not have.
func (r *reader) checkDomains(f *forest) error {
	for _, name := range r.cfg.BaseDomains {
		if !slices.ContainsFunc(f.domains, func(d *domain) bool { return strings.EqualFold(strings.TrimSuffix(name, "."), d.name) }) {
			return collect.Fail(facts.Missing, "correct the list of domains", "the forest %s has no domain %s", f.root.name, name)
		}
	}
	return nil
}

// owner returns the naming context that a name belongs to: the nearest one
// above it. It is nil if the name is outside the forest.
func (f *forest) owner(dn string) *partition {
	for name := dn; name != ""; name = parentDN(name) {
		if p := f.partitions[dnKey(name)]; p != nil {
			return p
		}
	}
	return nil
}

// schema is what the forest's schema knows of LCS.
type schema struct {
	version int // rangeUpper of ms-RTC-SIP-SchemaVersion; 0 if there is none
	// attributes and classes hold lDAPDisplayNames in lower case, with the
	// msDS-IntId, or 0 where there is none.
	names map[string]uint32
}

func (s *schema) has(name string) bool {
	_, ok := s.names[strings.ToLower(name)]
	return ok
}

// known returns those of the names that do not begin with msRTCSIP- or are in
// the schema. Not every generation has all of them.
func (s *schema) known(names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "msRTCSIP-") && !s.has(name) })
}

func (r *reader) readSchema(ctx context.Context, c *controller) error {
	r.schema = schema{names: map[string]uint32{}}
	return r.pages(ctx, c, query{
		what: "the schema", base: c.dse.schema, scope: ldap.ScopeSingleLevel,
		filter:     "(|(lDAPDisplayName=msRTCSIP-*)(cn=ms-RTC-SIP-SchemaVersion))",
		attributes: []string{"cn", "lDAPDisplayName", "rangeUpper", "msDS-IntId"},
	}, func(entries []*ldap.Entry) error {
		for _, e := range entries {
			if strings.EqualFold(commonName(e.DN), "ms-RTC-SIP-SchemaVersion") {
				r.schema.version, _ = strconv.Atoi(text(e, "rangeUpper"))
			}
			// A signed integer in LDAP, with the top bit set (MS-ADTS 2.2 and
			// 3.1.1.2.2.2): an attribute created in a forest of level 2003.
			id, _ := strconv.ParseInt(text(e, "msDS-IntId"), 10, 64)
			r.schema.names[strings.ToLower(text(e, "lDAPDisplayName"))] = uint32(id) //nolint:gosec // the same 32 bits
		}
		return nil
	})
}

// readSIDs reads the SID of every domain: on a controller of the domain, or on
// a global catalog, which holds the head of every domain.
func (r *reader) readSIDs(ctx context.Context, f *forest) {
	for _, d := range f.domains {
		at := d.at
		if at == nil {
			if f.catalog == nil && f.catalogErr == nil {
				f.catalog, f.catalogErr = r.globalCatalog(ctx)
			}
			at, d.sidErr = f.catalog, f.catalogErr
		}
		if at != nil {
			d.sid, d.sidErr = r.readSID(ctx, at, d)
		}
	}
}

func (r *reader) readSID(ctx context.Context, c *controller, d *domain) (string, error) {
	entry, err := c.read(ctx, query{what: "the SID of " + d.name, base: d.dn, attributes: []string{"objectSid"}})
	if err != nil {
		return "", err
	}
	sid, err := facts.SIDString(entry.GetEqualFoldRawAttributeValue("objectSid"))
	if err != nil {
		return "", fmt.Errorf("read the SID of %s on %s: %w", d.name, c.at.host, err)
	}
	return sid, nil
}

// forestFact is observed only with the SID of every domain: that a SID belongs
// to none of them can be said only then.
func (r *reader) forestFact(f *forest) facts.Value[facts.Forest] {
	forest := facts.Forest{
		RootDomain: f.root.name, RootDN: f.root.dn, Configuration: f.first.dse.configuration,
		ServiceDN: f.serviceDN, SchemaVersion: r.schema.version,
	}
	for _, d := range f.domains {
		if d.sidErr != nil {
			return unknown[facts.Forest](r, d.sidErr)
		}
		forest.Domains = append(forest.Domains, facts.Domain{Name: d.name, NetBIOS: d.netbios, DN: d.dn, SID: d.sid})
	}
	return observed(r, forest)
}
