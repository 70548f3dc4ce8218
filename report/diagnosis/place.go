package diagnosis

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// place gives each finding to its candidate, adds what explains one, and brings
// the candidates into order.
func (d *Diagnosis) place(findings []checks.Finding) {
	d.addExplanations(findings)
	for i := range d.Causes {
		c := &d.Causes[i]
		c.Standing = NotApplicable
		seen := false
		for _, f := range findings {
			if f.Cause != c.ID {
				continue
			}
			if !d.concerns(&f) {
				if f.Verdict == checks.Present && f.Subject.Server != "" {
					c.Elsewhere = append(c.Elsewhere, f.Subject.Server)
				}
				continue
			}
			seen = true
			c.Findings = append(c.Findings, f)
			if s := standing(f.Verdict); s.rank() < c.Standing.rank() {
				c.Standing = s
			}
		}
		if !seen { // a server that is known has no finding, which no judgement leaves
			c.Standing = Undetermined
			if len(c.Elsewhere) > 0 {
				c.Standing = Absent
			}
		}
		c.Elsewhere = unique(c.Elsewhere)
		slices.SortStableFunc(c.Findings, d.compare)
	}
	slices.SortStableFunc(d.Causes, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Standing.rank(), b.Standing.rank()), d.compareCandidates(&a, &b))
	})
	d.besides(findings)
}

// addExplanations adds the causes that explain a listed one and are not listed
// themselves.
func (d *Diagnosis) addExplanations(findings []checks.Finding) {
	for _, f := range findings {
		if f.ConsequenceOf == "" || f.Verdict != checks.Present || !d.lists(f.Cause) || !d.concerns(&f) {
			continue
		}
		i := slices.IndexFunc(d.Causes, func(c Candidate) bool { return c.ID == f.ConsequenceOf })
		if i < 0 {
			at := slices.IndexFunc(findings, func(p checks.Finding) bool { return p.Cause == f.ConsequenceOf })
			if at < 0 {
				continue
			}
			p := &findings[at]
			i = len(d.Causes)
			d.Causes = append(d.Causes, Candidate{ID: p.Cause, Title: p.Title, Article: p.Article, Findings: []checks.Finding{}, Fix: []string{}})
		}
		d.Causes[i].Explains = unique(append(d.Causes[i].Explains, f.Cause))
	}
}

func (d *Diagnosis) lists(cause string) bool {
	return slices.ContainsFunc(d.Causes, func(c Candidate) bool { return c.ID == cause })
}

// concerns says whether a finding can be behind the failure.
func (d *Diagnosis) concerns(f *checks.Finding) bool {
	return f.Subject.Server == "" || f.Subject.Kind == checks.UsersSubject || len(d.Server.Servers) == 0 || d.Basis.wide() || d.isMet(f.Subject.Server)
}

func (d *Diagnosis) isMet(server string) bool {
	return slices.ContainsFunc(d.Server.Servers, func(s string) bool { return strings.EqualFold(s, server) })
}

// standing takes a verdict, whose words are the same.
func standing(v checks.Verdict) Standing {
	switch v {
	case checks.Present:
		return Present
	case checks.Undetermined:
		return Undetermined
	case checks.Absent:
		return Absent
	default:
		return NotApplicable
	}
}

func (s Standing) rank() int {
	return slices.Index([]Standing{Present, Undetermined, Unchecked, Absent, NotApplicable}, s)
}

// compare has the findings first that are present, and then those nearest to
// the sign-in: of the user himself, of a server that he met.
func (d *Diagnosis) compare(a, b checks.Finding) int {
	return cmp.Or(cmp.Compare(standing(a.Verdict).rank(), standing(b.Verdict).rank()), cmp.Compare(d.distance(&a), d.distance(&b)), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
}

func (d *Diagnosis) distance(f *checks.Finding) int {
	switch {
	case f.Subject.Kind == checks.UsersSubject && d.Failure.User != "" && f.Verdict == checks.Present:
		return 0
	case len(d.Server.Servers) > 0 && d.isMet(f.Subject.Server):
		return 1
	default:
		return 2
	}
}

// compareCandidates orders causes of one standing: what follows from another
// comes last; then the nearest and the worst first; and then the documents'
// order.
func (d *Diagnosis) compareCandidates(a, b *Candidate) int {
	if a.Standing != Present || len(a.Findings) == 0 || len(b.Findings) == 0 {
		return 0
	}
	explained := func(c *Candidate) int {
		if c.Findings[0].ConsequenceOf != "" {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(explained(a), explained(b)), cmp.Compare(d.distance(&a.Findings[0]), d.distance(&b.Findings[0])),
		cmp.Compare(a.Findings[0].Severity.Rank(), b.Findings[0].Severity.Rank()))
}

// besides lists what else is present for the user or a server that he met.
func (d *Diagnosis) besides(findings []checks.Finding) {
	for i := range findings {
		f := &findings[i]
		mine := f.Subject.Kind == checks.UsersSubject && d.Failure.User != "" || len(d.Server.Servers) > 0 && d.isMet(f.Subject.Server)
		if f.Verdict != checks.Present || d.lists(f.Cause) || !mine || f.ConsequenceOf != "" {
			continue
		}
		d.Besides = append(d.Besides, Besides{ID: f.Cause, Finding: f.ID, Title: f.Title, About: view.FindingOf(f).About(), Reason: f.Reason, Remedy: append([]checks.Step{}, f.Remedy...)})
	}
}
