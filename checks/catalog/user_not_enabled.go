package catalog

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var userNotEnabled = checks.Cause{
	ID:       "user-not-enabled",
	Title:    "Users are not enabled for Live Communications Server",
	Codes:    []int{404},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning: "These users get 404 when they sign in.",
	Detection: "An account has a SIP URI but is not enabled, or is enabled without a home server, or with one that does not exist. " +
		"In an audit of everyone, an account that is not enabled is only told of, since people are disabled on purpose; asked for by name it is the answer.",
	Needs: []checks.Need{needAccounts, needHomeServers},
	Fix:   []string{"Select Enable Live Communications for this user, and choose a home server."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population { return forest(d, unknownOf(d.Directory.HomeServers)) },
		Judge:       judgeUserNotEnabled,
	},
}

func judgeUserNotEnabled(d *facts.Deployment, u *facts.SignIn, asked bool, report func(checks.Hit)) {
	for i := range u.Accounts {
		a := &u.Accounts[i]
		who := whoIs(u, a)
		hit := checks.Hit{Population: everyone, Severity: checks.Major, Address: who}
		choose := []checks.Step{
			{Text: properties(who)},
			{Text: "Select the Enable Live Communications for this user check box, click a server in the Home server list, and click OK."},
		}
		switch {
		case !a.Enabled && a.Address != "":
			hit.Shape, hit.Title, hit.Remedy = "disabled", "Users have a SIP URI but are not enabled", choose
			hit.Evidence = account(d, a.DN+": a SIP URI, and msRTCSIP-UserEnabled is not TRUE", "enabled, if the user is to sign in")
			if !asked || enabledAccount(u) != nil {
				hit.Severity = checks.Info // on purpose, or not what keeps the user out
			}
		case a.Enabled && a.HomeServer == "":
			hit.Shape, hit.Title, hit.Remedy = "no-home-server", "Enabled users have no home server", choose
			hit.Evidence = account(d, a.DN+": enabled, without a home server", "a home server")
		case a.Enabled:
			_, exists, why := homeOf(d, a)
			if why == nil && exists {
				continue
			}
			if hit.Unknown = why; why != nil {
				break
			}
			hit.Shape, hit.Title, hit.Remedy = "home-server-gone", "Enabled users have a home server that does not exist", choose
			hit.Evidence = account(d, a.DN+": its home server, "+a.HomeServer+", does not exist or is no home server", "a home server of the deployment")
		default:
			continue
		}
		report(hit)
	}
}
