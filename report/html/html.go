// Package html writes a report as one page that needs nothing else: no script
// that runs, no network, its style in itself. A Content-Security-Policy in the
// page holds it to that, whatever a name in the report may contain. The report
// itself is in the page, as the JSON of an element that [jsonreport.Embedded]
// describes.
package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
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

//go:embed style.css
var style string

// Write writes the report as an HTML page.
func Write(w io.Writer, r *report.Report) error {
	embedded, err := jsonreport.Embedded(r)
	if err != nil {
		return err
	}
	data := struct {
		*view.View
		Style  template.CSS
		Policy string
		Data   template.JS
	}{view.Of(r), template.CSS(style), policy(), template.JS(embedded)}
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

// policy allows the page its own style and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

var parse = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"first":         func(list []*view.Finding) []*view.Finding { return list[:min(len(list), mostLinks)] },
		"beyond":        func(list []*view.Finding) int { return max(len(list)-mostLinks, 0) },
		"about":         (*view.Finding).About,
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
		"expects":       expects,
		"inKind":        inKind,
		"seen":          func(list []checks.Evidence) []checks.Evidence { return list[:min(len(list), mostEvidence)] },
		"unseen":        func(list []checks.Evidence) int { return max(len(list)-mostEvidence, 0) },
	}).ParseFS(templates, "templates/*.gohtml")
})

// How much is listed; the JSON report has everything.
const (
	mostLinks    = 8
	mostSubjects = 12
	firstUsers   = 12
	mostUsers    = 500
	mostEvidence = 100
)

// named are the affected users that the page names: some at once, more when
// they are asked for.
type named struct {
	First, More []string
	Rest        int // those that it does not name
}

func users(a *checks.Affected) named {
	list := a.Users[:min(len(a.Users), mostUsers)]
	n := named{First: list, Rest: max(a.Count-len(list), 0)}
	if len(list) > firstUsers+1 {
		n.First, n.More = list[:firstUsers], list[firstUsers:]
	}
	return n
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
