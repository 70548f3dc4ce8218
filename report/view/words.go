package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// CodeWords gives a code with its phrase: "503 Service Unavailable".
func CodeWords(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + sip.Phrase(code))
}

// Stamp writes a point in time, or "" for none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// Duration writes milliseconds for people: "0.9 s", "2 min 5 s".
func Duration(ms int64) string {
	if ms < 60_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	s := (ms + 500) / 1000
	return fmt.Sprintf("%d min %d s", s/60, s%60)
}

// Count writes a number with its noun: "1 user", "2 users".
func Count(n int, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return strconv.Itoa(n) + " " + plural
}

// List joins words: "a, b and c". Beyond limit words it counts the rest, as
// "a, b and 7 more".
func List(words []string, limit int) string {
	if len(words) > limit+1 { // naming one word is no longer than counting it
		words = append(append([]string(nil), words[:limit]...), strconv.Itoa(len(words)-limit)+" more")
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// VerdictWords gives a verdict as it reads in a sentence.
func VerdictWords(v checks.Verdict) string { return strings.ReplaceAll(string(v), "-", " ") }

// Shapes tell severities apart where colours cannot be seen.
const (
	ShapeCritical = "■"
	ShapeMajor    = "▲"
	ShapeMinor    = "◆"
	ShapeInfo     = "●"
	ShapeOpen     = "?"
	ShapeClear    = "✓"
	ShapeNone     = "–"
	ShapePartial  = "◐"
	ShapeFailed   = "✗"
)

// SeverityShape is the shape that goes with a severity.
func SeverityShape(s checks.Severity) string {
	return [...]string{ShapeCritical, ShapeMajor, ShapeMinor, ShapeInfo}[s.Rank()]
}

// VerdictShape is the shape that goes with a verdict.
func VerdictShape(v checks.Verdict) string {
	switch v {
	case checks.Present:
		return ShapeCritical
	case checks.Undetermined:
		return ShapeOpen
	case checks.Absent:
		return ShapeClear
	default:
		return ShapeNone
	}
}

// StatusShape is the shape that goes with the status of a source.
func StatusShape(s facts.Status) string {
	switch s {
	case facts.OK:
		return ShapeClear
	case facts.Partial:
		return ShapePartial
	case facts.Failed:
		return ShapeFailed
	default:
		return ShapeNone
	}
}

// number reads a SIP code; words that are none sort first.
func number(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0
	}
	return n
}

// shorten cuts a long text at a word and marks the cut.
func shorten(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	cut := string(runes[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}
