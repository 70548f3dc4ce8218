// Package prose tells a finding in plain lines, for formats that hold text in
// fields of their own. Every line has been through [report.Clean].
package prose

import (
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/view"
)

// inexact follows a command that must not be run as it stands.
const inexact = " (This command holds characters that cannot be shown. Do not run it as it stands.)"

// About says what a finding is about: "server lcs01.contoso.com".
func About(f *checks.Finding) string {
	return report.Clean((&view.Finding{Finding: *f}).About())
}

// Headline is the finding in one line: its title and what it is about.
func Headline(f *checks.Finding) string {
	return report.Clean(f.Title) + " (" + About(f) + ")"
}

// Codes gives the SIP codes with their phrases, or "no SIP code".
func Codes(codes []int) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = view.CodeWords(code)
	}
	if len(words) == 0 {
		return "no SIP code"
	}
	return strings.Join(words, ", ")
}

// Evidence says what was observed, what was expected, and who saw it where and
// when.
func Evidence(e *checks.Evidence) string {
	seen := "seen by " + report.Clean(e.Source)
	if e.Host != "" {
		seen += ", " + report.Clean(e.Host)
	}
	if at := view.Stamp(e.At); at != "" {
		seen += ", " + at
	}
	if e.Expected != "" {
		seen = "expected: " + report.Clean(e.Expected) + "; " + seen
	}
	return report.Clean(e.Observed) + " (" + seen + ")"
}

// Step is a step of a remedy in one line, with its command if it has one and
// commands are wanted.
func Step(s *checks.Step, commands bool) string {
	text, colon := report.Clean(s.Text), ""
	if s.Host != "" {
		text, colon = text+" On "+report.Clean(s.Host), ":"
	}
	if s.Command == "" || !commands {
		return text
	}
	command := report.Clean(s.Command)
	text += colon + " " + command
	if command != s.Command {
		text += inexact
	}
	return text
}

// Affected counts the users and names those that the finding names, up to a
// limit.
func Affected(a *checks.Affected, limit int) string {
	users := a.Users[:min(len(a.Users), limit)]
	out := view.Count(a.Count, "user", "users")
	if len(users) == 0 {
		return out
	}
	out += ": "
	for i, user := range users {
		if i > 0 {
			out += ", "
		}
		out += report.Clean(user)
	}
	if rest := a.Count - len(users); rest > 0 {
		out += " and " + strconv.Itoa(rest) + " more"
	}
	return out
}

// Waived says who accepted a finding, until when and why.
func Waived(w *checks.Waived) string {
	return "waived " + report.Clean(view.WaivedWords(w))
}

// mostUsers are named in the lines of one finding.
const mostUsers = 20

// Lines tells a finding whole, one thing a line.
func Lines(f *checks.Finding) []string {
	var out []string
	add := func(label, text string) {
		if text != "" {
			out = append(out, label+": "+text)
		}
	}
	add("About", About(f))
	add("Severity", string(f.Severity))
	codes := Codes(f.Codes)
	if f.Article != "" {
		codes += "; " + report.Clean(f.Article)
	}
	add("Codes", codes)
	add("Reason", report.Clean(f.Reason))
	if f.Waived != nil {
		out = append(out, Waived(f.Waived))
	}
	if f.Affected != nil {
		add("Affected", Affected(f.Affected, mostUsers))
	}
	add("Follows from", report.Clean(f.Parent))
	for i := range f.Evidence {
		add("Evidence", Evidence(&f.Evidence[i]))
	}
	for i := range f.Remedy {
		add(fmt.Sprintf("Remedy %d", i+1), Step(&f.Remedy[i], true))
	}
	for _, s := range f.Settle {
		add("To settle", report.Clean(s))
	}
	add("Id", report.Clean(f.ID))
	return out
}
