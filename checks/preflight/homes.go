package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// home is a home server that lines of the plan name.
type home struct {
	fqdn   string
	name   string // as accounts hold it
	issues []Issue
}

// homeOf finds a home server by its name, for accounts to hold, and adds it to
// the facts if no account has named it before.
func homeOf(d *facts.Deployment, fqdn string, at plan.Ref) *home {
	h := &home{fqdn: fqdn, name: fqdn}
	homes, why := d.Directory.HomeServers.Get()
	if why != nil {
		h.issues = append(h.issues, cannotTell("home-server-unknown", why))
		return h
	}
	for _, known := range homes {
		if object, why := known.Object.Get(); why == nil && object.IsHomeServer() && strings.EqualFold(object.FQDN, fqdn) {
			h.name = known.Name
			return h
		}
	}
	object, name, issue := objectOf(d, fqdn)
	if issue != nil {
		h.issues = append(h.issues, *issue)
	}
	if name != "" {
		h.name = name
	}
	origin := from(at, d)
	d.Directory.HomeServers = facts.Observed(append(slices.Clone(homes), facts.HomeServer{Name: h.name, Object: facts.Observed(object, origin)}), d.Directory.HomeServers.Origin())
	return h
}

// objectOf says what stands behind the name of a server or pool that nobody has
// as his home server yet.
func objectOf(d *facts.Deployment, fqdn string) (object facts.HomeServerObject, name string, issue *Issue) {
	tell := func(i Issue) (facts.HomeServerObject, string, *Issue) { return facts.HomeServerObject{}, "", &i }
	pools, poolsUnknown := d.Directory.Pools.Get()
	for _, p := range pools {
		if strings.EqualFold(p.FQDN, fqdn) {
			return facts.HomeServerObject{Exists: true, Class: "msRTCSIP-PoolService", FQDN: p.FQDN, Members: p.Members}, p.ServiceDN, nil
		}
	}
	s := d.Server(fqdn)
	if s == nil {
		if _, why := d.Directory.Servers.Get(); why != nil {
			return tell(cannotTell("home-server-unknown", why))
		}
		if poolsUnknown != nil {
			return tell(cannotTell("home-server-unknown", poolsUnknown))
		}
		return tell(noGo("home-server-unknown", fqdn+" is no server or pool of the deployment"+nearServer(d, fqdn), checks.Step{Text: "Correct the name, or plan the server too (servers)."}))
	}
	role, why := s.Role.Get()
	switch {
	case s.PoolFQDN != "" && !strings.EqualFold(s.PoolFQDN, fqdn):
		return tell(noGo("not-a-home-server", fqdn+" is a member of the pool "+s.PoolFQDN+": users are homed on the pool", choosePlace))
	case why != nil:
		return tell(cannotTell("not-a-home-server", why))
	case role != facts.RoleHome:
		return tell(noGo("not-a-home-server", fqdn+" holds no users: it is a "+roleName(role), choosePlace).saw(saw(s.Role.Origin(), string(role), "a home server")))
	}
	servers, _ := d.Directory.Servers.Get() // unobserved: the name will do
	for _, listed := range servers {
		if strings.EqualFold(listed.FQDN, fqdn) {
			name = listed.DN
		}
	}
	return facts.HomeServerObject{Exists: true, Class: "msRTCSIP-Server", FQDN: s.FQDN, Members: []string{s.FQDN}}, name, nil
}

var choosePlace = checks.Step{Text: "Choose a home server or a pool."}

func roleName(r facts.Role) string {
	switch r {
	case facts.RoleFrontEnd:
		return "front end"
	case facts.RoleProxy:
		return "forwarding proxy"
	}
	return "front end or a proxy"
}
