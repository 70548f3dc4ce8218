package preflight

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// userIssues are the issues with a line of users that only a plan can have, and
// that need everybody to have been seen.
func (r *roster) userIssues(line int) (issues []Issue) {
	u, s := r.users.At(line), &r.states[line]
	issues = append(issues, r.told[line]...)
	issues = append(issues, s.home.issues...)
	if s.twin > 0 {
		other := r.ref(int(s.twin - 1))
		issues = append(issues, noGo("named-twice", fmt.Sprintf("%s is named in %s too", u.Account, other), checks.Step{Text: "Decide which of the two lines holds, and remove the other."}).with(other))
	}
	if !u.Moves() {
		issues = append(issues, s.lookedUp(&u)...)
	}
	switch {
	case s.account == nil:
		if why := r.unseen(&u, s); why != nil {
			issues = append(issues, *why)
		}
	case u.Moves():
		issues = append(issues, r.moveIssues(&u, s)...)
	default:
		issues = append(issues, r.enableIssues(&u, s)...)
	}
	return issues
}

// enableIssues are those with enabling an account that the facts hold.
func (r *roster) enableIssues(u *plan.User, s *state) (issues []Issue) {
	a := s.account
	seen := checks.Saw(r.d.Directory.Users.Origin(), fmt.Sprintf("%s: %s, home server %s", a.DN, a.Address, a.HomeServer), "")
	if a.TargetHomeServer != "" {
		issues = append(issues, r.moving(s))
	}
	if !a.Enabled {
		return issues
	}
	sameAddress := facts.NormalizeAddress(a.Address) == facts.NormalizeAddress(u.URI)
	switch sameHome := strings.EqualFold(a.HomeServer, s.home.name); {
	case sameAddress && sameHome:
		return append(issues, risk("already-enabled", checks.Info, "the user is enabled already, just so: there is nothing to do", checks.Step{Text: "Take the line out of the plan."}).saw(seen))
	case sameAddress && !r.hasHome(a):
		return issues // the line mends that
	case sameAddress:
		return append(issues, noGo("already-enabled", "the user is enabled already, on another home server", checks.Step{Text: "Plan a move instead."}).saw(seen))
	}
	return append(issues, noGo("already-enabled", "the user is enabled already, as "+a.Address, checks.Step{Text: "Take the line out of the plan, or change the user's SIP URI knowingly: his contacts know him by the old one."}).saw(seen))
}

// hasHome reports whether an account has a home server that exists, as far as is
// known.
func (r *roster) hasHome(a *facts.Account) bool {
	if a.HomeServer == "" {
		return false
	}
	home := r.d.HomeServer(a.HomeServer)
	if home == nil {
		return true
	}
	object, why := home.Object.Get()
	return why != nil || object.IsHomeServer()
}

// moveIssues are those with moving an account that the facts hold.
func (r *roster) moveIssues(u *plan.User, s *state) (issues []Issue) {
	a := s.account
	seen := checks.Saw(r.d.Directory.Users.Origin(), a.DN+": home server "+a.HomeServer+enabledWord(a), "")
	switch {
	case !a.Enabled:
		issues = append(issues, noGo("not-enabled", u.Account+" is not enabled, so that nobody can be moved", checks.Step{Text: "Enable the user on the new home server instead."}).saw(seen))
	case a.TargetHomeServer != "":
		issues = append(issues, r.moving(s))
	case strings.EqualFold(a.HomeServer, s.home.name):
		issues = append(issues, risk("already-there", checks.Info, "the user is on that home server already: there is nothing to do", checks.Step{Text: "Take the line out of the plan."}).saw(seen))
	default:
		if moves := r.d.MovesOf(facts.NormalizeAddress(a.Address), a.DN); len(moves) > 0 {
			issues = append(issues, noGo("moved-already", "a server sees the user being moved already, to "+moves[0].Target, waitForMove).saw(checks.Saw(moves[0].Origin, "TargetServerDNIfMoving is "+moves[0].Target, "no move under way")))
		}
	}
	return issues
}

// moving tells of a move that is under way.
func (r *roster) moving(s *state) Issue {
	return noGo("moved-already", "the user is being moved already, to "+s.account.TargetHomeServer, waitForMove).
		saw(checks.Saw(r.d.Directory.Users.Origin(), s.account.DN+": msRTCSIP-TargetHomeServer is "+s.account.TargetHomeServer, "no target home server"))
}

var waitForMove = checks.Step{Text: "Wait until the move is finished, and see that the target home server is cleared. If it is stuck, finish it first."}
