package checks

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"lcshealth/checks/facts"
)

// Options limit and shape a judgement.
type Options struct {
	Codes   []int    // only causes with one of these codes
	Causes  []string // only these causes
	Servers []string // only findings that concern one of these servers, or none in particular
	User    string   // judge for this one sign-in name
	Sample  int      // how many affected users a finding names; 0 means 20, less than 0 all
}

func (o *Options) wants(c *Cause) bool {
	if len(o.Causes) > 0 && !slices.Contains(o.Causes, c.ID) {
		return false
	}
	return len(o.Codes) == 0 || slices.ContainsFunc(c.Codes, func(code int) bool { return slices.Contains(o.Codes, code) })
}

func (o *Options) concerns(s Subject) bool {
	return len(o.Servers) == 0 || s.Server == "" ||
		slices.ContainsFunc(o.Servers, func(name string) bool { return strings.EqualFold(name, s.Server) })
}

// Judge applies the causes to the facts. Users are read once, as a stream; an
// error of the stream is returned, and then there are no findings, because
// what was read may not be relied on.
func Judge(ctx context.Context, causes []Cause, d *facts.Deployment, users iter.Seq2[*facts.SignIn, error], o Options) ([]Finding, error) {
	var findings []Finding
	var tallies []*tally
	alone := map[string]bool{}
	take := func(c *Cause, j Judgement, s Subject) {
		f := j.finding(c, s)
		alone[f.ID] = j.alone
		findings = append(findings, f)
	}
	// Every cause is judged, wanted or not, so that what explains a finding is
	// known; the filters come last.
	for i := range causes {
		c := &causes[i]
		switch {
		case c.JudgeDeployment != nil:
			take(c, c.JudgeDeployment(d), Subject{Kind: DeploymentSubject, Name: "deployment"})
		case c.JudgeServer != nil:
			for _, s := range d.Servers {
				take(c, c.JudgeServer(d, s), Subject{Kind: ServerSubject, Name: s.FQDN, Server: s.FQDN})
			}
			if f, ok := others(c, d, o); ok {
				findings = append(findings, f)
			}
		case c.Users != nil:
			tallies = append(tallies, newTally(c, d, o))
		}
	}
	if err := count(ctx, tallies, d, users, o); err != nil {
		return nil, err
	}
	for _, t := range tallies {
		findings = append(findings, t.findings()...)
	}
	order(causes, findings)
	fold(causes, findings, alone)
	return slices.DeleteFunc(findings, func(f Finding) bool {
		return !o.wants(find(causes, f.Cause)) || !o.concerns(f.Subject)
	}), nil
}

// others judges a server's cause for the servers that are not among the facts.
// Where the directory was not read there may be some, unless the question was
// about certain servers only.
func others(c *Cause, d *facts.Deployment, o Options) (Finding, bool) {
	var j Judgement
	_, why := d.Directory.Servers.Get()
	switch {
	case len(d.Servers) == 0 && why == nil:
		j.NotApplicable("the directory lists no server")
	case why == nil, len(d.Servers) > 0 && len(o.Servers) > 0:
		return Finding{}, false
	default:
		j.Unknown(why)
	}
	return j.finding(c, Subject{Kind: DeploymentSubject, Name: "deployment"}), true
}

// together is how many users are handed to the rules at once.
const together = 512

// count passes every user to every rule. The rules work side by side, each
// through the users in their order.
func count(ctx context.Context, tallies []*tally, d *facts.Deployment, users iter.Seq2[*facts.SignIn, error], o Options) error {
	asked := facts.NormalizeAddress(o.User)
	names := newNear(asked)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	batch := make([]*facts.SignIn, 0, together)
	judge := func() {
		var rules sync.WaitGroup
		for _, t := range tallies {
			rules.Go(func() {
				for _, u := range batch {
					t.next()
					t.cause.Users.Judge(d, u, asked != "", t.hit)
				}
			})
		}
		rules.Wait()
		batch = batch[:0]
	}
	for u, err := range users {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if asked != "" && u.Address != asked {
			names.offer(u)
			continue
		}
		names.found = names.found || len(u.Accounts) > 0
		if batch = append(batch, u); len(batch) == together {
			judge()
		}
	}
	judge()
	if asked == "" {
		return nil
	}
	for _, t := range tallies {
		if t.next(); t.cause.Users.Asked != nil {
			t.cause.Users.Asked(d, asked, names.found, names.best(), t.hit)
		}
	}
	return nil
}

// finding turns a judgement into a finding.
func (j *Judgement) finding(c *Cause, s Subject) Finding {
	f := Finding{
		ID: c.ID + "/" + s.Name, Cause: c.ID, Title: c.Title, Codes: nonNil(c.Codes), Article: c.Article.String(),
		Severity: c.Severity, Verdict: j.Verdict(), Subject: s, Evidence: []Evidence{}, Remedy: []Step{},
	}
	switch f.Verdict {
	case Present:
		f.Severity, f.Reason = j.severity, strings.Join(j.reasons, "; ")
		f.Evidence = append(f.Evidence, j.present...)
		f.Remedy = append(f.Remedy, j.remedy...)
		if len(j.unknown) > 0 {
			f.Settle = settle(j.unknown)
			f.Reason += "; besides, not everything could be seen: " + reasons(j.unknown)
		}
	case Undetermined:
		f.Reason, f.Settle = reasons(j.unknown), settle(j.unknown)
		f.Evidence = append(f.Evidence, j.noted...)
	case NotApplicable:
		f.Reason = j.excluded
	case Absent:
		f.Evidence = append(f.Evidence, j.noted...)
	}
	return f
}

// reasons joins why facts are unknown, each reason once.
func reasons(unknown []*facts.Unknown) string {
	return strings.Join(each(unknown, func(u *facts.Unknown) string { return u.String() }), "; ")
}

// settle lists what would settle them, each thing once.
func settle(unknown []*facts.Unknown) []string {
	return each(unknown, func(u *facts.Unknown) string { return u.Settle })
}

func each(unknown []*facts.Unknown, text func(*facts.Unknown) string) (out []string) {
	for _, u := range unknown {
		if s := text(u); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func find(causes []Cause, id string) *Cause {
	return &causes[slices.IndexFunc(causes, func(c Cause) bool { return c.ID == id })]
}
