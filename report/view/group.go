package view

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks"
)

// Group holds the findings that could not be decided for one reason, such as
// one dead database.
type Group struct {
	Reason   string
	Settle   []string        // what would settle them
	Worst    checks.Severity // of what could be present
	Codes    []int           // that could be explained, ascending
	Open     []Open
	Findings []*Finding
	// Explanations are the present findings that explain some of these.
	Explanations []*Finding
}

// Open are causes that a group leaves open for the same subjects.
type Open struct {
	Causes []OpenCause
	About  []string // the subjects
}

// OpenCause is a cause that could not be decided.
type OpenCause struct {
	ID    string
	Title string
	Codes []int
}

// group gathers findings by their reason: the worst group first, then the
// largest.
func group(findings []*Finding) []Group {
	var out []Group
	at := map[string]int{}
	for _, f := range findings {
		reason := strings.TrimSpace(f.Reason)
		if reason == "" {
			reason = "no reason was given"
		}
		i, seen := at[reason]
		if !seen {
			i = len(out)
			at[reason] = i
			out = append(out, Group{Reason: reason, Worst: f.Severity})
		}
		g := &out[i]
		g.Findings = append(g.Findings, f)
		g.Settle = appendNew(g.Settle, f.Settle...)
		g.Codes = appendNew(g.Codes, f.Codes...)
		if f.Explanation != nil {
			g.Explanations = appendNew(g.Explanations, f.Explanation)
		}
		if f.Severity.Rank() < g.Worst.Rank() {
			g.Worst = f.Severity
		}
	}
	for i := range out {
		slices.Sort(out[i].Codes)
		out[i].Open = open(out[i].Findings)
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Worst.Rank(), b.Worst.Rank()), -cmp.Compare(len(a.Findings), len(b.Findings)))
	})
	return out
}

// open lists causes by the subjects that they are open for, so that causes with
// the same subjects share one line.
func open(findings []*Finding) []Open {
	var out []Open
	at := map[string]int{}
	for _, b := range buckets(findings) {
		var about []string
		cause := OpenCause{ID: b.Cause, Title: b.Title}
		for _, f := range b.Findings {
			about = appendNew(about, f.About())
			cause.Codes = appendNew(cause.Codes, f.Codes...)
		}
		key := strings.Join(about, "\n") // a clean string holds no line feed
		i, seen := at[key]
		if !seen {
			i = len(out)
			at[key] = i
			out = append(out, Open{About: about})
		}
		out[i].Causes = append(out[i].Causes, cause)
	}
	return out
}

func appendNew[T comparable](list []T, more ...T) []T {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}
