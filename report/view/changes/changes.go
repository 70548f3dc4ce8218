// Package changes arranges a comparison of two reports for people: what is new
// first, what has changed in which way, what cannot be seen any more. The text
// and the HTML page show the same view, so they cannot disagree.
//
// Every string in a [View] has been through [report.Clean].
package changes

import (
	"cmp"
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/view"
)

// View is a comparison as it is shown.
type View struct {
	Tone     view.Tone
	Headline string   // one sentence
	More     []string // further sentences
	Notes    []string // what to bear in mind
	Sections []Section
	Sources  []Source
	Before   Run
	After    Run
}

// Section are the changes of one kind. Sections without any are left out.
type Section struct {
	Kind    compare.Kind
	Title   string
	Lead    string // what the kind means
	Changes []Change
	Whole   bool // to be shown in full; else a line is enough for each
}

// Change is a finding and what has become of it.
type Change struct {
	*view.Finding
	Was  string // its verdict in the earlier report: "undetermined", "not there"
	Is   string // its verdict in the later one
	Why  string
	Rows []Row  // how it differs
	Note string // on what the rows cannot tell
}

// Source is a source that ended otherwise than before.
type Source struct {
	Name, Target, Was, Is, Message string
}

// Run is one of the two reports.
type Run struct {
	ID      string
	At      time.Time // when its facts were gathered
	Catalog string
	Limits  string // what it was limited to, or ""
}

// Of arranges a comparison.
func Of(c *compare.Comparison) *View {
	v := &View{Before: run(c.Before), After: run(c.After)}
	for _, note := range c.Notes {
		v.Notes = append(v.Notes, report.Clean(note))
	}
	for _, kind := range compare.Kinds() {
		if list := c.Of(kind); len(list) > 0 {
			s := Section{Kind: kind, Title: title(kind), Lead: lead(kind), Whole: kind == compare.New || kind == compare.Changed}
			for i := range list {
				s.Changes = append(s.Changes, change(&list[i]))
			}
			v.Sections = append(v.Sections, s)
		}
	}
	for _, s := range c.Sources {
		message := report.Clean(s.Message)
		if message != "" && (s.After == facts.OK || s.After == "") {
			message = "before: " + message
		}
		v.Sources = append(v.Sources, Source{
			Name: report.Clean(s.Name), Target: report.Clean(s.Target), Message: message,
			Was: cmp.Or(string(s.Before), "not there"), Is: cmp.Or(string(s.After), "not there"),
		})
	}
	v.Tone = tone(c)
	v.Headline, v.More = headline(c, v)
	return v
}

func run(r report.Run) Run {
	at := r.CollectedAt
	if at.IsZero() {
		at = r.StartedAt
	}
	return Run{ID: report.Clean(r.ID), At: at, Catalog: report.Clean(r.Catalog), Limits: report.Clean(view.Limits(r.Scope, 5))}
}

func change(c *compare.Change) Change {
	out := Change{
		Finding: view.FindingOf(c.Finding), Why: report.Clean(c.Why),
		Was: verdict(c.Kind, c.Before), Is: verdict(c.Kind, c.After),
	}
	if c.Diff != nil {
		out.Rows = rows(c.Diff)
		out.Note = note(c.Diff)
	}
	return out
}

func verdict(kind compare.Kind, v checks.Verdict) string {
	switch {
	case v != "":
		return view.VerdictWords(v)
	case kind == compare.NotJudged:
		return "not judged"
	default:
		return "not there"
	}
}

func title(k compare.Kind) string {
	return map[compare.Kind]string{
		compare.New: "New", compare.Changed: "Changed", compare.Lost: "Not seen any more", compare.Undetermined: "Newly undetermined",
		compare.Resolved: "Resolved", compare.Decided: "Decided again", compare.NotJudged: "Not judged by both", compare.Unchanged: "Unchanged",
	}[k]
}

func lead(k compare.Kind) string {
	return map[compare.Kind]string{
		compare.New:          "Present now, and not so before.",
		compare.Changed:      "Present in both, with a difference.",
		compare.Lost:         "They were present and may still be: they cannot be decided any more.",
		compare.Undetermined: "They were not present and cannot be decided any more.",
		compare.Resolved:     "They were present and are not any more.",
		compare.Decided:      "They could not be decided before, and are not present.",
		compare.NotJudged:    "Present in one report. The other says nothing of them.",
		compare.Unchanged:    "Present in both, the same.",
	}[k]
}

// headline says what has changed in one sentence.
func headline(c *compare.Comparison, v *View) (sentence string, more []string) {
	since := ""
	if at := view.Stamp(v.Before.At); at != "" {
		since = " since " + at
	}
	if c.Same {
		sentence = "Nothing has changed" + since + "."
		if n := c.Counts[compare.Unchanged]; n > 0 {
			more = append(more, view.Count(n, "finding is", "findings are")+" present as before.")
		}
	} else {
		sentence = "No finding is new" + since
		if n := c.Counts[compare.New]; n > 0 {
			sentence = view.Count(n, "finding is new", "findings are new") + since
		}
		var rest []string
		for _, part := range []struct {
			kind  compare.Kind
			words string
		}{
			{compare.Changed, "changed"}, {compare.Lost, "not seen any more"}, {compare.Undetermined, "newly undetermined"},
			{compare.Resolved, "resolved"}, {compare.Decided, "decided again"},
		} {
			if n := c.Counts[part.kind]; n > 0 {
				rest = append(rest, fmt.Sprintf("%d %s", n, part.words))
			}
		}
		if len(rest) > 0 {
			sentence += "; " + view.List(rest, len(rest))
		}
		sentence += "."
	}
	if c.Open > 0 {
		more = append(more, view.Count(c.Open, "check", "checks")+" could be decided in neither.")
	}
	if n := c.Counts[compare.NotJudged]; n > 0 {
		more = append(more, view.Count(n, "finding", "findings")+" of one report cannot be compared, as the other did not judge the like.")
	}
	return sentence, more
}

func tone(c *compare.Comparison) view.Tone {
	out := view.Clear
	for _, change := range c.Changes {
		waived := change.Finding.Waived != nil
		switch {
		case change.Kind == compare.New && !waived && change.Finding.Severity.AtLeast(checks.Major):
			return view.Broken
		case change.Kind == compare.New, change.Kind == compare.Changed:
			out = view.Risk
		case out == view.Clear && (change.Kind == compare.Lost || change.Kind == compare.Undetermined):
			out = view.Unsure
		}
	}
	return out
}
