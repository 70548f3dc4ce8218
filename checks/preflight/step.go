package preflight

import (
	"context"
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// step is a line of the plan that changes the deployment rather than a user.
type step struct {
	at     plan.Ref
	kind   Kind
	name   string
	target string
	// judges are the causes by which the change is judged, on the server that it
	// is named after: what leaves them open leaves the line open, too.
	judges []string
	server string // that it adds; what is not seen of a server before it is there is no surprise
	// apply changes a copy of the deployment and tells what only a plan can get
	// wrong.
	apply func(d *facts.Deployment) []Issue
	// done says of the facts after the roll-out what became of the line.
	done func(d *facts.Deployment) (Done, []Issue)
}

// steps are those of a plan, in the order in which they would be done: what
// others need comes first, and what is taken away comes last.
func steps(p *plan.Plan, files Files, now time.Time) (out []step) {
	ref := func(line int) plan.Ref { return plan.Ref{File: p.File, Line: line} }
	for _, d := range p.Domains.Add {
		out = append(out, addDomainStep(d.Name, ref(d.Line)))
	}
	for _, s := range p.Servers {
		out = append(out, serverStep(s, files, terms{now, p.Limits.Expires}, ref(s.Line)))
	}
	for _, c := range p.Certificates {
		out = append(out, certificateStep(c, files[c.File], terms{now, p.Limits.Expires}, ref(c.Line)))
	}
	for _, r := range p.Routes {
		out = append(out, routeStep(r, ref(r.Line)))
	}
	for _, g := range p.Gateways {
		out = append(out, gatewayStep(g, ref(g.Line)))
	}
	for _, d := range p.Domains.Remove {
		out = append(out, removeDomainStep(d.Name, ref(d.Line)))
	}
	return out
}

// run applies the steps one after the other, judging the deployment after each,
// so that whatever comes up is told of the line that brings it about.
func run(ctx context.Context, causes []checks.Cause, steps []step, d *facts.Deployment) (*facts.Deployment, []Line, error) {
	before, err := deploymentFindings(ctx, causes, d)
	if err != nil {
		return nil, nil, err
	}
	var lines []Line
	planned := map[string]bool{}
	for _, s := range steps {
		if s.server != "" {
			planned[strings.ToLower(s.server)] = true
		}
		next := copyOf(d)
		line := Line{At: s.at, Kind: s.kind, Name: s.name, Target: s.target, Issues: s.apply(next)}
		after, err := deploymentFindings(ctx, causes, next)
		if err != nil {
			return nil, nil, err
		}
		line.Issues = append(line.Issues, news(before, after, planned, &s, line.Issues)...)
		for _, f := range before {
			if f.Verdict == checks.Present && !isPresent(after, f.ID) && !slices.Contains(line.Cures, f.Cause) {
				line.Cures = append(line.Cures, f.Cause)
			}
		}
		sortIssues(line.Issues)
		lines = append(lines, line)
		d, before = next, after
	}
	return d, lines, nil
}

// deploymentFindings judges what does not depend on users.
func deploymentFindings(ctx context.Context, causes []checks.Cause, d *facts.Deployment) ([]checks.Finding, error) {
	findings, err := checks.Judge(ctx, causes, d, func(func(*facts.SignIn, error) bool) {}, checks.Options{})
	return slices.DeleteFunc(findings, func(f checks.Finding) bool { return f.Subject.Kind == checks.UsersSubject }), err
}

func isPresent(findings []checks.Finding, id string) bool {
	return slices.ContainsFunc(findings, func(f checks.Finding) bool { return f.ID == id && f.Verdict == checks.Present })
}

// news are the issues that the second of two judgements has and the first has
// not. What a check of the plan has told is not told again, and neither is what
// cannot be seen of a server that is not there yet.
func news(before, after []checks.Finding, planned map[string]bool, s *step, told []Issue) (issues []Issue) {
	for i := range after {
		f := &after[i]
		var old checks.Finding
		if at := slices.IndexFunc(before, func(o checks.Finding) bool { return o.ID == f.ID }); at >= 0 {
			old = before[at]
		}
		if f.ConsequenceOf != "" {
			continue
		}
		switch f.Verdict {
		case checks.Present:
			if issue, any := worse(&old, f); any && !saidAlready(told, &issue) {
				issues = append(issues, issue)
			}
		case checks.Undetermined:
			if planned[strings.ToLower(f.Subject.Server)] {
				continue
			}
			if slices.Contains(s.judges, f.Cause) && strings.EqualFold(f.Subject.Server, s.name) {
				old.Reason = "" // it was open before, and is for what the line adds
			}
			fresh := slices.DeleteFunc(strings.Split(f.Reason, "; "), func(s string) bool { return strings.Contains(old.Reason, s) })
			if len(fresh) > 0 {
				issue := cannotTell(f.Cause, &facts.Unknown{Message: lowerFirst(f.Title) + ": " + strings.Join(fresh, "; ")})
				issue.Settle = f.Settle
				if !saidAlready(told, &issue) {
					issues = append(issues, issue)
				}
			}
		}
	}
	return issues
}

// worse tells what a finding has come to show.
func worse(old, now *checks.Finding) (Issue, bool) {
	fresh := slices.Clone(now.Evidence)
	reasons := strings.Split(now.Reason, "; ")
	if old.Verdict == checks.Present {
		fresh = slices.DeleteFunc(fresh, func(e checks.Evidence) bool {
			return slices.ContainsFunc(old.Evidence, func(o checks.Evidence) bool { return o.Observed == e.Observed })
		})
		reasons = slices.DeleteFunc(reasons, func(s string) bool { return strings.Contains(old.Reason, s) })
		if len(fresh)+len(reasons) == 0 && now.Severity.Rank() >= old.Severity.Rank() {
			return Issue{}, false
		}
	}
	reason := now.Title
	if text := strings.Join(reasons, "; "); text != "" {
		reason += ": " + text
	}
	if now.Subject.Server != "" {
		reason = now.Subject.Server + ": " + reason
	}
	return Issue{Check: now.Cause, Verdict: verdictOf(now.Severity), Severity: now.Severity, Reason: reason, Evidence: fresh, Remedy: now.Remedy}, true
}
