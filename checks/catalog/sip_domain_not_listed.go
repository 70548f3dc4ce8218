package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var sipDomainNotListed = checks.Cause{
	ID:       "sip-domain-not-listed",
	Title:    "The SIP domain of users is not listed",
	Codes:    []int{404, 504},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found; 504 - Gateway Timeout"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning: "The servers take the domain of these users for a foreign one: they get 404, or 504 where it is routed elsewhere.",
	Detection: "The domain part of an enabled user's SIP URI matches no SIP domain of the deployment. A listed domain may be a wildcard such as *.contoso.com. " +
		"Where a server sees other domains than the directory lists (MSFT_SIPDomainData), the evidence says so.",
	Needs: []checks.Need{needAccounts, needSIPDomains},
	Fix:   []string{"Add the domain on the Domains tab of User Services Global Settings, or correct the users' SIP URIs."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population {
			all := forest(d, unknownOf(d.Directory.SIPDomains))
			all[0].Evidence = append(all[0].Evidence, domainViews(d)...)
			return all
		},
		Judge: judgeSIPDomainNotListed,
	},
}

func judgeSIPDomainNotListed(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	listed, why := d.Directory.SIPDomains.Get()
	domain := facts.AddressDomain(u.Address)
	if why != nil || domain == "" || slices.ContainsFunc(listed, func(l facts.SIPDomain) bool { return covers(l.Name, domain) }) {
		return
	}
	for i := range u.Accounts {
		a := &u.Accounts[i]
		if !a.Enabled {
			continue
		}
		report(checks.Hit{
			Population: everyone, Shape: domain, Severity: checks.Major, Address: whoIs(u, a),
			Title:    "The SIP domain " + domain + " is not listed",
			Evidence: account(d, fmt.Sprintf("%s: %s", a.DN, a.Address), "one of the SIP domains: "+domainList(listed)),
			Remedy: []checks.Step{
				{Text: "In Administrative Tools, Live Communications Server, right-click User Services Global Settings and click Properties. (On LCS 2005 it is Forest.)"},
				{Text: "On the Domains tab, add " + domain + ". If the domain is a mistake, correct the SIP URI of the users instead."},
			},
		})
	}
}

// domainList names the listed domains for evidence, the first few of many.
func domainList(listed []facts.SIPDomain) string {
	const most = 10
	var names []string
	for _, l := range listed[:min(len(listed), most)] {
		names = append(names, l.Name)
	}
	switch {
	case len(listed) == 0:
		return "none is listed"
	case len(listed) > most:
		names = append(names, fmt.Sprintf("and %d more", len(listed)-most))
	}
	return strings.Join(names, ", ")
}
