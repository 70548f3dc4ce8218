package preflight

import (
	"cmp"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// noGo is an issue that forbids a line.
func noGo(check, reason string, remedy ...checks.Step) Issue {
	return Issue{Check: check, Verdict: NoGo, Severity: checks.Major, Reason: reason, Remedy: remedy}
}

// risk is an issue that somebody should know.
func risk(check string, severity checks.Severity, reason string, remedy ...checks.Step) Issue {
	return Issue{Check: check, Verdict: Risk, Severity: severity, Reason: reason, Remedy: remedy}
}

// cannotTell is an issue for something that was not observed.
func cannotTell(check string, why *facts.Unknown) Issue {
	i := Issue{Check: check, Verdict: CannotTell, Severity: checks.Minor, Reason: why.String()}
	if why.Settle != "" {
		i.Settle = []string{why.Settle}
	}
	return i
}

// saw adds evidence to an issue.
func (i Issue) saw(evidence ...checks.Evidence) Issue {
	i.Evidence = append(slices.Clip(i.Evidence), evidence...)
	return i
}

// with names the other line that an issue is about.
func (i Issue) with(other plan.Ref) Issue {
	i.Other = &other
	return i
}

// sortIssues puts the worst first, and the same ones always in one order.
func sortIssues(issues []Issue) {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.Verdict.rank(), b.Verdict.rank()), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Reason, b.Reason))
	})
}

// has reports whether a check speaks against a line.
func (l *Line) has(check string) bool {
	return slices.ContainsFunc(l.Issues, func(i Issue) bool { return i.Check == check })
}
