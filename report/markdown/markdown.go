// Package markdown writes a report as Markdown for a ticket (GitHub, GitLab,
// or Jira, which takes Markdown that is pasted). It is short, in the same order
// as the text: the answer, what is present with its remedy, what could not be
// decided, and the sources.
//
// Names from outside stay names: nothing in them becomes markup, HTML, a link,
// a reference to another ticket or a mention of somebody.
package markdown

import (
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/view"
)

// Write writes the report as GitHub Flavored Markdown.
func Write(w io.Writer, r *report.Report) error {
	p := &page{}
	v := view.Of(r)
	p.para("**" + escape(v.Answer.Sentence()) + "**")
	if begin := v.Answer.Begin(); begin != "" {
		p.para("Begin with: " + escape(begin))
	}
	for _, sentence := range v.Answer.More {
		p.para(escape(sentence))
	}
	p.summary(v)
	p.signIns(v.SignIns)
	p.present(v)
	p.undetermined(v)
	p.quiet(v)
	p.sources(v)
	p.run(v)
	if _, err := io.WriteString(w, strings.TrimSuffix(p.out.String(), "\n")); err != nil {
		return fmt.Errorf("write the report as Markdown: %w", err)
	}
	return nil
}

// page collects blocks, each followed by an empty line.
type page struct{ out strings.Builder }

func (p *page) para(text string) { p.out.WriteString(text + "\n\n") }

func (p *page) heading(level int, text string) { p.para(strings.Repeat("#", level) + " " + text) }

// list writes items; one that holds several lines keeps them below it.
func (p *page) list(items []string) {
	for _, item := range items {
		p.out.WriteString("- " + item + "\n")
	}
	p.out.WriteString("\n")
}

// table writes rows, the first of which is the header.
func (p *page) table(rows [][]string) {
	for i, row := range rows {
		p.out.WriteString("|")
		for _, cell := range row {
			p.out.WriteString(" " + cell + " |")
		}
		p.out.WriteString("\n")
		if i == 0 {
			p.out.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	p.out.WriteString("\n")
}

func (p *page) summary(v *view.View) {
	p.heading(2, "Summary")
	rows := [][]string{{"Findings", "Count"}}
	row := func(name string, n int) { rows = append(rows, []string{name, fmt.Sprint(n)}) }
	for _, c := range v.Verdicts {
		row(view.VerdictWords(c.Verdict), c.Count)
		if c.Verdict != checks.Present {
			continue
		}
		for _, s := range v.Severities {
			row(view.SeverityShape(s.Severity)+" "+string(s.Severity), s.Count)
		}
		for _, code := range v.Codes {
			row("SIP "+escape(view.CodeWords(code.Code)), code.Count)
		}
		if v.WaivedCount > 0 {
			row("waived", v.WaivedCount)
		}
	}
	p.table(rows)
}

// quiet counts what needs no action, by cause.
func (p *page) quiet(v *view.View) {
	for _, part := range []struct {
		name string
		list []view.Bucket
	}{{"Not applicable", v.NotApplicable}, {"Absent", v.Absent}} {
		var words []string
		for _, b := range part.list {
			words = append(words, fmt.Sprintf("%s (%d)", escape(b.Cause), len(b.Findings)))
		}
		if len(words) > 0 {
			p.para(part.name + ": " + strings.Join(words, ", "))
		}
	}
}

func (p *page) sources(v *view.View) {
	if len(v.Sources) == 0 {
		return
	}
	p.heading(2, "Sources")
	rows := [][]string{{"Source", "Target", "Status", "Message"}}
	for _, s := range v.Sources {
		status := view.StatusShape(s.Status) + " " + escape(string(s.Status))
		if s.Class != "" {
			status += " (" + escape(report.Clean(string(s.Class))) + ")"
		}
		var words []string
		for _, text := range append([]string{s.Message}, s.Warnings...) {
			if text != "" {
				words = append(words, escape(text))
			}
		}
		rows = append(rows, []string{escape(s.Name), escape(s.Target), status, strings.Join(words, "; ")})
	}
	p.table(rows)
}

func (p *page) run(v *view.View) {
	var words []string
	for _, row := range v.Run.Rows {
		words = append(words, escape(row.Label)+" "+escape(row.Value))
	}
	p.para(strings.Join(words, "; "))
}
