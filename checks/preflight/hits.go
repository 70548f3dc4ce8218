package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// hits are what the rules of the catalogue report of the users whom the plan is
// about: by cause, and by line. Each cause has a map of its own, since the rules
// work side by side.
type hits []map[int][]checks.Hit

// watched returns the causes with rules that tell also of whom they report.
// drop leaves out what is not to be told at all.
func (r *roster) watched(causes []checks.Cause, drop func(cause string, line int, h *checks.Hit) bool) ([]checks.Cause, hits) {
	out := slices.Clone(causes)
	seen := make(hits, len(causes))
	for i := range out {
		if out[i].Users == nil {
			continue
		}
		seen[i] = map[int][]checks.Hit{}
		rule := *out[i].Users
		judge := rule.Judge
		rule.Judge = func(d *facts.Deployment, u *facts.SignIn, asked bool, report func(checks.Hit)) {
			judge(d, u, asked, func(h checks.Hit) {
				for _, line := range r.hitBy(u, &h) {
					if drop(causes[i].ID, line, &h) {
						return
					}
					if !slices.ContainsFunc(seen[i][line], func(other checks.Hit) bool { return same(&h, &other) }) {
						seen[i][line] = append(seen[i][line], h)
					}
				}
				report(h)
			})
		}
		out[i].Users = &rule
	}
	return out, seen
}

// hitBy are the lines that a hit is about. Where several accounts hold one
// address, the evidence says which of them it is.
func (r *roster) hitBy(u *facts.SignIn, h *checks.Hit) (lines []int) {
	for i := range u.Accounts {
		a := &u.Accounts[i]
		line := r.lineOf(a)
		switch {
		case line < 0:
		case len(u.Accounts) > 1 && strings.HasPrefix(h.Evidence.Observed, a.DN+":"):
			return []int{line}
		case len(u.Accounts) == 1 || !about(u, h):
			lines = append(lines, line)
		}
	}
	return lines
}

// about reports whether the evidence of a hit names one of the accounts.
func about(u *facts.SignIn, h *checks.Hit) bool {
	return slices.ContainsFunc(u.Accounts, func(a facts.Account) bool { return strings.HasPrefix(h.Evidence.Observed, a.DN+":") })
}

func same(a, b *checks.Hit) bool {
	return a.Population == b.Population && a.Shape == b.Shape && (a.Unknown == nil) == (b.Unknown == nil)
}

// introduced are the issues that the catalogue has with a line once the plan is
// done. What it had before is no more than a risk.
func introduced(causes []checks.Cause, before, after hits, line int) (issues []Issue) {
	for i := range causes {
		if slices.Contains(toldBetter, causes[i].ID) && before[i] != nil {
			continue
		}
		for _, h := range after[i][line] {
			already := slices.ContainsFunc(before[i][line], func(other checks.Hit) bool { return same(&h, &other) && h.Severity == other.Severity })
			if h.Unknown != nil {
				issues = append(issues, cannotTell(causes[i].ID, h.Unknown))
				continue
			}
			if h.Severity == checks.Info {
				continue
			}
			issue := Issue{Check: causes[i].ID, Verdict: verdictOf(h.Severity), Severity: h.Severity, Reason: h.Title, Evidence: []checks.Evidence{h.Evidence}, Remedy: h.Remedy}
			if issue.Reason == "" {
				issue.Reason = causes[i].Title
			}
			if already {
				// The plan does not bring it about; the user has it all the same.
				issue.Verdict, issue.Reason = Risk, "already so now, and then: "+lowerFirst(issue.Reason)
			}
			issues = append(issues, issue)
		}
	}
	return issues
}

// cured are the causes that a line is hit by now and would not be.
func cured(causes []checks.Cause, before, after hits, line int) (ids []string) {
	for i := range causes {
		for _, h := range before[i][line] {
			if h.Unknown == nil && !slices.ContainsFunc(after[i][line], func(other checks.Hit) bool { return same(&h, &other) }) && !slices.Contains(ids, causes[i].ID) {
				ids = append(ids, causes[i].ID)
			}
		}
	}
	return ids
}

// verdictOf says what a cause of a severity means for a plan.
func verdictOf(s checks.Severity) Verdict {
	if s.AtLeast(checks.Major) {
		return NoGo
	}
	return Risk
}
