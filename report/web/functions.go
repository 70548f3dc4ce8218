package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
	"lcshealth/report"
	"lcshealth/report/view"
)

// functions are those of the templates.
var functions = template.FuncMap{
	"file":          address,
	"clean":         report.Clean,
	"stamp":         view.Stamp,
	"machineTime":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"ago":           ago,
	"count":         view.Count,
	"duration":      view.Duration,
	"took":          func(from, to time.Time) string { return view.Duration(max(to.Sub(from).Milliseconds(), 0)) },
	"title":         title,
	"short":         short,
	"codeWords":     view.CodeWords,
	"phrase":        sip.Phrase,
	"dotted":        func(name string) []string { return strings.SplitAfter(name, ".") },
	"sub":           func(a, b int) int { return a - b },
	"next":          func(n int) int { return n + 1 },
	"severities":    checks.Severities,
	"severityShape": view.SeverityShape,
	"verdictShape":  view.VerdictShape,
	"verdictWords":  view.VerdictWords,
	"statusShape":   view.StatusShape,
	"legend":        legend,
	"stateOf":       stateOf,
	"sourceState":   sourceState,
	"shapeOf":       shapeOf,
	"list":          func(words []string) string { return view.List(words, 12) },
	"about":         (*view.Finding).About,
	"waivedWords":   view.WaivedWords,
	"join":          strings.Join,
	"pair":          func(first, second any) pair { return pair{first, second} },
}

// pair gives a template two things.
type pair struct{ First, Second any }

func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// short is the beginning of an id, which names the run as well.
func short(id string) string {
	if r := []rune(report.Clean(id)); len(r) > 8 {
		return string(r[:8])
	}
	return report.Clean(id)
}

// ago says how far a time is from now: "3 hours ago", "in 20 minutes".
func ago(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := now.Sub(t)
	words := "%s ago"
	if d < 0 {
		d, words = -d, "in %s"
	}
	switch {
	case d < time.Minute && words == "in %s":
		return "in less than a minute"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf(words, view.Count(int(d/time.Minute), "minute", "minutes"))
	case d < 48*time.Hour:
		return fmt.Sprintf(words, view.Count(int(d/time.Hour), "hour", "hours"))
	}
	return fmt.Sprintf(words, view.Count(int(d/(24*time.Hour)), "day", "days"))
}

// stateOf is the state of a mark that stands for one finding.
func stateOf(v checks.Verdict, s checks.Severity) string {
	switch v {
	case checks.Present:
		return string(s)
	case checks.Undetermined:
		return "undetermined"
	case checks.Absent:
		return "clear"
	}
	return "none"
}

func shapeOf(v checks.Verdict, s checks.Severity) string {
	if v == checks.Present {
		return view.SeverityShape(s)
	}
	return view.VerdictShape(v)
}

// key is an entry of the matrix's legend.
type key struct{ State, Shape, Word string }

func legend() (out []key) {
	for _, s := range checks.Severities() {
		out = append(out, key{string(s), view.SeverityShape(s), string(s)})
	}
	return append(out, key{"undetermined", view.ShapeOpen, "undetermined"}, key{"clear", view.ShapeClear, "nothing found"}, key{"not-applicable", view.ShapeNone, "not applicable"})
}

// failing are the sources that did not end well.
func failing(sources []facts.Source) (out []facts.Source) {
	for _, s := range sources {
		if s.Status == facts.Failed || s.Status == facts.Partial {
			out = append(out, s)
		}
	}
	return out
}
