package preflight

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// Facts are what a plan is judged by.
type Facts struct {
	Deployment *facts.Deployment
	Users      iter.Seq2[*facts.SignIn, error] // read once
}

// Files are the files that a plan names, by the names that it gives them.
type Files map[string][]byte

// Input is all that a plan is judged by. Spooled gives back what was put in
// Spool; it is called once, after all of it was.
type Input struct {
	Causes  []checks.Cause
	Plan    *plan.Plan
	Users   *plan.Users
	Lookups []facts.Lookup // what is found under the plan's accounts in the directory
	Files   Files
	Now     time.Time // by which certificates are judged; zero means when the facts were gathered
	Facts   Facts
	Spool   Spool
	Spooled func(context.Context) iter.Seq2[*facts.SignIn, error]
}

// when is the time by which certificates of the plan are judged.
func (in *Input) when() time.Time {
	if in.Now.IsZero() {
		return in.Facts.Deployment.CollectedAt
	}
	return in.Now
}

// Judge judges a plan. An error of the users' stream or of the spool is
// returned, and then there is no result.
func Judge(ctx context.Context, in Input) (*Result, error) {
	now := in.Facts.Deployment
	then, lines, err := run(ctx, in.Causes, steps(in.Plan, in.Files, in.when()), now)
	if err != nil {
		return nil, err
	}
	r := newRoster(in.Users, in.Lookups, then, in.Spool)
	watched, beforeHits := r.watched(in.Causes, func(string, int, *checks.Hit) bool { return false })
	before, err := checks.Judge(ctx, watched, now, r.applied(in.Facts.Users), checks.Options{})
	if err != nil {
		return nil, err
	}
	watched, afterHits := r.watched(in.Causes, r.settled)
	after, err := checks.Judge(ctx, watched, then, r.planned(in.Spooled(ctx)), checks.Options{})
	if err != nil {
		return nil, err
	}
	var planned []string
	for _, s := range in.Plan.Servers {
		planned = append(planned, strings.ToLower(s.Name))
	}
	r.homeHealth(in.Causes, after, planned)
	unseen := unseenUsers(in.Causes, then)
	out := &Result{Lines: lines, Sources: now.Sources, Changes: changes(before, after)}
	blame(out.Lines, out.Changes)
	for i := range r.states {
		out.Lines = append(out.Lines, r.line(in.Causes, i, beforeHits, afterHits, unseen))
	}
	out.Lines = append(out.Lines, expected(in.Plan, after)...)
	sortLines(out.Lines, in.Plan.File)
	out.nameCauses(in.Causes)
	out.settleVerdicts()
	return out, nil
}

// line tells of one line of users.
func (r *roster) line(causes []checks.Cause, i int, before, after hits, unseen []Issue) Line {
	u := r.users.At(i)
	l := lineOf(&u)
	l.Issues = r.userIssues(i)
	if r.states[i].dn != "" {
		l.Issues = append(l.Issues, introduced(causes, before, after, i)...)
		l.Cures = cured(causes, before, after, i)
	}
	l.Issues = append(l.Issues, unseen...)
	l.Issues = r.beforeEnabling(l.Issues, &u)
	sortIssues(l.Issues)
	return l
}

// lineOf is a line of users of which nothing is told yet.
func lineOf(u *plan.User) Line {
	if u.Moves() {
		return Line{At: u.Ref, Kind: MoveUser, Name: u.Account, Target: u.MoveTo}
	}
	return Line{At: u.Ref, Kind: EnableUser, Name: u.Account, Target: withScheme(u.URI) + " on " + u.Home}
}

// toldBetter are causes of which checks of the plan tell a line more.
var toldBetter = []string{"signin-name-mismatch", "user-being-moved"}

// settled drops what the catalogue cannot judge of an account of which only the
// plan knows, and what a check of the plan has told.
func (r *roster) settled(cause string, line int, h *checks.Hit) bool {
	switch cause {
	case "user-not-enabled":
		return len(r.states[line].home.issues) > 0
	case "user-missing-from-database", "user-entry-damaged":
		return h.Shape == "missing" // the server makes the row
	case "user-sid-invalid":
		return h.Shape == "no-sid" && h.Evidence.Source == sourcePlan
	}
	return false
}

// unseenUsers are the reasons why something that speaks against enabling anybody
// was not observed.
func unseenUsers(causes []checks.Cause, d *facts.Deployment) (issues []Issue) {
	seen := map[string]bool{}
	for i := range causes {
		c := &causes[i]
		if c.Users == nil || c.ID == "user-being-moved" || c.ID == "user-missing-from-database" || c.ID == "user-entry-damaged" {
			continue
		}
		for _, p := range c.Users.Populations(d) {
			for _, why := range p.Unknown {
				if text := why.String(); !seen[text] && why.Source != sourcePlan {
					seen[text] = true
					issues = append(issues, cannotTell(c.ID, why))
				}
			}
		}
	}
	return issues
}

