package catalog

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// restart is the article's way to restart Live Communications Server on each
// of the hosts. why is the first step's text.
func restart(why string, hosts ...string) (steps []checks.Step) {
	for _, host := range hosts {
		steps = append(steps,
			checks.Step{Text: why, Command: "net stop rtcsrv", Host: host},
			checks.Step{Text: "Start it.", Command: "net start rtcsrv", Host: host})
	}
	return steps
}

const (
	restartServer   = "Restart Live Communications Server."
	restartAndAwait = "Restart Live Communications Server, and give it time to populate the database."
)

// serversOf are the hosts whose Live Communications Server works with a
// database: the home server itself, or the members of the pool, whose back end
// is another computer. The database's own name stands for them if they are not
// known.
func serversOf(d *facts.Deployment, db *facts.Database) (hosts []string) {
	pools, _ := d.Directory.Pools.Get() // without them the servers' own word has to do
	for _, served := range db.Serves {
		for _, s := range d.Servers {
			if strings.EqualFold(s.FQDN, served) || strings.EqualFold(s.PoolFQDN, served) {
				hosts = append(hosts, s.FQDN)
			}
		}
		for _, p := range pools {
			if strings.EqualFold(p.FQDN, served) {
				hosts = append(hosts, p.Members...)
			}
		}
	}
	if len(hosts) == 0 {
		return []string{db.Name}
	}
	slices.SortFunc(hosts, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.CompactFunc(hosts, strings.EqualFold)
}

// properties is the step that leads to a user's settings.
func properties(who string) string {
	return "In Administrative Tools, Live Communications Server, expand Servers, expand the server, click Users, right-click " + who + " and click Properties."
}
