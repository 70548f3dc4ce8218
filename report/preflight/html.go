package preflight

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/view"
)

var (
	//go:embed page.gohtml
	pageText string
	//go:embed page.css
	style string
)

// mostLines is how many lines of one verdict a page lists; the other formats
// list all.
const mostLines = 500

// listed are the lines of one verdict.
type listed struct {
	Verdict preflight.Verdict
	Total   int
	Lines   []*preflight.Line
	More    int
}

// WriteHTML writes the report as one page without a script, which needs nothing
// else. A Content-Security-Policy in the page holds it to that.
func WriteHTML(w io.Writer, r *Report) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"clean": report.Clean, "verdict": VerdictWords, "kind": KindWords, "done": DoneWords, "stamp": view.Stamp, "where": func(s checks.Step) string { return where(&s) },
		"effect": func(e preflight.Effect) string { return EffectWords(e, r.Run.After) },
		"seen":   func(e checks.Evidence) string { return evidence(&e) },
		"upper":  strings.ToUpper,
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the template of the preflight page: %w", err)
	}
	sum := sha256.Sum256([]byte(style))
	answer := VerdictWords(r.Verdict)
	if r.Run.After {
		answer = "After the roll-out: " + strings.ToLower(afterWords(r))
	}
	var out bytes.Buffer
	if err := page.Execute(&out, struct {
		*Report
		Style          template.CSS
		Policy, Answer string
		Listed         []listed
	}{r, template.CSS(style), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'", answer, linesOf(r)}); err != nil { //nolint:gosec // the style is ours
		return fmt.Errorf("fill in the preflight page: %w", err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the preflight report as HTML: %w", err)
	}
	return nil
}

func linesOf(r *Report) (out []listed) {
	for _, v := range preflight.Verdicts() {
		l := listed{Verdict: v}
		for i := range r.Lines {
			if r.Lines[i].Verdict != v {
				continue
			}
			if l.Total++; l.Total <= mostLines {
				l.Lines = append(l.Lines, &r.Lines[i])
			}
		}
		if l.More = l.Total - len(l.Lines); l.Total > 0 {
			out = append(out, l)
		}
	}
	return out
}
