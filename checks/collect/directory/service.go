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

// service is what lies below the RTC Service container.
type service struct {
	domains  facts.Value[[]facts.SIPDomain]
	trusted  facts.Value[[]facts.TrustedServer]
	settings facts.Value[facts.GlobalSettings]
	pools    facts.Value[[]facts.Pool]
	// frontEnds are the servers that a pool's service refers to, by the key
	// of the service.
	frontEnds map[string][]string
}

// readService finds the RTC Service container and reads what is below it.
func (r *reader) readService(ctx context.Context, f *forest) *service {
	at, dn, err := r.findService(ctx, f)
	var below []*ldap.Entry
	if err == nil {
		f.serviceDN = dn
		below, err = r.readBelow(ctx, at, dn)
	}
	if err != nil {
		why := r.partly(err)
		return &service{
			domains:  facts.NotObserved[[]facts.SIPDomain](why),
			trusted:  facts.NotObserved[[]facts.TrustedServer](why),
			settings: facts.NotObserved[facts.GlobalSettings](why),
			pools:    facts.NotObserved[[]facts.Pool](why),
		}
	}
	s := &service{frontEnds: map[string][]string{}}
	r.readPools(s, below)
	if !slices.ContainsFunc(below, func(e *ldap.Entry) bool { return hasClass(e, "msRTCSIP-GlobalContainer") }) {
		why := r.partly(collect.Fail(facts.Missing, "run the LCS forest preparation, or let the account read the container",
			"no Global Settings below %s: LCS was not prepared in this forest to the end, or the account may not see them", dn))
		s.domains = facts.NotObserved[[]facts.SIPDomain](why)
		s.trusted = facts.NotObserved[[]facts.TrustedServer](why)
		s.settings = facts.NotObserved[facts.GlobalSettings](why)
		return s
	}
	r.readGlobals(s, below)
	return s
}

// findService looks for the container where LCS 2003 and 2005 keep it, below
// CN=System of the root domain, and then below CN=Services of the configuration,
// where later products may.
func (r *reader) findService(ctx context.Context, f *forest) (*controller, string, error) {
	type place struct {
		at   *controller
		base string
	}
	places := []place{{f.root.at, "CN=System," + f.root.dn}, {f.first, "CN=Services," + f.first.dse.configuration}}
	for _, p := range places {
		if p.at == nil {
			continue
		}
		var found []string
		err := r.pages(ctx, p.at, query{
			what: "the RTC Service container", base: p.base, scope: ldap.ScopeWholeSubtree,
			filter: "(objectClass=msRTCSIP-Service)", attributes: []string{"objectClass"},
		}, func(entries []*ldap.Entry) error {
			for _, e := range entries {
				found = append(found, e.DN)
			}
			return nil
		})
		if err != nil && !isNoSuchObject(err) {
			return nil, "", err
		}
		slices.Sort(found)
		if len(found) > 1 {
			r.session.Warn("there are %d RTC Service containers; %s was read", len(found), found[0])
		}
		if len(found) > 0 {
			return p.at, found[0], nil
		}
	}
	if f.root.at == nil {
		return nil, "", f.root.lost
	}
	return nil, "", collect.Fail(facts.Missing,
		"run the LCS forest preparation, or name a controller of the right forest; if the container is there, let the account read it",
		"no RTC Service container below CN=System of %s nor below CN=Services of the configuration: "+
			"LCS was not prepared in this forest, or the account may not see it", f.root.name)
}

// readBelow reads the objects below the container that are of interest.
func (r *reader) readBelow(ctx context.Context, c *controller, dn string) ([]*ldap.Entry, error) {
	var filter strings.Builder
	for _, class := range []string{"GlobalContainer", "Domain", "TrustedServer", "EdgeProxy", "Pool", "PoolService"} {
		fmt.Fprintf(&filter, "(objectClass=msRTCSIP-%s)", class)
	}
	var below []*ldap.Entry
	err := r.pages(ctx, c, query{
		what: "the settings of LCS", base: dn, scope: ldap.ScopeWholeSubtree, filter: "(|" + filter.String() + ")",
		attributes: r.schema.known("objectClass", "dNSHostName", "msRTCSIP-DomainName", "msRTCSIP-TrustedServerFQDN",
			"msRTCSIP-TrustedServerVersion", "msRTCSIP-EdgeProxyFQDN", "msRTCSIP-UserDomainList", "msRTCSIP-BackEndServer",
			"msRTCSIP-PoolType", "msRTCSIP-PoolVersion", "msRTCSIP-FrontEndServers"),
	}, func(entries []*ldap.Entry) error {
		below = append(below, entries...)
		return nil
	})
	slices.SortFunc(below, func(a, b *ldap.Entry) int { return strings.Compare(a.DN, b.DN) })
	return below, err
}

