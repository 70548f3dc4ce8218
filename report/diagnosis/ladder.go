package diagnosis

import (
	"strings"

	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"

	"github.com/mattn/go-runewidth"
)

// note says what a message is to the sign-in, where its code alone could be
// taken wrongly.
func note(m signin.Meaning) string {
	switch m {
	case signin.Challenges:
		return "asks for credentials (normal)"
	case signin.Continues:
		return "goes on (normal)"
	case signin.Refuses:
		return "credentials turned down"
	case signin.Waits:
		return "in progress"
	case signin.Repeats:
		return "again"
	case signin.Unclear:
		return "to what, the log does not tell"
	case signin.ComesLate:
		return "too late"
	}
	return ""
}

// inferred says whether a ladder shows directions that are not in the log.
func inferred(l *signin.Ladder) bool {
	for _, a := range l.Arrows {
		if a.Inferred {
			return true
		}
	}
	return false
}

const inferredWords = "The log does not say which way messages went; that follows from who sends what."

// The measures of a ladder in text, in cells.
const (
	leastSpan = 24
	mostSpan  = 46
	timeWidth = 13
)

// cells measures text as terminals show it, whatever the locale says.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// ladderText draws a ladder of two participants in lines of a width; that of
// others, or in too little room, as a list.
func ladderText(l *signin.Ladder, width int) (lines []string) {
	stamped := 0
	if len(l.Arrows) > 0 && l.Arrows[0].At.Known {
		stamped = timeWidth
	}
	span := min(mostSpan, width-stamped-2-longestNote(l))
	if len(l.Participants) != 2 || span < leastSpan {
		return ladderList(l)
	}
	lines = append(lines, heads(l.Participants[0].Name, l.Participants[1].Name, stamped, span)...)
	for _, a := range l.Arrows {
		line := ""
		if stamped > 0 {
			line = cells.FillRight(clock(a.At), stamped)
		}
		line += "│" + arrow(a.Label, span, a.From == 0) + "│"
		if n := note(a.Meaning); n != "" {
			line += " " + n
		}
		lines = append(lines, line)
	}
	return lines
}

// heads names two participants above their lines, one below the other if both do
// not fit.
func heads(left, right string, indent, span int) []string {
	margin := strings.Repeat(" ", indent)
	left, right = clip(left, span+20), clip(right, span+20)
	at := max(0, span+1-cells.StringWidth(right)/2)
	if gap := at - cells.StringWidth(left); gap > 0 {
		return []string{margin + left + strings.Repeat(" ", gap) + right}
	}
	return []string{margin + left, margin + strings.Repeat(" ", at) + right}
}

// longestNote is the width that the notes of a ladder take.
func longestNote(l *signin.Ladder) (n int) {
	for _, a := range l.Arrows {
		if w := cells.StringWidth(note(a.Meaning)); w > 0 {
			n = max(n, w+1)
		}
	}
	return n
}

// arrow draws a message over so many cells.
func arrow(label string, span int, right bool) string {
	label = " " + clip(label, span-6) + " "
	rest := span - 1 - cells.StringWidth(label)
	before, after := strings.Repeat("─", 2), strings.Repeat("─", rest-2)
	if right {
		return before + label + after + "▶"
	}
	return "◀" + after + label + before
}

// ladderList writes a ladder as lines, each with who speaks to whom.
func ladderList(l *signin.Ladder) (lines []string) {
	for _, a := range l.Arrows {
		line := l.Participants[a.From].Name + " → " + l.Participants[a.To].Name + ": " + a.Label
		if at := clock(a.At); at != "" {
			line = at + "  " + line
		}
		if n := note(a.Meaning); n != "" {
			line += " (" + n + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// clock gives the time of day of a stamp.
func clock(s trace.Stamp) string {
	text := s.String()
	if _, after, dated := strings.Cut(text, "T"); dated {
		return after
	}
	return text
}

func clip(s string, width int) string { return cells.Truncate(s, max(width, 2), "…") }
