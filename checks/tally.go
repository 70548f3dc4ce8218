package checks

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// defaultSample is how many affected users a finding names unless asked for
// more. The count is always of all.
const defaultSample = 20

// maxEvidence is how many users of a finding are shown with what was observed.
const maxEvidence = 5

// maxUnjudged is how many different reasons are kept why users of a population
// could not be judged. One is enough for the verdict.
const maxUnjudged = 5

// tally gathers what a user's rule reports, population by population.
type tally struct {
	cause       *Cause
	populations []Population
	unjudged    map[string][]*facts.Unknown // users who could not be judged, by population
	groups      map[groupKey]*group
	sample      int
	turn        int // of the user who is judged now
}

// groupKey tells the findings of one cause apart.
type groupKey struct {
	population string
	shape      string
	severity   Severity
}

// group is a finding in the making. Users come in alphabetical order, so the
// first hits are the first users.
type group struct {
	title    string
	turn     int // of the last user who was counted
	count    int
	users    []string
	evidence []Evidence
	remedy   []Step
}

func newTally(c *Cause, d *facts.Deployment, o Options) *tally {
	return &tally{
		cause: c, populations: c.Users.Populations(d), sample: cmp.Or(o.Sample, defaultSample),
		groups: map[groupKey]*group{}, unjudged: map[string][]*facts.Unknown{},
	}
}

// next begins with another user.
func (t *tally) next() { t.turn++ }

// hit takes what the rule reports. A user who shows one shape several times, in
// two accounts or rows, counts once.
func (t *tally) hit(h Hit) {
	t.ensure(h.Population)
	if h.Unknown != nil {
		known := t.unjudged[h.Population]
		if len(known) < maxUnjudged && !slices.ContainsFunc(known, func(u *facts.Unknown) bool { return *u == *h.Unknown }) {
			t.unjudged[h.Population] = append(known, h.Unknown)
		}
		return
	}
	key := groupKey{h.Population, h.Shape, h.Severity}
	g := t.groups[key]
	if g == nil {
		g = &group{title: cmp.Or(h.Title, t.cause.Title), remedy: h.Remedy}
		t.groups[key] = g
	}
	if g.turn != t.turn {
		g.turn = t.turn
		g.count++
		if t.sample < 0 || len(g.users) < t.sample {
			g.users = append(g.users, h.Address)
		}
	}
	if len(g.evidence) < maxEvidence {
		g.evidence = append(g.evidence, h.Evidence)
	}
}

// ensure adds a population that the rule reports of without having announced
// it, so that no hit is lost.
func (t *tally) ensure(population string) {
	if !slices.ContainsFunc(t.populations, func(p Population) bool { return p.Name == population }) {
		t.populations = append(t.populations, Population{Name: population})
	}
}

// findings returns a finding for each group that was hit and, for each
// population without a hit, one that says what is known of it.
func (t *tally) findings() []Finding {
	var out []Finding
	for _, p := range t.populations {
		j := Judgement{unknown: append(slices.Clone(p.Unknown), t.unjudged[p.Name]...), excluded: p.NotApplicable, noted: p.Evidence}
		subject := Subject{Kind: UsersSubject, Name: p.Name, Server: p.Server}
		hit := t.of(p.Name)
		if len(hit) == 0 {
			out = append(out, j.finding(t.cause, subject))
		}
		for _, key := range hit {
			g := t.groups[key]
			f := j.finding(t.cause, subject)
			f.ID = strings.Join([]string{t.cause.ID, p.Name, key.shape, string(key.severity)}, "/")
			f.Verdict, f.Severity, f.Shape, f.Title = Present, key.severity, key.shape, g.title
			f.Evidence, f.Remedy = g.evidence, nonNil(g.remedy)
			f.Affected = &Affected{Count: g.count, Users: g.users}
			if len(j.unknown) > 0 {
				f.Reason = "not every user could be judged, so there may be more: " + f.Reason
			} else {
				f.Reason = ""
			}
			out = append(out, f)
		}
	}
	return out
}

// of lists the groups of a population in a stable order.
func (t *tally) of(population string) []groupKey {
	var keys []groupKey
	for key := range t.groups {
		if key.population == population {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.severity.Rank(), b.severity.Rank()), cmp.Compare(a.shape, b.shape))
	})
	return keys
}
