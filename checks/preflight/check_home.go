package preflight

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// homeHealth completes what is known of the planned home servers by how healthy
// they will be: users who are put on a dead server cannot sign in. What cannot be
// seen of servers that are to be installed is no surprise.
func (r *roster) homeHealth(causes []checks.Cause, findings []checks.Finding, installing []string) {
	for _, h := range r.homes {
		if len(h.issues) > 0 {
			continue
		}
		hosts := membersOf(r.d, h.fqdn)
		for i := range findings {
			f := &findings[i]
			at := slices.IndexFunc(causes, func(c checks.Cause) bool { return c.ID == f.Cause })
			if f.Subject.Kind != checks.ServerSubject || at < 0 || f.ConsequenceOf != "" || !slices.ContainsFunc(hosts, func(name string) bool { return strings.EqualFold(name, f.Subject.Server) }) {
				continue
			}
			said := fmt.Sprintf("the home server %s: %s (%s)", f.Subject.Server, lowerFirst(f.Title), f.Cause)
			switch {
			case f.Verdict == checks.Present && f.Severity == checks.Critical:
				h.issues = append(h.issues, noGo("home-server-unhealthy", said, f.Remedy...).saw(f.Evidence...))
			case f.Verdict == checks.Present && f.Severity == checks.Major:
				h.issues = append(h.issues, risk("home-server-unhealthy", checks.Major, said, f.Remedy...).saw(f.Evidence...))
			case f.Verdict == checks.Undetermined && causes[at].Severity.AtLeast(checks.Major) && !slices.Contains(installing, strings.ToLower(f.Subject.Server)):
				i := cannotTell("home-server-unhealthy", &facts.Unknown{Message: said + ": " + f.Reason})
				i.Settle = f.Settle
				h.issues = append(h.issues, i)
			}
		}
	}
}

// membersOf are the servers that a home server's name stands for.
func membersOf(d *facts.Deployment, fqdn string) []string {
	hosts := []string{fqdn}
	for _, s := range d.Servers {
		if strings.EqualFold(s.PoolFQDN, fqdn) {
			hosts = append(hosts, s.FQDN)
		}
	}
	return hosts
}

func lowerFirst(s string) string {
	if s == "" || len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' { // an abbreviation
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
