package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"lcshealth/report/notify"
	"lcshealth/report/view"
)

//go:embed mail.gohtml
var mailPage string

var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("mail").Funcs(template.FuncMap{"colour": colour}).Parse(mailPage)
})

// listed are changes in parts, with what is left out.
type listed struct {
	Parts []part
	More  string
}

// HTML writes a notification as a page for mail programs: its style is in its
// elements, since many of them know nothing else, and it loads nothing.
func HTML(n *notify.Notification, notes ...string) (string, error) {
	page, err := parsed()
	if err != nil {
		return "", fmt.Errorf("read the template of mails: %w", err)
	}
	list := func(changes []notify.Change, omitted int) listed {
		out, left := parts(changes, mailChanges)
		return listed{out, more(left + omitted)}
	}
	cleaned := func(list []string) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = clean(s)
		}
		return out
	}
	data := struct {
		Subject, Summary, URL, Foot string
		More, Notes, Sources, Run   []string
		Changes, Present            listed
	}{
		Subject: clean(n.Subject), Summary: clean(n.Summary), URL: n.URL, More: cleaned(n.More),
		Notes: cleaned(append(append([]string{}, n.Notes...), notes...)), Sources: sources(n), Run: run(n),
		Foot:    "Scope " + clean(n.Scope) + ", channel " + clean(n.Channel) + ", told at " + view.Stamp(n.At) + " by lcshealth.",
		Changes: list(n.Changes, n.Omitted), Present: list(n.Present, n.PresentOmitted),
	}
	var out strings.Builder
	if err := page.Execute(&out, data); err != nil {
		return "", fmt.Errorf("write a mail as HTML: %w", err)
	}
	return out.String(), nil
}

// colour goes with the word and the shape of a severity, and never alone. It
// can be told from white and from black.
func colour(it *item) string {
	if it.Open {
		return "#8a63d2"
	}
	return [...]string{"#d13438", "#c7700a", "#0a7ea4", "#4f6bed"}[it.Severity.Rank()]
}
