package preflight

import (
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"

	"github.com/agnivade/levenshtein"
)

// nearServer names the home server or pool that a wrong name is most like.
func nearServer(d *facts.Deployment, fqdn string) string {
	var names []string
	pools, _ := d.Directory.Pools.Get() // a suggestion needs no certainty
	for _, p := range pools {
		names = append(names, p.FQDN)
	}
	for _, s := range d.Servers {
		if role, why := s.Role.Get(); why == nil && role == facts.RoleHome {
			names = append(names, s.FQDN)
		}
	}
	return meantBy(fqdn, names)
}

// nearAny names the server that a wrong name is most like.
func nearAny(d *facts.Deployment, fqdn string) string {
	var names []string
	for _, s := range d.Servers {
		names = append(names, s.FQDN)
	}
	return meantBy(fqdn, names)
}

func meantBy(name string, known []string) string {
	best, distance := "", len(name)/4+1
	for _, k := range known {
		if n := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)); n < distance {
			best, distance = k, n
		}
	}
	if best == "" {
		return ""
	}
	return "; was " + best + " meant?"
}

func saw(origin facts.Origin, observed, expected string) checks.Evidence {
	return checks.Saw(origin, observed, expected)
}
