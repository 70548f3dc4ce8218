package render

import (
	"fmt"
	"slices"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/notify"
	"lcshealth/report/view"
)

// part are the changes of one kind.
type part struct {
	Kind  notify.Kind
	Title string
	Items []*item
}

// item is one change as it is shown. What follows from it is folded under it,
// and what cannot be decided for one reason is one item.
type item struct {
	Severity checks.Severity
	Shape    string
	Title    string   // what it is, or why something cannot be decided
	Open     bool     // it is why something cannot be decided
	Facts    []string // a line each
	Step     string   // the first step of the remedy
	Command  string   // of that step, exactly
	Below    []string // what follows from it, or what cannot be decided
}

// parts arranges changes, at most so many, and counts those that it leaves out.
func parts(list []notify.Change, most int) (out []part, left int) {
	left = max(len(list)-most, 0)
	list = list[:len(list)-left]
	follows := map[string]string{}
	for i := range list {
		follows[list[i].ID] = list[i].Follows
	}
	at := map[string]*item{} // by id of the change, or reason
	of := map[notify.Kind][]*item{}
	add := func(kind notify.Kind, key string, it *item) {
		at[key] = it
		of[kind] = append(of[kind], it)
	}
	for i := range list {
		switch c := &list[i]; {
		case root(follows, c.ID) != c.ID:
		case c.Why != "" && (c.Kind == notify.Lost || c.Kind == notify.Undetermined):
			key := string(c.Kind) + "\x00" + c.Why
			if at[key] == nil {
				add(c.Kind, key, &item{Severity: c.Severity, Shape: view.ShapeOpen, Title: clean(c.Why), Open: true})
			}
			at[key].Below = append(at[key].Below, line(c))
		default:
			add(c.Kind, c.ID, itemOf(c))
		}
	}
	for i := range list {
		c := &list[i]
		if top := root(follows, c.ID); top != c.ID {
			at[top].Below = append(at[top].Below, "follows from it: "+line(c))
		}
	}
	for _, kind := range notify.Kinds() {
		if len(of[kind]) > 0 {
			out = append(out, part{Kind: kind, Title: title(kind), Items: of[kind]})
		}
	}
	return out, left
}

// root is the change that explains one in the end, or the change itself if that
// is not among those that are shown.
func root(follows map[string]string, id string) string {
	at, seen := id, []string{id}
	for {
		next := follows[at]
		switch _, shown := follows[next]; {
		case next == "" || !shown:
			return at
		case slices.Contains(seen, next):
			return id
		}
		at = next
		seen = append(seen, at)
	}
}

// line is a change in one line.
func line(c *notify.Change) string {
	return view.SeverityShape(c.Severity) + " " + clean(c.Title) + ": " + clean(c.About)
}

func itemOf(c *notify.Change) *item {
	it := &item{Severity: c.Severity, Shape: view.SeverityShape(c.Severity), Title: clean(c.Title)}
	fact := func(label, text string) {
		if text != "" {
			it.Facts = append(it.Facts, label+": "+clean(text))
		}
	}
	fact("About", c.About)
	fact("SIP codes", codes(c.Codes))
	if c.Affected > 0 {
		fact("Affected", view.Count(c.Affected, "user", "users"))
	}
	switch c.Kind {
	case notify.New:
		if c.Before == checks.Undetermined {
			fact("Before", "it could not be decided")
		}
	case notify.Flapping:
		fact("Flapping", fmt.Sprintf("it came or went %d times of late; nothing more is told of it until it is steady", c.Times))
	case notify.Steady, notify.Resolved, notify.Decided:
		fact("Now", view.VerdictWords(c.Verdict))
	}
	fact("Why", c.Why)
	switch c.Kind {
	case notify.Again, notify.Standing, notify.Steady, notify.Reminder: // of the others, this very run tells
		fact("Since", view.Stamp(c.Since))
	}
	for _, d := range c.Differs {
		fact("Differs", d)
	}
	if c.Waived != nil {
		fact("Waived", view.WaivedWords(c.Waived))
	}
	if s := c.Step; s != nil {
		it.Step = "First of " + view.Count(s.Of, "step", "steps") + ": " + clean(s.Text)
		if s.Of == 1 {
			it.Step = "To do: " + clean(s.Text)
		}
		if s.Host != "" {
			it.Step += " On " + clean(s.Host) + "."
		}
		if it.Command = clean(s.Command); it.Command != s.Command {
			it.Command = "" // half a command, or another one, must not be run
		}
	}
	return it
}

func codes(list []int) string {
	words := make([]string, len(list))
	for i, code := range list {
		words[i] = view.CodeWords(code)
	}
	return view.List(words, len(words))
}

func title(k notify.Kind) string {
	return map[notify.Kind]string{
		notify.New: "New", notify.Again: "Seen again", notify.Standing: "Present", notify.Changed: "Changed",
		notify.Flapping: "Coming and going", notify.Steady: "Steady again", notify.Lost: "Not seen any more",
		notify.Undetermined: "Newly undetermined", notify.Resolved: "Resolved", notify.Decided: "Decided again",
		notify.Reminder: "Still present",
	}[k]
}

func clean(s string) string { return report.Clean(s) }

// more counts what is left out.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("and %d more", n)
}

// run says of which run a message tells, and with which it compares it.
func run(n *notify.Notification) []string {
	var out []string
	if r := n.Run; r != nil {
		out = append(out, "Run "+clean(r.ID)+" of "+view.Stamp(r.StartedAt)+", lcshealth "+clean(r.Version)+", catalogue "+clean(r.Catalog))
	}
	if n.Before != nil {
		out = append(out, "Compared with run "+clean(n.Before.ID)+" of "+view.Stamp(n.Before.StartedAt))
	}
	return out
}

// sources tells which sources ended otherwise than before.
func sources(n *notify.Notification) (out []string) {
	for _, s := range n.Sources {
		words := clean(s.Name)
		if s.Target != "" {
			words += " " + clean(s.Target)
		}
		words += ": " + or(string(s.Before), "not there") + " → " + or(string(s.After), "not there")
		if s.Message != "" {
			words += ": " + clean(s.Message)
		}
		out = append(out, words)
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
