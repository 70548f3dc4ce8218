package notify

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// mostSubject is the longest subject line, in characters.
const mostSubject = 140

// title sets the subject line.
func (n *Notification) title(words string) {
	n.Subject = cut("lcshealth "+n.Scope+": "+words, mostSubject)
}

// tell puts the events into the subject line and the summary.
func (n *Notification) tell(events []event) {
	counts := n.tally()
	words := view.List(counts, len(counts))
	worst := ""
	if n.Severity != "" {
		worst = string(n.Severity) + ": "
	}
	switch {
	case n.Occasion == Digest:
		n.title(fmt.Sprintf("digest: %s", presence(n.State)))
		n.Summary = "Since the last digest nothing has changed."
		if len(counts) > 0 {
			n.Summary = "Since the last digest: " + words + "."
		}
	case n.Occasion == FirstAudit:
		n.title(worst + "first audit, " + presence(n.State))
		n.Summary = "This is the first audit of " + n.Scope + ", so what it found may have been there for long: " + words + "."
	case len(events) == 1:
		f := view.FindingOf(events[0].finding)
		n.title(worst + events[0].kind.words(1) + ": " + f.Title + " (" + f.About() + ")")
		n.Summary = f.Title + " (" + f.About() + ") " + events[0].sentence() + "."
	default:
		n.title(worst + strings.Join(counts, ", "))
		n.Summary = "Since the audit before: " + words + "."
	}
	n.Summary = cut(n.Summary, mostWords)
	if n.State != nil {
		n.More = append(n.More, n.State.Headline, "Now "+presence(n.State)+".")
	}
}

// tally counts changes by kind: "2 new", "1 resolved".
func (n *Notification) tally() (out []string) {
	for _, kind := range Kinds() {
		if count := n.Counts[kind]; count > 0 {
			out = append(out, fmt.Sprintf("%d %s", count, kind.words(count)))
		}
	}
	return out
}

func presence(s *State) string {
	if s == nil || s.Present == 0 {
		if s != nil && s.Undetermined > 0 {
			return "nothing is present and " + view.Count(s.Undetermined, "check is", "checks are") + " undetermined"
		}
		return "nothing is present"
	}
	var parts []string
	for _, severity := range checks.Severities() {
		if n := s.Severities[severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	out := view.List(parts, len(parts)) + " present"
	if s.Waived > 0 {
		out += fmt.Sprintf(" (%d waived)", s.Waived)
	}
	if s.Undetermined > 0 {
		out += fmt.Sprintf(", %d undetermined", s.Undetermined)
	}
	return out
}

// words are what a kind is called among others.
func (k Kind) words(count int) string {
	switch k {
	case Again:
		return "seen again"
	case Standing:
		return "present"
	case Flapping:
		return "coming and going"
	case Steady:
		return "steady again"
	case Lost:
		return "not seen any more"
	case Undetermined:
		return "newly undetermined"
	case Decided:
		return "decided again"
	case Reminder:
		if count == 1 {
			return "still present"
		}
		return "are still present"
	default:
		return string(k)
	}
}

// sentence says of one finding what is told of it.
func (e event) sentence() string {
	switch e.kind {
	case New:
		return "is new"
	case Again:
		return "could not be decided for a while and is still present"
	case Standing:
		return "is present"
	case Changed:
		return "has changed"
	case Flapping:
		return fmt.Sprintf("comes and goes: it has changed %d times of late. Nothing more is told of it until it is steady", e.times)
	case Steady:
		switch e.verdict() {
		case checks.Present:
			return "does not come and go any more: it is present"
		case checks.Undetermined:
			return "does not come and go any more: it cannot be decided"
		default:
			return "does not come and go any more: it is not present"
		}
	case Lost:
		return "was present and cannot be decided any more"
	case Undetermined:
		return "cannot be decided any more"
	case Resolved:
		return "is resolved"
	case Decided:
		return "can be decided again and is not present"
	default:
		return "is still present"
	}
}
