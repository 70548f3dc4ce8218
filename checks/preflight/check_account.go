package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// unseen says what it means that the facts hold no such account: they hold those
// with an attribute of LCS only.
func (r *roster) unseen(u *plan.User, s *state) *Issue {
	if s.several {
		return nil // of which it is told
	}
	_, why := r.d.Directory.Users.Get()
	known := s.listed != nil || exact(u.Account)
	var i Issue
	switch {
	case s.absent():
		i = noGo("account-unknown", "there is no account "+u.Account+" in the forest"+r.noDomain(u.Account), checks.Step{Text: "Correct the line, or create the account first."})
	case why != nil && (u.Moves() || s.listed == nil):
		i = cannotTell("account-unseen", why)
	case u.Moves() && known:
		i = noGo("not-enabled", "nobody is enabled as "+u.Account+", so that nobody can be moved", checks.Step{Text: "Correct the line, or enable the user instead of moving him."})
	case s.listed != nil:
		return nil // it has nothing to do with LCS yet, as it should be
	default:
		i = s.unlooked("whether there is an account "+u.Account, "facts hold only accounts that have to do with Live Communications Server already")
	}
	return &i
}

// noDomain completes that there is no account by that there is no such domain.
func (r *roster) noDomain(account string) string {
	domain, _, ok := strings.Cut(account, `\`)
	forest, why := r.d.Directory.Forest.Get()
	if !ok || strings.Contains(account, "=") || why != nil || slices.ContainsFunc(forest.Domains, func(d facts.Domain) bool {
		return d.Is(domain)
	}) {
		return ""
	}
	return ", nor a domain " + domain
}

// unlooked is the issue with an account that was not found, or that nobody
// looked up. about is what that leaves open, and meanwhile why facts do not tell.
func (s *state) unlooked(about, meanwhile string) Issue {
	if s.looked != nil && s.looked.Unknown != nil {
		why := *s.looked.Unknown
		why.Message = about + " cannot be told: " + why.Message
		return cannotTell("account-unseen", &why)
	}
	if s.looked != nil {
		meanwhile = "nothing was found by that name"
	}
	return cannotTell("account-unseen", &facts.Unknown{
		Class: facts.NotAsked, Source: "directory", Message: about + " cannot be told: " + meanwhile,
		Settle: "run preflight without --facts, or gather them with lcshealth collect --plan, or give a list of the accounts with --accounts",
	})
}

// lookedUp are the issues that looking the account up gives for a line that
// enables it.
func (s *state) lookedUp(u *plan.User) (issues []Issue) {
	if s.several {
		return nil
	}
	if s.listed == nil {
		if s.account != nil {
			issues = append(issues, s.unlooked("whether the account "+u.Account+" is disabled", "facts do not hold it"))
		}
		return issues
	}
	if s.looked.Unknown != nil && isLogonName(u.Account) {
		issues = append(issues, s.unlooked("whether "+u.Account+" is nobody else's logon name", ""))
	}
	switch disabled := s.listed.Disabled; {
	case disabled == nil:
		issues = append(issues, cannotTell("account-disabled", &facts.Unknown{
			Class: facts.Rights, Source: "directory", Message: "whether " + s.listed.DN + " is disabled: it shows no userAccountControl, as a contact has none",
			Settle: "let the account that lcshealth signs in with read userAccountControl",
		}))
	case *disabled:
		issues = append(issues, noGo("account-disabled", "the account "+s.listed.DN+" is disabled in Active Directory",
			checks.Step{Text: "Enable the account in Active Directory Users and Computers first, or take the line out of the plan."}))
	}
	return issues
}

// isLogonName reports whether an account is given by its logon name alone, which
// another domain may have too.
func isLogonName(account string) bool {
	return !exact(account) && !strings.ContainsAny(account, `\@`)
}

// exact reports whether an account is given in a form that facts hold.
func exact(account string) bool {
	key := plan.Key(account)
	return isAddress(key) || strings.Contains(key, "=") || strings.HasPrefix(key, "s-1-") || strings.Count(key, "-") == 4 && len(strings.Trim(key, "{}")) == 36
}
