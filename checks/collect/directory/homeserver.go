package directory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// The classes of a home server: of LCS 2003, and of a pool of LCS 2005.
const (
	serverClass      = "msRTCSIP-Server"
	poolServiceClass = "msRTCSIP-PoolService"
)

// homeServersFact looks up every name of a home server that an account holds.
// It covers all accounts that were read, also if there are others.
func (r *reader) homeServersFact(ctx context.Context, f *forest, users facts.Value[facts.UserTotals]) facts.Value[[]facts.HomeServer] {
	names := map[string]string{}
	for _, d := range f.domains {
		maps.Copy(names, d.homes)
	}
	if _, why := users.Get(); why != nil && len(names) == 0 {
		return facts.NotObserved[[]facts.HomeServer](*why)
	}
	resolved := map[string]facts.Value[facts.HomeServerObject]{} // by key: names may be spelt differently
	var homes []facts.HomeServer
	for _, name := range slices.Sorted(maps.Keys(names)) {
		key := dnKey(name)
		if _, ok := resolved[key]; !ok {
			resolved[key] = r.homeServer(ctx, f, name)
		}
		homes = append(homes, facts.HomeServer{Name: name, Object: resolved[key]})
	}
	return observed(r, homes)
}

func (r *reader) homeServer(ctx context.Context, f *forest, name string) facts.Value[facts.HomeServerObject] {
	if !isDN(name) {
		return r.homeServerByText(f, name)
	}
	at, err := f.holder(name)
	if err != nil {
		return facts.NotObserved[facts.HomeServerObject](r.session.Unknown(err))
	}
	entry, err := at.read(ctx, query{
		what: "the home server " + name, base: name, attributes: r.schema.known("objectClass", "msRTCSIP-FrontEndServers"),
	})
	switch {
	case isNoSuchObject(err):
		return observed(r, facts.HomeServerObject{})
	case err != nil:
		return unknown[facts.HomeServerObject](r, err)
	}
	object := facts.HomeServerObject{Exists: true, Class: homeClass(entry)}
	switch object.Class {
	case serverClass:
		if object.FQDN, err = r.serverName(ctx, f, name); object.FQDN != "" {
			object.Members = []string{object.FQDN}
		}
	case poolServiceClass:
		object.FQDN, err = r.poolName(ctx, at, name)
		object.Members = r.members(ctx, f, name, entry.GetEqualFoldAttributeValues("msRTCSIP-FrontEndServers"))
	}
	if err != nil {
		return unknown[facts.HomeServerObject](r, err)
	}
	return observed(r, object)
}

// holder returns the controller that holds the object of that name, if it
// exists.
func (f *forest) holder(dn string) (*controller, error) {
	p := f.owner(dn)
	switch {
	case p == nil:
		return nil, collect.Fail(facts.Missing, "read the forest that it belongs to", "%s lies outside the forest %s", dn, f.root.name)
	case p.domain == nil && f.first.dse.holds(p.dn):
		return f.first, nil
	case p.domain == nil:
		return nil, collect.Fail(facts.Missing, "list a controller that holds "+p.dn, "no controller in use holds %s", p.dn)
	case p.domain.at == nil:
		return nil, p.domain.lost
	}
	return p.domain.at, nil
}

// homeClass is the object's class that matters: one of LCS, else its own.
func homeClass(e *ldap.Entry) string {
	classes := e.GetEqualFoldAttributeValues("objectClass")
	for _, known := range []string{serverClass, poolServiceClass} {
		if hasClass(e, known) {
			return known
		}
	}
	for _, c := range classes {
		if strings.HasPrefix(strings.ToLower(c), "msrtcsip-") {
			return c
		}
	}
	if len(classes) == 0 {
		return ""
	}
	return classes[len(classes)-1] // the most derived one comes last
}

// serverName is the name of the computer that a server's service connection
// point belongs to.
func (r *reader) serverName(ctx context.Context, f *forest, point string) (string, error) {
	for _, d := range f.domains {
		for _, s := range d.servers {
			if dnKey(s.DN) == dnKey(point) {
				return s.FQDN, nil
			}
		}
	}
	p := f.owner(point)
	if p == nil || p.domain == nil {
		return "", nil
	}
	if p.domain.at == nil {
		return "", p.domain.lost
	}
	return r.computerName(ctx, p.domain, point)
}

// poolName is the name of the pool that a service belongs to, two levels above
// it.
func (r *reader) poolName(ctx context.Context, c *controller, service string) (string, error) {
	entry, err := c.read(ctx, query{what: "the pool of " + service, base: parentDN(parentDN(service)), attributes: []string{"dNSHostName"}})
	if err != nil {
		return "", err
	}
	name := text(entry, "dNSHostName")
	if name == "" {
		return "", collect.Fail(facts.Rights, "let the account read dNSHostName of pools",
			"read the pool of %s on %s: it shows no dNSHostName", service, c.at.host)
	}
	return name, nil
}

// members are the names of the servers of a pool: those that refer to its
// service and those that the service refers to. The link back is there only on
// controllers that know the server, so that neither alone need be complete.
func (r *reader) members(ctx context.Context, f *forest, service string, frontEnds []string) []string {
	names := map[string]bool{}
	for _, d := range f.domains {
		for _, s := range d.servers {
			if s.PoolDN != "" && dnKey(s.PoolDN) == dnKey(service) {
				names[strings.ToLower(s.FQDN)] = true
			}
		}
	}
	for _, point := range frontEnds {
		name, err := r.serverName(ctx, f, point)
		if err != nil {
			r.partly(err)
		} else if name != "" {
			names[strings.ToLower(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// homeServerByText looks up the text of msRTCSIP-HomeServerString, which LCS
// 2003 has. No document says what it holds, so nothing but a name that a
// server is known by is taken for one.
func (r *reader) homeServerByText(f *forest, name string) facts.Value[facts.HomeServerObject] {
	for _, d := range f.domains {
		for _, s := range d.servers {
			if strings.EqualFold(s.FQDN, strings.TrimSpace(name)) {
				return observed(r, facts.HomeServerObject{Exists: true, Class: serverClass, FQDN: s.FQDN, Members: []string{s.FQDN}})
			}
		}
	}
	return facts.NotObserved[facts.HomeServerObject](r.session.Unknown(collect.Fail(facts.Protocol, "look up the server by hand",
		"%q is the name of no known server, and the format of msRTCSIP-HomeServerString is not documented", name)))
}
