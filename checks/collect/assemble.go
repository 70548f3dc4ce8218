package collect

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// Known is what the configuration says of a server or pool, which goes before
// what the sources tell.
type Known struct {
	FQDN       string
	Role       facts.Role       // empty: as the sources tell
	Generation facts.Generation // empty: as the sources tell
}

// Assemble completes a deployment once the directory, the databases and the
// hosts were asked: it brings together the servers that the configuration, the
// directory and its pools name, says what each is for, and gives every home
// server a database, if only one of which nothing is known.
func Assemble(d *facts.Deployment, known []Known, from facts.Origin) {
	for _, k := range known {
		ensureServer(d, k.FQDN)
	}
	servers, _ := d.Directory.Servers.Get() // nobody, if the directory was not read: then the roles say so
	pools, _ := d.Directory.Pools.Get()
	for _, s := range servers {
		ensureServer(d, s.FQDN)
	}
	for _, p := range pools {
		for _, member := range p.Members {
			ensureServer(d, member).PoolFQDN = p.FQDN
		}
	}
	for _, s := range d.Servers {
		i := slices.IndexFunc(known, func(k Known) bool { return strings.EqualFold(k.FQDN, s.FQDN) })
		var k Known
		if i >= 0 {
			k = known[i]
		}
		s.Role = role(d, s, k.Role, from)
		s.Generation = generation(d, s, k.Generation, from)
	}
	ensureDatabases(d, pools)
	slices.SortFunc(d.Servers, func(a, b *facts.Server) int {
		return cmp.Compare(strings.ToLower(a.FQDN), strings.ToLower(b.FQDN))
	})
	slices.SortFunc(d.Databases, func(a, b *facts.Database) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

func ensureServer(d *facts.Deployment, fqdn string) *facts.Server {
	if s := d.Server(fqdn); s != nil {
		return s
	}
	s := &facts.Server{FQDN: fqdn}
	d.Servers = append(d.Servers, s)
	return s
}

// role says what a server is for: as configured, else as its service
// connection point says, else as accounts use it, else as its host says.
func role(d *facts.Deployment, s *facts.Server, configured facts.Role, from facts.Origin) facts.Value[facts.Role] {
	if configured != "" {
		return facts.Observed(configured, from)
	}
	homes, homesUnknown := d.Directory.HomeServers.Get()
	for _, h := range homes {
		object, why := h.Object.Get()
		if why == nil && object.IsHomeServer() && (strings.EqualFold(object.FQDN, s.FQDN) || slices.ContainsFunc(object.Members, equal(s.FQDN))) {
			return facts.Observed(facts.RoleHome, h.Object.Origin())
		}
	}
	servers, why := d.Directory.Servers.Get()
	for _, listed := range servers {
		if strings.EqualFold(listed.FQDN, s.FQDN) && listed.HoldsUsers != nil {
			return facts.Observed(holds(*listed.HoldsUsers), d.Directory.Servers.Origin())
		}
	}
	if setting, unknown := s.Host.ServerSetting.Get(); unknown == nil {
		return facts.Observed(holds(setting.HomesUsers), s.Host.ServerSetting.Origin())
	}
	if why == nil {
		why = homesUnknown
	}
	if why == nil {
		why = &facts.Unknown{Class: facts.Missing, Source: "directory", Target: s.FQDN, Message: "neither the directory nor the host tells whether the server holds users"}
	}
	unknown := *why
	unknown.Settle = cmp.Or(unknown.Settle, "say what "+s.FQDN+" is for with role in its entry of servers")
	return facts.NotObserved[facts.Role](unknown)
}

func holds(users bool) facts.Role {
	if users {
		return facts.RoleHome
	}
	return facts.RoleHoldsNone
}

// generation says which product a server runs: as configured, else LCS 2005 if
// it is in a pool (LCS 2003 has none), else by its version in the list of
// trusted servers, which is 2 for LCS 2005 and not set for LCS 2003.
func generation(d *facts.Deployment, s *facts.Server, configured facts.Generation, from facts.Origin) facts.Value[facts.Generation] {
	if configured != "" {
		return facts.Observed(configured, from)
	}
	pools, _ := d.Directory.Pools.Get()
	for _, p := range pools {
		if strings.EqualFold(p.FQDN, s.FQDN) || slices.ContainsFunc(p.Members, equal(s.FQDN)) {
			return facts.Observed(facts.LCS2005, d.Directory.Pools.Origin())
		}
	}
	trusted, why := d.Directory.TrustedServers.Get()
	for _, t := range trusted {
		if !strings.EqualFold(t.FQDN, s.FQDN) {
			continue
		}
		if t.Version == nil || *t.Version < 2 {
			return facts.Observed(facts.LCS2003, d.Directory.TrustedServers.Origin())
		}
		return facts.Observed(facts.LCS2005, d.Directory.TrustedServers.Origin())
	}
	if setting, unknown := s.Host.ServerSetting.Get(); unknown == nil && setting.MajorVersion == 2 {
		return facts.Observed(facts.LCS2005, s.Host.ServerSetting.Origin())
	}
	if why == nil {
		why = &facts.Unknown{Class: facts.Missing, Source: "directory", Target: s.FQDN, Message: "the list of trusted servers, which tells LCS 2003 from 2005, does not name the server"}
	}
	unknown := *why
	unknown.Settle = cmp.Or(unknown.Settle, "say 2003 or 2005 with generation in the entry of "+s.FQDN+" in servers")
	return facts.NotObserved[facts.Generation](unknown)
}

// ensureDatabases adds a database of which nothing is known for each home
// server and pool that has none, so that its users are not passed over.
func ensureDatabases(d *facts.Deployment, pools []facts.Pool) {
	add := func(fqdn, key string) {
		if d.DatabaseOf(fqdn) != nil {
			return
		}
		d.Databases = append(d.Databases, UnknownDatabase(fqdn, []string{fqdn}, facts.Unknown{
			Class: facts.NotAsked, Source: "rtcdb", Target: fqdn,
			Message: "no way to the RTC database is configured",
			Settle:  "name the database of " + fqdn + " with database in its entry of " + key + ", or give a host file that holds its rows",
		}))
	}
	for _, p := range pools {
		if len(p.Members) > 0 || p.BackEnd != "" {
			add(p.FQDN, "pools")
		}
	}
	for _, s := range d.Servers {
		role, why := s.Role.Get()
		if why == nil && role == facts.RoleHome && (s.PoolFQDN == "" || strings.EqualFold(s.PoolFQDN, s.FQDN)) {
			add(s.FQDN, "servers")
		}
	}
}

// UnknownDatabase returns a database of which nothing was observed.
func UnknownDatabase(name string, serves []string, why facts.Unknown) *facts.Database {
	return &facts.Database{
		Name: name, Serves: serves,
		Structure:     facts.NotObserved[facts.Structure](why),
		Entries:       facts.NotObserved[int](why),
		SIDs:          facts.NotObserved[string](why),
		GUIDs:         facts.NotObserved[string](why),
		DirectoryRows: facts.NotObserved[string](why),
	}
}

func equal(name string) func(string) bool {
	return func(other string) bool { return strings.EqualFold(name, other) }
}
