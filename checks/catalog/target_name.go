package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// noteTargetNames compares the names that a server's challenges are for with
// the server's own: a client authenticates to that name (MS-SIPAE). No document
// says what a server of LCS puts there if it has several, so that this speaks
// beside the names of certificates and decides nothing.
func noteTargetNames(j *checks.Judgement, d *facts.Deployment, s *facts.Server) {
	var told []string
	for _, a := range sipAnswers(d, s) {
		for _, c := range a.Challenges {
			name := strings.TrimPrefix(strings.ToLower(c.TargetName), "sip/")
			own := strings.EqualFold(name, s.FQDN) || s.PoolFQDN != "" && strings.EqualFold(name, s.PoolFQDN)
			if name == "" || own || slices.Contains(told, name) {
				continue
			}
			told = append(told, name)
			j.Note(checks.Saw(a.from, fmt.Sprintf("%s with a challenge for %s", a.what, c.TargetName), "one for "+s.FQDN))
		}
	}
}