// readGlobals takes what lies below Global Settings. An object that does not
// show what it is about makes its list unknown.
func (r *reader) readGlobals(s *service, below []*ldap.Entry) {
	var domains []facts.SIPDomain
	var trusted []facts.TrustedServer
	var settings facts.GlobalSettings
	var hiddenDomains, hiddenServers, hiddenEdges int
	for _, e := range below {
		switch {
		case hasClass(e, "msRTCSIP-GlobalContainer"):
			settings.UserDomains = append(settings.UserDomains, e.GetEqualFoldAttributeValues("msRTCSIP-UserDomainList")...)
		case hasClass(e, "msRTCSIP-Domain"):
			if name := text(e, "msRTCSIP-DomainName"); name != "" {
				domains = append(domains, facts.SIPDomain{Name: name, DN: e.DN})
			} else {
				hiddenDomains++
			}
		case hasClass(e, "msRTCSIP-TrustedServer"):
			if fqdn := text(e, "msRTCSIP-TrustedServerFQDN"); fqdn != "" {
				trusted = append(trusted, facts.TrustedServer{FQDN: fqdn, DN: e.DN, Version: number(e, "msRTCSIP-TrustedServerVersion")})
			} else {
				hiddenServers++
			}
		case hasClass(e, "msRTCSIP-EdgeProxy"):
			if fqdn := text(e, "msRTCSIP-EdgeProxyFQDN"); fqdn != "" {
				settings.EdgeProxies = append(settings.EdgeProxies, fqdn)
			} else {
				hiddenEdges++
			}
		}
	}
	slices.Sort(settings.UserDomains)
	slices.Sort(settings.EdgeProxies)
	s.domains = shown(r, domains, hiddenDomains, "SIP domain", "msRTCSIP-DomainName")
	s.trusted = shown(r, trusted, hiddenServers, "trusted server", "msRTCSIP-TrustedServerFQDN")
	s.settings = shown(r, settings, hiddenEdges, "access proxy", "msRTCSIP-EdgeProxyFQDN")
}

// shown is the fact v, or unknown if some of its objects hide what they are.
func shown[T any](r *reader, v T, hidden int, object, attribute string) facts.Value[T] {
	if hidden == 0 {
		return observed(r, v)
	}
	return unknown[T](r, collect.Fail(facts.Rights, "let the account read "+attribute+", or delete objects that have none",
		"%d objects of the kind %s show no %s: they have none, or the account may not read it", hidden, object, attribute))
}

// readPools takes the pools with their services. LCS 2003 has none.
func (r *reader) readPools(s *service, below []*ldap.Entry) {
	var pools []facts.Pool
	hidden := 0
	for _, e := range below {
		if !hasClass(e, "msRTCSIP-Pool") {
			continue
		}
		pool := facts.Pool{
			DN: e.DN, FQDN: text(e, "dNSHostName"), BackEnd: text(e, "msRTCSIP-BackEndServer"),
			Version: number(e, "msRTCSIP-PoolVersion"),
		}
		if kind := number(e, "msRTCSIP-PoolType"); kind != nil {
			pool.Type = *kind
		}
		for _, other := range below {
			if hasClass(other, "msRTCSIP-PoolService") && isBelow(other.DN, e.DN) {
				pool.ServiceDN = other.DN
				s.frontEnds[dnKey(other.DN)] = other.GetEqualFoldAttributeValues("msRTCSIP-FrontEndServers")
			}
		}
		if pools = append(pools, pool); pool.FQDN == "" {
			hidden++
		}
	}
	s.pools = shown(r, pools, hidden, "pool", "dNSHostName")
}

// poolsFact adds to the pools the servers that are members of them: those that
// refer to the pool, and those that the pool refers to.
func (r *reader) poolsFact(ctx context.Context, f *forest, s *service) facts.Value[[]facts.Pool] {
	pools, why := s.pools.Get()
	if why != nil {
		return s.pools
	}
	for i := range pools {
		if pools[i].ServiceDN != "" {
			pools[i].Members = r.members(ctx, f, pools[i].ServiceDN, s.frontEnds[dnKey(pools[i].ServiceDN)])
		}
	}
	return observed(r, pools)
}

func hasClass(e *ldap.Entry, class string) bool {
	return slices.ContainsFunc(e.GetEqualFoldAttributeValues("objectClass"), func(c string) bool { return strings.EqualFold(c, class) })
}

// number is the value of an integer attribute, or nil if there is none.
func number(e *ldap.Entry, attribute string) *int {
	n, err := strconv.Atoi(text(e, attribute))
	if err != nil {
		return nil
	}
	return &n
}
