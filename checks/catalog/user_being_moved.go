package catalog

import (
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var userBeingMoved = checks.Cause{
	ID:       "user-being-moved",
	Title:    "Users are being moved to another home server",
	Codes:    []int{480},
	Article:  checks.Article{KB: "871023", Section: "480 - Temporarily Unavailable"},
	Severity: checks.Minor,
	Scope:    checks.ScopeUser,

	Meaning:   "Until the move is finished, these users get 480 when they sign in.",
	Detection: "An account has a target home server. Set for longer than an hour, the move counts as stuck.",
	Needs:     []checks.Need{needAccounts},
	Fix:       []string{"Wait until the move is finished. If it is stuck, move the users again."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population { return forest(d) },
		Judge:       judgeUserBeingMoved,
	},
}

// stuckAfter is how long a move may take.
const stuckAfter = time.Hour

func judgeUserBeingMoved(d *facts.Deployment, u *facts.SignIn, asked bool, report func(checks.Hit)) {
	for i := range u.Accounts {
		a := &u.Accounts[i]
		if a.TargetHomeServer == "" {
			continue
		}
		hit := checks.Hit{
			Population: everyone, Shape: "moving", Severity: checks.Minor, Address: whoIs(u, a),
			Remedy: []checks.Step{{Text: "Wait until the move is finished, and sign in again."}},
		}
		since := "for how long is not known"
		if a.TargetSince != nil {
			age := max(0, d.CollectedAt.Sub(*a.TargetSince)) // clocks differ
			since = fmt.Sprintf("since %s, for %s", a.TargetSince.UTC().Format(time.RFC3339), age.Round(time.Minute))
			if age > stuckAfter {
				hit.Shape, hit.Title, hit.Severity = "stuck", "The move of users to another home server is stuck", checks.Major
				hit.Remedy = []checks.Step{
					{Text: "Make sure that the old and the new home server run and reach each other and their databases."},
					{Text: properties(hit.Address)},
					{Text: "Move the user again, and see whether the target is cleared when it is done."},
				}
			}
		}
		if asked {
			hit.Severity = checks.Major
		}
		hit.Evidence = account(d, fmt.Sprintf("%s: msRTCSIP-TargetHomeServer is %s, %s", a.DN, a.TargetHomeServer, since), "no target home server")
		report(hit)
	}
}
