package view

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
)

// Tone is what the answer comes to in one word.
type Tone string

// The tones.
const (
	Broken Tone = "broken" // a critical or major cause is present
	Risk   Tone = "risk"   // only minor and info findings are present
	Unsure Tone = "unsure" // none is present, but some could not be decided
	Clear  Tone = "clear"  // none is present
	Empty  Tone = "empty"  // nothing was judged
)

// Shape is the shape that goes with a tone.
func (t Tone) Shape() string {
	switch t {
	case Broken:
		return ShapeCritical
	case Risk:
		return ShapeMinor
	case Unsure:
		return ShapeOpen
	case Clear:
		return ShapeClear
	default:
		return ShapeNone
	}
}

// Answer says whether sign-in is broken, for whom, and what is not known.
type Answer struct {
	Tone     Tone
	Headline string   // one sentence
	Open     string   // what keeps checks from being decided, if that is the answer
	More     []string // further sentences, each standing alone
	First    *Finding // what to begin with: the worst that is present and not waived; nil if there is none but notes
}

// Begin says what to do first, or is empty.
func (a Answer) Begin() string {
	if a.First == nil {
		return ""
	}
	words := a.First.Title + ", " + a.First.About() + "."
	if len(a.First.Steps) > 0 {
		words += " " + a.First.Steps[0].Text
	}
	return words
}

// Sentence is the headline with what is open in it.
func (a Answer) Sentence() string {
	if a.Open == "" {
		return a.Headline
	}
	return strings.TrimSuffix(a.Headline, ".") + ": " + Stopped(a.Open)
}

// answer puts the answer together. present are all findings that are present.
func answer(v *View, present []*Finding) Answer {
	a := Answer{Tone: tone(v, present)}
	if i := slices.IndexFunc(v.Present, func(f *Finding) bool { return f.Waived == nil && f.Severity.AtLeast(checks.Minor) }); i >= 0 {
		a.First = v.Present[i]
	}
	undetermined := v.Total(checks.Undetermined)
	switch a.Tone {
	case Broken:
		sentences := impact(present)
		a.Headline, a.More = sentences[0], sentences[1:]
	case Risk:
		a.Headline = "No cause of failed sign-in found; " + risks(v) + "."
		if undetermined > 0 {
			a.Headline = fmt.Sprintf("No cause of failed sign-in found, but %s could not be decided; %s.", Count(undetermined, "check", "checks"), risks(v))
		}
	case Unsure:
		a.Headline = fmt.Sprintf("No cause found, but %s could not be decided.", Count(undetermined, "check", "checks"))
		a.Open = reasons(v.Undetermined)
	case Clear:
		a.Headline = "No documented cause is present."
	default:
		a.Headline = "Nothing was judged."
	}
	if a.Tone == Broken {
		a.add(folded(present))
		if worse := v.severe(); worse < len(present) {
			a.add("Besides, " + risks(v) + ".")
		}
	}
	switch {
	case undetermined == 0, a.Tone == Unsure:
	case a.Tone == Risk:
		a.add("What is open: " + Stopped(reasons(v.Undetermined)))
	default:
		a.add(fmt.Sprintf("%s could not be decided and may hide more: %s", Count(undetermined, "check", "checks"), Stopped(reasons(v.Undetermined))))
	}
	if a.Tone == Clear {
		a.add(decided(v))
	}
	a.add(waived(v, present))
	if limit := Limits(v.Run.Scope, 3); limit != "" {
		a.add("The run says nothing beyond what it was limited to: " + limit + ".")
	}
	if v.Run.Stored {
		a.add("It judges facts that were gathered on " + Stamp(v.Run.CollectedAt) + ".")
	}
	return a
}

func (a *Answer) add(sentence string) {
	if sentence != "" {
		a.More = append(a.More, sentence)
	}
}

func tone(v *View, present []*Finding) Tone {
	switch {
	case v.severe() > 0:
		return Broken
	case len(present) > 0:
		return Risk
	case v.Total(checks.Undetermined) > 0:
		return Unsure
	case v.Total(checks.Absent)+v.Total(checks.NotApplicable) > 0:
		return Clear
	default:
		return Empty
	}
}

// Total returns how many findings have a verdict.
func (v *View) Total(verdict checks.Verdict) int {
	for _, c := range v.Verdicts {
		if c.Verdict == verdict {
			return c.Count
		}
	}
	return 0
}

// severe counts the findings that are present and break something.
func (v *View) severe() int {
	n := 0
	for _, c := range v.Severities {
		if c.Severity.AtLeast(checks.Major) {
			n += c.Count
		}
	}
	return n
}

// risks counts minor and info findings: "2 risks and 1 note are present".
func risks(v *View) string {
	var parts []string
	total := 0
	for _, c := range v.Severities {
		switch {
		case c.Count == 0 || c.Severity.AtLeast(checks.Major):
			continue
		case c.Severity == checks.Minor:
			parts = append(parts, Count(c.Count, "risk", "risks"))
		default:
			parts = append(parts, Count(c.Count, "note", "notes"))
		}
		total += c.Count
	}
	return List(parts, 2) + plural(total, " is present", " are present")
}

// folded says how many findings follow from others.
func folded(present []*Finding) string {
	follow := 0
	for _, f := range present {
		if f.Explanation != nil {
			follow++
		}
	}
	if follow == 0 {
		return ""
	}
	return fmt.Sprintf("Of %s, %s from another and should go away with it.",
		Count(len(present), "finding", "findings"), Count(follow, "follows", "follow"))
}

// reasons names the reasons that leave most open.
func reasons(groups []Group) string {
	words := make([]string, len(groups))
	for i, g := range groups {
		words[i] = shorten(g.Reason, 80)
		if len(groups) > 1 {
			words[i] += fmt.Sprintf(" (%d)", len(g.Findings))
		}
	}
	const most = 2
	rest := ""
	if len(words) > most {
		rest = "; and " + Count(len(words)-most, "other reason", "other reasons")
		words = words[:most]
	}
	return strings.Join(words, "; ") + rest
}

// Stopped ends a sentence that may have been cut short.
func Stopped(s string) string {
	if strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// decided says what a clean bill of health rests on.
func decided(v *View) string {
	absent, not := v.Total(checks.Absent), v.Total(checks.NotApplicable)
	switch {
	case absent == 0:
		return "None of " + Count(not, "check", "checks") + " applies to this deployment."
	case not == 0:
		return Count(absent, "check was", "checks were") + " decided, with nothing left open."
	default:
		return fmt.Sprintf("%s decided, with nothing left open; %s not apply.", Count(absent, "check was", "checks were"), Count(not, "does", "do"))
	}
}
