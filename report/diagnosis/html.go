package diagnosis

import (
	"bytes"
	_ "embed" // the page and its style
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"

	"lcshealth/checks"
	"lcshealth/report/html"
	"lcshealth/report/view"
)

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageStyle string

// WriteHTML writes the diagnosis as one page in the style of the reports. It
// needs nothing else and runs nothing: a Content-Security-Policy holds it to
// that, whatever stands in a log.
func WriteHTML(w io.Writer, d *Diagnosis) error {
	t, err := parsePage()
	if err != nil {
		return fmt.Errorf("read the diagnosis' page: %w", err)
	}
	c := d.clean()
	top, err := html.Top(html.Frame{Title: c.Failure.Headline, Of: "diagnosis", At: c.Run.StartedAt, Version: c.Run.Version, Style: html.Style() + pageStyle})
	if err != nil {
		return fmt.Errorf("begin the diagnosis' page: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, &document{Diagnosis: c, Top: top}); err != nil {
		return fmt.Errorf("fill in the diagnosis: %w", err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the diagnosis as HTML: %w", err)
	}
	return nil
}

// document is what the page shows.
type document struct {
	*Diagnosis

	Top template.HTML // down to the main part
}

// indent is what makes the template readable, and the page large.
var indent = regexp.MustCompile(`(?m)^[\t ]+`)

var parsePage = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"finding": html.Finding, "stamp": view.Stamp, "title": title, "shape": attemptShape, "list": strings.Join,
		"statusShape": view.StatusShape, "standingShape": standingShape, "standingWords": func(s Standing) string { return strings.ReplaceAll(string(s), "-", " ") },
	}).Parse(indent.ReplaceAllString(pageText, ""))
})

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// What the page asks the diagnosis for.

// Tone is the tone of the answer.
func (p *document) Tone() view.Tone { return p.tone() }

// Rows are what is known of the failure.
func (p *document) Rows() []view.Row { return p.rows() }

// Drawing is the exchange of what failed, or nil.
func (p *document) Drawing() *drawing {
	return draw(p.ladder(), "The exchange of messages")
}

// CausesTitle is the heading of the causes.
func (p *document) CausesTitle() string { return p.causesTitle() }

// Else is what else the log tells, in sentences.
func (p *document) Else() []string { return p.elsewise(false, mostElse) }

const mostElse = 100

// standingGroup are the causes of one standing.
type standingGroup struct {
	Standing Standing
	Causes   []*Candidate
}

// Groups are the causes by standing.
func (p *document) Groups() (out []standingGroup) {
	for _, s := range []Standing{Present, Undetermined, Unchecked, Absent, NotApplicable} {
		if list := p.with(s); len(list) > 0 {
			out = append(out, standingGroup{s, list})
		}
	}
	return out
}

// Present are the candidate's findings that are present.
func (c *Candidate) Present() []*view.Finding { return c.present() }

// Reasons are why a candidate is undetermined, each once.
func (c *Candidate) Reasons() []string {
	var out []string
	for _, f := range c.findings(checks.Undetermined) {
		out = append(out, f.Reason)
	}
	return unique(out)
}

// Settle is what would settle it, each thing once.
func (c *Candidate) Settle() []string {
	var out []string
	for _, f := range c.findings(checks.Undetermined) {
		out = append(out, f.Settle...)
	}
	return unique(out)
}

// ElsewhereWords say where a cause is present that is none here, or nothing.
func (c *Candidate) ElsewhereWords() string {
	if len(c.Elsewhere) == 0 {
		return ""
	}
	return title(c.elsewhere()) + "."
}

// Words give what else is present in a sentence.
func (b *Besides) Words() string { return b.words() }

func standingShape(s Standing) string {
	switch s {
	case Unchecked:
		return view.ShapeOpen
	default:
		return view.VerdictShape(checks.Verdict(s))
	}
}