// beforeEnabling makes the remedy for a left-over entry one for somebody who is
// not enabled yet: there is nobody to disable first.
func (r *roster) beforeEnabling(issues []Issue, u *plan.User) []Issue {
	if u.Moves() {
		return issues
	}
	for i := range issues {
		if issues[i].Check != "stale-user-entry" && issues[i].Check != "user-sid-invalid" {
			continue
		}
		var steps []checks.Step
		for _, s := range issues[i].Remedy {
			if strings.Contains(s.Command, "RtcDeleteResource") || strings.Contains(s.Text, "RtcDeleteResource") {
				steps = append(steps, s)
			}
		}
		if len(steps) > 0 {
			steps[0].Text = "Before the user is enabled: " + lowerFirst(steps[0].Text)
			steps = append(steps, checks.Step{Text: "When the entry is gone from every server, enable the user."})
			issues[i].Remedy = steps
		}
	}
	return issues
}

// changes compares two judgements, cause by cause and subject by subject.
func changes(before, after []checks.Finding) (out []Change) {
	key := func(f *checks.Finding) string { return f.Cause + "\x00" + f.Subject.Name + "\x00" + f.Shape }
	old := map[string]*checks.Finding{}
	for i := range before {
		if f := &before[i]; f.Verdict == checks.Present && old[key(f)] == nil {
			old[key(f)] = f
		}
	}
	now := map[string]bool{}
	for i := range after {
		f := &after[i]
		if f.Verdict != checks.Present || now[key(f)] {
			continue
		}
		now[key(f)] = true
		c := Change{Effect: Introduced, Before: verdictOfOther(before, f), After: f.Verdict, Finding: *f}
		if o := old[key(f)]; o != nil {
			c.Before = checks.Present
			if count(o.Affected) >= count(f.Affected) && o.Severity.AtLeast(f.Severity) && len(o.Evidence) >= len(f.Evidence) && !concernsOthers(o.Affected, f.Affected) {
				c.Effect = Unchanged
			}
		} else if c.Before == checks.Undetermined {
			c.Effect = PresentNow
		}
		out = append(out, c)
	}
	for i := range before {
		if f := &before[i]; f.Verdict == checks.Present && old[key(f)] == f && !now[key(f)] {
			out = append(out, Change{Effect: Cured, Before: f.Verdict, After: verdictOfOther(after, f), Finding: *f})
		}
	}
	rank := map[Effect]int{Introduced: 0, Cured: 1, Unchanged: 2}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank[a.Effect], rank[b.Effect]), cmp.Compare(a.Finding.Severity.Rank(), b.Finding.Severity.Rank()))
	})
	return out
}

// verdictOfOther is the verdict on a cause in the judgement where it is not
// present: it may be undetermined there.
func verdictOfOther(findings []checks.Finding, f *checks.Finding) checks.Verdict {
	for i := range findings {
		if findings[i].Cause == f.Cause && findings[i].Subject.Name == f.Subject.Name && findings[i].Verdict == checks.Undetermined {
			return checks.Undetermined
		}
	}
	return checks.Absent
}

// concernsOthers reports whether a finding has come to concern users whom it did
// not concern, as far as they are listed.
func concernsOthers(before, now *checks.Affected) bool {
	if before == nil || now == nil || len(before.Users) < before.Count {
		return false
	}
	return slices.ContainsFunc(now.Users, func(u string) bool { return !slices.Contains(before.Users, u) })
}

func count(a *checks.Affected) int {
	if a == nil {
		return 0
	}
	return a.Count
}

// affected counts users and names the first.
func affected(a *checks.Affected) string {
	const most = 5
	names := a.Users[:min(len(a.Users), most)]
	text := strings.Join(names, ", ")
	if rest := a.Count - len(names); rest > 0 {
		text += " and " + strconv.Itoa(rest) + " more"
	}
	return text
}

// expected judges the state that the plan expects afterwards.
func expected(p *plan.Plan, after []checks.Finding) (lines []Line) {
	for _, item := range p.Expect.Absent {
		id := item.Name
		l := Line{At: plan.Ref{File: p.File, Line: item.Line}, Kind: ExpectAbsent, Name: id}
		known := false
		for i := range after {
			f := &after[i]
			if f.Cause != id {
				continue
			}
			known = true
			switch f.Verdict {
			case checks.Present:
				l.Issues = append(l.Issues, Issue{Check: id, Verdict: NoGo, Severity: f.Severity, Reason: fmt.Sprintf("%s would be present: %s", id, f.Subject.Name), Evidence: f.Evidence, Remedy: f.Remedy})
			case checks.Undetermined:
				i := cannotTell(id, &facts.Unknown{Message: f.Subject.Name + ": " + f.Reason})
				i.Settle = f.Settle
				l.Issues = append(l.Issues, i)
			}
		}
		if !known {
			l.Issues = append(l.Issues, noGo("cause-unknown", "the catalogue has no cause "+id, checks.Step{Text: "lcshealth list names the causes."}))
		}
		sortIssues(l.Issues)
		lines = append(lines, l)
	}
	return lines
}

// sortLines puts lines in the order of the plan.
func sortLines(lines []Line, file string) {
	slices.SortStableFunc(lines, func(a, b Line) int {
		switch {
		case a.At.Before(b.At, file):
			return -1
		case b.At.Before(a.At, file):
			return 1
		}
		return 0
	})
}
