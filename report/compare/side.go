package compare

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/view"
)

// side is one of the two reports, and what it says of the findings of the
// other.
type side struct {
	name       string
	report     *report.Report
	slots      map[slot][]*checks.Finding
	causes     map[string][]*checks.Finding
	newCatalog bool // the other report's catalogue is another
}

func newSide(r, other *report.Report) *side {
	s := &side{report: r, slots: map[slot][]*checks.Finding{}, causes: map[string][]*checks.Finding{}, newCatalog: r.Run.Catalog != other.Run.Catalog}
	for i := range r.Findings {
		f := &r.Findings[i]
		at := slotOf(f)
		s.slots[at] = append(s.slots[at], f)
		s.causes[f.Cause] = append(s.causes[f.Cause], f)
	}
	return s
}

// verdictOn says how this report judges what a finding of the other tells, and
// which it does not have as present itself: absent, not applicable or
// undetermined, or "" if the subject is not among those that it judged. judged
// is false if the report says nothing of it; why tells the reason.
func (s *side) verdictOn(f *checks.Finding) (verdict checks.Verdict, why string, judged bool) {
	for _, own := range s.slots[slotOf(f)] {
		switch {
		case own.Verdict == checks.Undetermined:
			return checks.Undetermined, own.Reason, true
		case own.Verdict == checks.Present && len(own.Settle) > 0: // in another shape, and there may be more
			return checks.Undetermined, cmp.Or(own.Reason, "not everything could be seen"), true
		case own.Verdict == checks.Present:
			verdict = checks.Absent // in this shape
		default:
			verdict, why = own.Verdict, own.Reason
		}
	}
	switch {
	case verdict != "":
		return verdict, why, true
	case s.excludes(f):
		return "", s.name + " is limited to " + view.Limits(s.report.Run.Scope, 5), false
	case len(s.causes[f.Cause]) == 0 && s.newCatalog:
		return "", s.name + " was made with catalogue " + s.report.Run.Catalog + ", which does not judge this cause", false
	case len(s.causes[f.Cause]) == 0:
		return "", s.name + " has nothing of this cause", false
	}
	// What is open for no server in particular may be open for any.
	for _, own := range s.causes[f.Cause] {
		if own.Verdict == checks.Undetermined && (own.Subject.Server == "" || strings.EqualFold(own.Subject.Server, f.Subject.Server)) {
			return checks.Undetermined, own.Reason, true
		}
	}
	if why := s.failed(f); why != "" {
		return checks.Undetermined, why, true
	}
	return "", s.name + " has no such subject", true
}

// excludes reports whether the report's scope leaves a finding out.
func (s *side) excludes(f *checks.Finding) bool {
	o := s.report.Run.Scope
	switch {
	case len(o.Causes) > 0 && !slices.Contains(o.Causes, f.Cause):
		return true
	case len(o.Codes) > 0 && !slices.ContainsFunc(f.Codes, func(code int) bool { return slices.Contains(o.Codes, code) }):
		return true
	}
	return len(o.Servers) > 0 && f.Subject.Server != "" &&
		!slices.ContainsFunc(o.Servers, func(name string) bool { return strings.EqualFold(name, f.Subject.Server) })
}

// failed names a source that a finding rests on and that told nothing in this
// run. The finding's subject may be missing because of that.
func (s *side) failed(f *checks.Finding) string {
	restsOn := func(source facts.Source) bool {
		return source.Name == "directory" || // which lists servers and users
			slices.ContainsFunc(f.Evidence, func(e checks.Evidence) bool {
				return e.Source == source.Name && (e.Host == "" || source.Target == "" || strings.EqualFold(e.Host, source.Target))
			})
	}
	for _, source := range s.report.Sources {
		if restsOn(source) && (source.Status == facts.Failed || source.Status == facts.Skipped) {
			return strings.TrimSpace(source.Name+" "+source.Target) + ": " + cmp.Or(source.Message, string(source.Status))
		}
	}
	return ""
}

// otherUsers says why findings of users cannot be compared: one report, or
// each, is about one user.
func otherUsers(c *comparing, s checks.Subject) string {
	if s.Kind != checks.UsersSubject {
		return ""
	}
	was, is := c.before.report.Run.Scope.User, c.after.report.Run.Scope.User
	switch {
	case was == is:
		return ""
	case was == "":
		return c.after.name + " is about " + is + " only"
	case is == "":
		return c.before.name + " is about " + was + " only"
	default:
		return c.before.name + " is about " + was + ", and " + c.after.name + " about " + is
	}
}

// notes says what to bear in mind.
func notes(before, after *report.Report) []string {
	out := []string{}
	differs := func(what, was, is, then string) {
		if was != is {
			out = append(out, what+" differs: "+cmp.Or(was, "none")+" before, "+cmp.Or(is, "none")+" now"+then)
		}
	}
	b, a := before.Run, after.Run
	differs("the catalogue", b.Catalog, a.Catalog, "; causes may have been added, or be judged otherwise")
	differs("the version of lcshealth", b.Version, a.Version, "")
	differs("the configuration", b.Config, a.Config, "")
	switch {
	case b.Redacted == a.Redacted:
	case b.Redacted == "" || a.Redacted == "":
		out = append(out, "names are pseudonyms in the "+map[bool]string{true: "later", false: "earlier"}[b.Redacted == ""]+" report only; findings of the same thing have different names")
	default:
		out = append(out, "the pseudonyms were made with different keys ("+b.Redacted+" before, "+a.Redacted+" now); findings of the same thing have different names")
	}
	was, is := view.Limits(b.Scope, 5), view.Limits(a.Scope, 5)
	if was != is {
		out = append(out, "the earlier report is limited to "+cmp.Or(was, "nothing")+", the later one to "+cmp.Or(is, "nothing")+"; only what both judged is compared")
	}
	if a.CollectedAt.Before(b.CollectedAt) {
		out = append(out, "the facts of the later report are older than those of the earlier one")
	}
	return out
}

// sources lists the sources that ended otherwise than before.
func sources(before, after []facts.Source) []SourceChange {
	out := []SourceChange{}
	key := func(s facts.Source) [2]string { return [2]string{s.Name, strings.ToLower(s.Target)} }
	find := func(list []facts.Source, k [2]string) (s facts.Source) {
		if i := slices.IndexFunc(list, func(s facts.Source) bool { return key(s) == k }); i >= 0 {
			s = list[i]
		}
		return s
	}
	done := map[[2]string]bool{}
	for _, s := range slices.Concat(after, before) {
		k := key(s)
		was, is := find(before, k), find(after, k)
		if done[k] || was.Status == is.Status {
			continue
		}
		done[k] = true
		message := is.Message
		if is.Status == facts.OK || is.Status == "" {
			message = was.Message
		}
		out = append(out, SourceChange{Name: s.Name, Target: s.Target, Before: was.Status, After: is.Status, Message: message})
	}
	slices.SortFunc(out, func(a, b SourceChange) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Target, b.Target))
	})
	return out
}
