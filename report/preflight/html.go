package preflight

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"

	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/view"
)

//go:embed page/*.gohtml
var pageFiles embed.FS

//go:embed page/page.css
var pageStyle string

// WriteHTML writes the report as one page in the style of the reports, without
// a script. It needs nothing else: a Content-Security-Policy in the page holds
// it to that, whatever stands in a plan.
func WriteHTML(w io.Writer, r *Report) error {
	t, err := parsePage()
	if err != nil {
		return fmt.Errorf("read the templates of the preflight page: %w", err)
	}
	d := document{Report: r, Answer: answerWords(r), Plan: report.Clean(r.Run.Plan)}
	d.Top, err = html.Top(html.Frame{Title: d.Answer + ": " + d.Plan, Of: "preflight", At: r.Run.StartedAt, Version: r.Run.Version, Style: html.Style() + pageStyle})
	if err == nil {
		err = d.fill()
	}
	var out bytes.Buffer
	if err == nil {
		err = t.ExecuteTemplate(&out, "page.gohtml", &d)
	}
	if err != nil {
		return fmt.Errorf("fill in the preflight page: %w", err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the preflight report as HTML: %w", err)
	}
	return nil
}

// indent is what makes templates readable, and pages large.
var indent = regexp.MustCompile(`(?m)^[\t ]+`)

var parsePage = sync.OnceValues(func() (*template.Template, error) {
	t := template.New("").Funcs(template.FuncMap{
		"clean": report.Clean, "number": html.Number, "stamp": view.Stamp, "verdict": VerdictWords, "title": capital, "lines": counted,
		"severityShape": view.SeverityShape, "statusShape": view.StatusShape, "shape": func(v preflight.Verdict) string { return tone(v).Shape() },
		"kind": KindWords, "done": DoneWords,
	})
	entries, err := pageFiles.ReadDir("page")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := pageFiles.ReadFile("page/" + e.Name())
		if err != nil {
			return nil, err
		}
		if _, err := t.New(e.Name()).Parse(indent.ReplaceAllString(string(text), "")); err != nil {
			return nil, err
		}
	}
	return t, nil
})

// tone is that of a verdict, so that pages of all kinds look alike.
func tone(v preflight.Verdict) view.Tone {
	switch v {
	case preflight.NoGo:
		return view.Broken
	case preflight.Risk:
		return view.Risk
	case preflight.CannotTell:
		return view.Unsure
	}
	return view.Clear
}

// counted writes a number of lines: "4,312 lines".
func counted(n int) string {
	if n == 1 {
		return "1 line"
	}
	return html.Number(n) + " lines"
}

// How much of a list a page shows. The other formats have all.
const (
	mostOpen  = 20  // at once
	mostLines = 500 // with what is folded
	mostNames = 5   // of users, and of other examples
)

// listing is a list as a page shows it.
type listing[T any] struct {
	First []T
	Rest  []T // folded
	More  int // not shown
}

func list[T any](of []T) listing[T] {
	shown := of[:min(len(of), mostLines)]
	open := min(len(shown), mostOpen)
	return listing[T]{shown[:open], shown[open:], len(of) - len(shown)}
}

// examples are the first few words of a list, and how many there are besides.
func examples(words []string, count int) string {
	var out []string
	for _, w := range words[:min(len(words), mostNames)] {
		out = append(out, report.Clean(w))
	}
	if more := count - len(out); more > 0 && len(out) > 0 {
		return strings.Join(out, ", ") + " and " + html.Number(more) + " more"
	}
	return strings.Join(out, ", ")
}
