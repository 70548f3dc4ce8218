package render

import (
	"regexp"
	"strings"

	"lcshealth/report/notify"
)

// The limits of Slack's Block Kit: characters of a header, of a section's text,
// and blocks of a message. Its text fields are counted in characters as JSON
// has them.
const (
	slackHeader  = 150
	slackSection = 3000
	slackChanges = 20
	slackBlocks  = 50
)

type slackText struct {
	Type     string `json:"type"` // plain_text or mrkdwn
	Text     string `json:"text"`
	Verbatim bool   `json:"verbatim,omitempty"` // Slack makes no links and mentions of plain words
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackMessage struct {
	Text   string       `json:"text"` // for notifications, and for receivers that know no blocks
	Blocks []slackBlock `json:"blocks"`
}

// Slack writes a notification for an incoming webhook of Slack.
func Slack(n *notify.Notification) ([]byte, error) {
	return fitting(slackChanges, 100<<10, func(most int) (any, error) {
		m := &slackMessage{Text: slackEscape(n.Subject + "\n" + n.Summary)}
		add := func(b slackBlock) { m.Blocks = append(m.Blocks, b) }
		header := shorten(clean(n.Subject), slackHeader)
		add(slackBlock{Type: "header", Text: &slackText{Type: "plain_text", Text: calm(header)}})
		head := []string{slackEscape(n.Summary)}
		for _, sentence := range n.More {
			head = append(head, slackEscape(sentence))
		}
		for _, note := range n.Notes {
			head = append(head, "! "+slackEscape(note))
		}
		if n.URL != "" {
			head = append(head, "<"+slackEscape(n.URL)+"|Open the report>")
		}
		add(section(head))
		changes, left := n.Changes, n.Omitted
		if n.Occasion == notify.Digest { // what is present tells more than how it came about
			changes, left = n.Present, n.PresentOmitted
		}
		list, rest := parts(changes, most)
		for _, part := range list {
			for _, it := range part.Items {
				if len(m.Blocks) >= slackBlocks-2 {
					rest++
					continue
				}
				add(section(slackItem(part.Title, it)))
			}
		}
		if words := more(left + rest); words != "" {
			add(section([]string{words}))
		}
		if foot := run(n); len(foot) > 0 {
			add(slackBlock{Type: "context", Elements: []slackText{{Type: "mrkdwn", Text: shorten(slackEscape(foot[0]), slackSection), Verbatim: true}}})
		}
		return m, nil
	})
}

func slackItem(title string, it *item) []string {
	label := title
	if !it.Open {
		label = string(it.Severity) + " · " + title
	}
	out := []string{it.Shape + " *" + label + "*", slackEscape(it.Title)}
	for _, fact := range it.Facts {
		out = append(out, slackEscape(fact))
	}
	if it.Step != "" {
		out = append(out, slackEscape(it.Step))
	}
	if it.Command != "" {
		if strings.Contains(it.Command, "`") { // it would end the code
			out = append(out, "(The report has the command.)")
		} else {
			out = append(out, "```"+slackMarkup.Replace(it.Command)+"```")
		}
	}
	for _, words := range it.Below {
		out = append(out, "• "+slackEscape(words))
	}
	return out
}

// section joins lines, as many as fit.
func section(lines []string) slackBlock {
	var out []string
	size, left := 0, 0
	for i, line := range lines {
		if size += len([]rune(line)) + 1; size > slackSection-len("and 1000 more") && i > 0 {
			left++
			continue
		}
		out = append(out, line)
	}
	if left > 0 {
		out = append(out, more(left))
	}
	return slackBlock{Type: "section", Text: &slackText{Type: "mrkdwn", Text: shorten(strings.Join(out, "\n"), slackSection), Verbatim: true}}
}

// slackMarkup are the characters that Slack asks to be escaped. Without them
// there are no links, and nobody is called: <!channel>, <@U1>.
var slackMarkup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackEscape(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = calm(slackMarkup.Replace(clean(line)))
	}
	return strings.Join(lines, "\n")
}

// loud are the words with which receivers of Slack's format call everybody.
var loud = regexp.MustCompile(`(?i)@(channel|here|everyone|all)\b`)

// calm puts something that cannot be seen into them.
func calm(s string) string { return loud.ReplaceAllString(s, "@\u200b$1") }

// shorten cuts a text to a number of characters and marks the cut.
func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}
