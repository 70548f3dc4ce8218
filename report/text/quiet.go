package text

import (
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// mostSubjects are named for causes that are open.
const mostSubjects = 6

// undetermined writes a paragraph for each reason.
func (p *page) undetermined(groups []view.Group, verbose bool) {
	n := 0
	for _, g := range groups {
		n += len(g.Findings)
	}
	if n == 0 {
		return
	}
	p.heading(fmt.Sprintf("Undetermined (%d)", n))
	for i, g := range groups {
		if i > 0 {
			p.blank()
		}
		p.para(0, view.ShapeOpen+" ", purple, g.Reason, bold)
		open := fmt.Sprintf("%s, at worst %s", view.Count(len(g.Findings), "check", "checks"), g.Worst)
		if len(g.Codes) > 0 {
			open += "; could explain " + codeList(g.Codes)
		}
		p.field(2, "Open", open)
		for _, o := range g.Open {
			p.para(4, "", plain, openCauses(o), plain)
		}
		for _, f := range g.Explanations {
			p.field(2, "Because", fmt.Sprintf("%s (%s)", f.Title, f.About()))
		}
		p.settle(2, g.Settle)
		if verbose {
			for _, f := range g.Findings {
				p.listed(2, f)
			}
		}
	}
}

// settle lists what would settle what could not be seen.
func (p *page) settle(indent int, list []string) {
	label := "To settle"
	for _, s := range list {
		p.field(indent, label, s)
		label = ""
	}
}

// openCauses gives "user-sid-invalid (403), stale-user-entry (403): users of …".
func openCauses(o view.Open) string {
	causes := make([]string, len(o.Causes))
	for i, c := range o.Causes {
		causes[i] = c.ID
		if len(c.Codes) > 0 {
			causes[i] += " (" + codeList(c.Codes) + ")"
		}
	}
	return strings.Join(causes, ", ") + ": " + view.List(o.About, mostSubjects)
}

func codeList(codes []int) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = strconv.Itoa(code)
	}
	return strings.Join(words, ", ")
}

// quiet writes what needs no action: one line for all, or each with its
// evidence.
func (p *page) quiet(title string, list []view.Bucket, verbose bool) {
	n := 0
	counts := make([]string, len(list))
	for i, b := range list {
		n += len(b.Findings)
		counts[i] = fmt.Sprintf("%s (%d)", b.Cause, len(b.Findings))
	}
	if n == 0 {
		return
	}
	p.heading(fmt.Sprintf("%s (%d)", title, n))
	if !verbose {
		p.para(2, "", plain, strings.Join(counts, ", "), plain)
		return
	}
	for _, b := range list {
		for _, f := range b.Findings {
			p.listed(0, f)
		}
	}
}

// listed writes a finding that needs no action in full. Its title tells what
// would be wrong, so the verdict comes before it.
func (p *page) listed(indent int, f *view.Finding) {
	p.para(indent, view.VerdictShape(f.Verdict)+" "+view.VerdictWords(f.Verdict)+": ", faint, f.Title, plain)
	indent += 2
	p.field(indent, "About", f.About())
	p.field(indent, "Codes", codes(f))
	if f.Reason != "" && f.Verdict != checks.Undetermined { // there it is the heading
		p.field(indent, "Reason", f.Reason)
	}
	p.evidence(indent, f.Evidence, true)
	p.field(indent, "Id", f.ID)
}
