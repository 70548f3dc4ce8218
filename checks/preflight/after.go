package preflight

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// After judges the facts after a roll-out by its plan: what was not done, what
// was done differently, and what is wrong with whom the plan was about. before
// are the facts that the plan was judged by; with them it also tells what was
// sound then and is broken now. Its deployment is nil if there are none.
//
// The input's spool is not used.
func After(ctx context.Context, in Input, before Facts) (*Result, error) {
	now := in.Facts.Deployment
	r := newRoster(in.Users, in.Lookups, copyOf(now), nil)
	watched, seen := r.watched(in.Causes, func(string, int, *checks.Hit) bool { return false })
	findings, err := checks.Judge(ctx, watched, now, r.noted(in.Facts.Users), checks.Options{})
	if err != nil {
		return nil, err
	}
	out := &Result{Sources: now.Sources}
	for _, s := range steps(in.Plan, in.Files, in.when()) {
		l := Line{At: s.at, Kind: s.kind, Name: s.name, Target: s.target}
		l.Done, l.Issues = s.done(now)
		out.Lines = append(out.Lines, l)
	}
	for i := range r.states {
		out.Lines = append(out.Lines, r.lineAfter(in.Causes, i, seen))
	}
	out.Lines = append(out.Lines, expected(in.Plan, findings)...)
	sortLines(out.Lines, in.Plan.File)
	if before.Deployment == nil {
		out.Changes = presentNow(findings)
	} else if err := out.compare(ctx, in.Causes, before, findings); err != nil {
		return nil, err
	}
	out.nameCauses(in.Causes)
	out.settleVerdicts()
	return out, nil
}

// noted passes users on and notes those whom the plan is about.
func (r *roster) noted(users iter.Seq2[*facts.SignIn, error]) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for u, err := range users {
			if err == nil {
				for i := range u.Accounts {
					a := &u.Accounts[i]
					for _, line := range r.meant(a) {
						r.states[line].account = r.keep(a)
						r.byDN[strings.ToLower(a.DN)] = line
					}
				}
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
	}
}

// lineAfter tells what became of a line of users.
func (r *roster) lineAfter(causes []checks.Cause, i int, seen hits) Line {
	u := r.users.At(i)
	l := lineOf(&u)
	l.Done, l.Issues = r.userDone(i)
	l.Issues = append(l.Issues, introduced(causes, make(hits, len(causes)), seen, i)...)
	sortIssues(l.Issues)
	return l
}

// userDone looks whether a user was enabled or moved as planned.
func (r *roster) userDone(i int) (Done, []Issue) {
	u, s := r.users.At(i), &r.states[i]
	a := s.account
	if a == nil {
		_, why := r.d.Directory.Users.Get()
		switch {
		case why != nil:
			return DoneUnknown, []Issue{cannotTell("not-done", why)}
		case isAddress(u.Account) && !u.Moves() && plan.Key(u.Account) != plan.Key(withScheme(u.URI)):
			return DoneUnknown, []Issue{cannotTell("not-done", &facts.Unknown{
				Class: facts.NotAsked, Source: "directory", Message: "nobody is " + u.Account + ", and whether " + withScheme(u.URI) + " was cannot be told", Settle: "give the account in another form, such as its distinguished name",
			})}
		case s.listed == nil && !exact(u.Account) && !s.absent():
			return DoneUnknown, []Issue{s.unlooked("which account "+u.Account+" is", "facts hold no logon names")}
		}
		return NotDone, []Issue{noGo("not-done", u.Account+" has nothing to do with Live Communications Server")}
	}
	saw := checks.Saw(r.d.Directory.Users.Origin(), fmt.Sprintf("%s: %q%s, home server %s", a.DN, a.Address, enabledWord(a), a.HomeServer), "")
	atHome := strings.EqualFold(a.HomeServer, s.home.name)
	switch {
	case !a.Enabled:
		return NotDone, []Issue{noGo("not-done", u.Account+" is not enabled").saw(saw)}
	case u.Moves() && a.TargetHomeServer != "":
		return NotDone, []Issue{noGo("not-done", u.Account+" is still being moved, to "+a.TargetHomeServer).saw(saw)}
	case u.Moves() && !atHome:
		return NotDone, []Issue{noGo("not-done", u.Account+" is not on "+u.MoveTo).saw(saw)}
	case u.Moves():
		return DoneAsPlanned, nil
	}
	var other []string
	if facts.NormalizeAddress(a.Address) != facts.NormalizeAddress(u.URI) {
		other = append(other, "as "+a.Address+", not as "+withScheme(u.URI))
	}
	if !atHome {
		other = append(other, "on the home server "+a.HomeServer+", not on "+u.Home)
	}
	if len(other) > 0 {
		return DoneDifferently, []Issue{noGo("done-differently", u.Account+" is enabled "+strings.Join(other, " and ")).saw(saw)}
	}
	return DoneAsPlanned, nil
}

// presentNow lists the causes that are present where nothing is known of before.
func presentNow(findings []checks.Finding) (out []Change) {
	for i := range findings {
		if findings[i].Verdict == checks.Present {
			out = append(out, Change{Effect: PresentNow, Before: checks.Undetermined, After: checks.Present, Finding: findings[i]})
		}
	}
	return out
}

// compare tells what was sound before the roll-out and is broken now, or can no
// longer be seen.
func (r *Result) compare(ctx context.Context, causes []checks.Cause, before Facts, now []checks.Finding) error {
	old, err := checks.Judge(ctx, causes, before.Deployment, before.Users, checks.Options{})
	if err != nil {
		return fmt.Errorf("judge the facts of before: %w", err)
	}
	r.Changes = changes(old, now)
	for i := range r.Changes {
		f := &r.Changes[i].Finding
		if r.Changes[i].Effect != Introduced || f.Severity == checks.Info || f.ConsequenceOf != "" {
			continue
		}
		reason := "broken since: " + f.Title + " (" + f.Subject.Name + ")"
		if f.Affected != nil {
			reason += ": " + affected(f.Affected)
		}
		r.Besides = append(r.Besides, Issue{Check: f.Cause, Verdict: verdictOf(f.Severity), Severity: f.Severity, Reason: reason, Evidence: f.Evidence, Remedy: f.Remedy})
	}
	for i := range now {
		f := &now[i]
		if f.Verdict != checks.Undetermined || f.ConsequenceOf != "" {
			continue
		}
		if slices.ContainsFunc(old, func(o checks.Finding) bool {
			return o.Cause == f.Cause && o.Subject == f.Subject && o.Verdict != checks.Undetermined
		}) {
			issue := cannotTell(f.Cause, &facts.Unknown{Message: "no longer seen: " + f.Title + " (" + f.Subject.Name + "): " + f.Reason})
			issue.Settle = f.Settle
			r.Besides = append(r.Besides, issue)
		}
	}
	sortIssues(r.Besides)
	return nil
}
