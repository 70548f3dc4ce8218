package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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

	Meaning: "Until the move is finished, these users get 480 when they sign in.",
	Detection: "An account has a target home server (msRTCSIP-TargetHomeServer). Set for longer than an hour, the move counts as stuck. " +
		"Where the account could not be read, a server that saw the user being moved within the last hour (MSFT_SIPESUserSetting.TargetServerDNIfMoving) is enough.",
	Needs: []checks.Need{needAccounts},
	Fix:   []string{"Wait until the move is finished. If it is stuck, move the users again."},

	Users: &checks.UserRule{
		Populations: movedPopulations,
		Judge:       judgeUserBeingMoved,
		Asked: func(d *facts.Deployment, name string, found bool, _ []string, report func(checks.Hit)) {
			if !found { // else Judge has seen him
				seenMoving(d, name, true, report)
			}
		},
	},
}

// stuckAfter is how long a move may take.
const stuckAfter = time.Hour

// movedPopulations are all users. The directory says who is being moved; what
// servers see of it, they have from the directory.
func movedPopulations(d *facts.Deployment) []checks.Population {
	all := forest(d)
	for _, s := range sortedServers(d) {
		if moves, _ := s.Host.Moves.Get(); len(moves) > 0 { // none if not observed
			all[0].Evidence = append(all[0].Evidence, checks.Saw(s.Host.Moves.Origin(), "the server sees "+count(len(moves), "user")+" being moved: "+movedList(moves), ""))
		}
	}
	return all
}

// movedList names those who are being moved for evidence, the first few of
// many.
func movedList(moves []facts.Move) string {
	const most = 10
	var names []string
	for _, m := range moves[:min(len(moves), most)] {
		names = append(names, cmp.Or(facts.NormalizeAddress(m.Address), m.AccountDN))
	}
	if len(moves) > most {
		names = append(names, fmt.Sprintf("and %d more", len(moves)-most))
	}
	return strings.Join(names, ", ")
}

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
	if len(u.Accounts) == 0 && !asked {
		seenMoving(d, u.Address, asked, report)
	}
}

// seenMoving reports a user whose account was not read and whom a server sees
// being moved.
func seenMoving(d *facts.Deployment, address string, asked bool, report func(checks.Hit)) {
	moves := d.MovesOf(address, "")
	if d.Directory.Users.IsObserved() || len(moves) == 0 {
		return // the directory, which the servers ask too, knows of no such account
	}
	m := slices.MaxFunc(moves, func(a, b facts.SeenMove) int { // the newest, and always the same
		return cmp.Or(a.Origin.At.Compare(b.Origin.At), strings.Compare(b.Origin.Target, a.Origin.Target))
	})
	if d.CollectedAt.Sub(m.Origin.At) > stuckAfter {
		return // it may be over
	}
	hit := checks.Hit{
		Population: everyone, Shape: "moving", Severity: checks.Minor, Address: address,
		Evidence: checks.Saw(m.Origin, fmt.Sprintf("%s: TargetServerDNIfMoving is %s as %s sees it; his account was not read", cmp.Or(m.AccountDN, address), m.Target, m.Origin.Target), "no target home server"),
		Remedy:   []checks.Step{{Text: "Wait until the move is finished, and sign in again."}},
	}
	if asked {
		hit.Severity = checks.Major
	}
	report(hit)
}
