// Package html writes a report as one page that needs nothing else: no
// network, its style and its script in itself. A Content-Security-Policy in the
// page holds it to that, whatever a name in the report may contain. The report
// itself is in the page, as the JSON of an element that [jsonreport.Embedded]
// describes.
//
// The page reads completely without its script, which filters the findings,
// copies commands, and shows affected users beyond the first. What is filtered
// by is in the address: #?code=404&server=lcs01.contoso.com&q=kim, where each
// of code, severity, verdict, server and q (words) may be left out.
package html

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/sip"
	"lcshealth/report"
	"lcshealth/report/jsonreport"
	"lcshealth/report/view"
)

//go:embed templates/*.gohtml
var templates embed.FS

// Write writes the report as an HTML page.
func Write(w io.Writer, r *report.Report) error {
	embedded, err := jsonreport.Embedded(r)
	if err != nil {
		return err
	}
	script, err := script()
	if err != nil {
		return err
	}
	data := struct {
		*view.View
		Frame  Frame
		Script template.JS
		Data   template.JS
	}{View: view.Of(r), Script: template.JS(script), Data: template.JS(embedded)}
	data.Frame = Frame{Title: data.Answer.Headline, At: data.Run.StartedAt, Version: data.Run.Version, Style: style, script: script}
	page, err := fill("page.gohtml", data)
	if err != nil {
		return err
	}
	if _, err := w.Write(page); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// fill fills in one of the pages. Nothing is written unless all of it is right.
func fill(name string, data any) ([]byte, error) {
	t, err := parse()
	if err != nil {
		return nil, fmt.Errorf("read the page's templates: %w", err)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("fill in the page: %w", err)
	}
	return out.Bytes(), nil
}

// indent is what makes templates readable, and pages large.
var indent = regexp.MustCompile(`(?m)^[\t ]+`)

var parse = sync.OnceValues(func() (*template.Template, error) {
	all := template.New("").Funcs(functions).Funcs(shown)
	files, err := fs.Glob(templates, "templates/*.gohtml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := templates.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if _, err := all.New(path.Base(file)).Parse(indent.ReplaceAllString(string(text), "")); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// functions are those of the templates.
var functions = template.FuncMap{
	"first":         func(list []*view.Finding) []*view.Finding { return list[:min(len(list), mostLinks)] },
	"beyond":        func(list []*view.Finding) int { return max(len(list)-mostLinks, 0) },
	"about":         (*view.Finding).About,
	"stopped":       view.Stopped,
	"named":         named,
	"told":          told,
	"codeWords":     view.CodeWords,
	"count":         view.Count,
	"duration":      view.Duration,
	"list":          func(words []string) string { return view.List(words, mostSubjects) },
	"phrase":        sip.Phrase,
	"severityShape": view.SeverityShape,
	"stamp":         view.Stamp,
	"machineTime":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"statusShape":   view.StatusShape,
	"waiverShape":   view.WaiverShape,
	"waiverSubject": view.WaiverSubject,
	"waiverWords":   view.WaiverWords,
	"title":         title,
	"verdictShape":  view.VerdictShape,
	"verdictWords":  view.VerdictWords,
	"users":         users,
	"grouped":       grouped,
	"filters":       filters,
	"terse":         func(list []*view.Finding) bool { return len(list) > mostWhole },
	"expects":       expects,
	"inKind":        inKind,
	"seen":          func(list []checks.Evidence) []checks.Evidence { return list[:min(len(list), mostEvidence)] },
	"unseen":        func(list []checks.Evidence) int { return max(len(list)-mostEvidence, 0) },
}

// How much is listed; the JSON report has everything.
const (
	mostLinks    = 8
	mostSubjects = 12
	mostWhole    = 10 // findings of one kind that need nobody's attention; of more, a line each
	mostEvidence = 100
)

// named is what a finding is about where it is plain that servers are listed.
func named(f *view.Finding) string {
	if f.Subject.Kind == checks.ServerSubject {
		return f.Subject.Name
	}
	return f.About()
}

// expects reports whether any evidence names what was expected.
func expects(list []checks.Evidence) bool {
	for _, e := range list {
		if e.Expected != "" {
			return true
		}
	}
	return false
}

// title begins a word with a capital letter.
func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
