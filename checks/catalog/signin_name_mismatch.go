package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var signinNameMismatch = checks.Cause{
	ID:       "signin-name-mismatch",
	Title:    "A sign-in name is malformed, held twice, or held by nobody",
	Codes:    []int{404, 504},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found; 504 - Gateway Timeout"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning:   "What the user types is not what Live Communications Server knows: the server answers 404, or 504 if it takes the name for a foreign one.",
	Detection: "The SIP URI of an enabled account is missing, is not sip:user@domain, or is held by another account too; or the sign-in name that was asked for is held by no account, in which case names like it are offered.",
	Needs:     []checks.Need{needAccounts},
	Fix:       []string{"Correct the spelling in the client, or the SIP URI in the user's properties."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population { return forest(d) },
		Judge:       judgeSigninName,
		Asked:       judgeAskedName,
	},
}

func judgeSigninName(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	enabled := 0
	for i := range u.Accounts {
		a := &u.Accounts[i]
		if !a.Enabled {
			continue
		}
		enabled++
		problem := facts.URIProblem(a.Address)
		if problem == "" {
			continue
		}
		report(checks.Hit{
			Population: everyone, Shape: "malformed", Title: "The SIP URI of enabled users is malformed or missing", Severity: checks.Major, Address: whoIs(u, a),
			Evidence: account(d, fmt.Sprintf("%s: SIP URI %q: %s", a.DN, a.Address, problem), "sip:user@domain"),
			Remedy:   []checks.Step{{Text: properties(whoIs(u, a))}, {Text: "Correct the SIP URI: sip:, the user's name, @, and a SIP domain of the deployment."}},
		})
	}
	if len(u.Accounts) < 2 || u.Address == "" || enabled == 0 {
		return
	}
	var holders []string
	for _, a := range u.Accounts {
		holders = append(holders, a.DN)
	}
	report(checks.Hit{
		Population: everyone, Shape: "held-twice", Title: "A SIP URI is held by more than one account", Severity: checks.Major, Address: u.Address,
		Evidence: account(d, fmt.Sprintf("%s is held by %d accounts: %s", u.Address, len(holders), strings.Join(holders, "; ")), "one account"),
		Remedy:   []checks.Step{{Text: "Decide whose address " + u.Address + " is, and give the other accounts addresses of their own."}},
	})
}

func judgeAskedName(d *facts.Deployment, name string, found bool, near []string, report func(checks.Hit)) {
	if found || !d.Directory.Users.IsObserved() {
		return // if not every account was read, somebody unseen may hold it
	}
	hit := checks.Hit{
		Population: everyone, Shape: "held-by-nobody", Title: "Nobody has the sign-in name " + name, Severity: checks.Major, Address: name,
		Evidence: account(d, "no account has the SIP URI sip:"+name, "an account with it"),
		Remedy:   []checks.Step{{Text: "Verify the spelling in the client, and the SIP URI in the properties of the user in Live Communications Server."}},
	}
	if len(near) > 0 {
		hit.Evidence.Observed += "; names like it: " + strings.Join(near, ", ")
		hit.Remedy = append([]checks.Step{{Text: "Was one of these meant? " + strings.Join(near, ", ")}}, hit.Remedy...)
	}
	report(hit)
}
