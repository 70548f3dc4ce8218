package render

import (
	"strings"

	"lcshealth/report/notify"
)

// teamsLargest is the largest message, in bytes, that Teams takes from a
// webhook; it says 28 KB.
const teamsLargest = 28_000 - 500

const teamsChanges = 20

type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	ContentURL  *string   `json:"contentUrl"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string         `json:"$schema"`
	Type    string         `json:"type"`
	Version string         `json:"version"`
	Body    []teamsElement `json:"body"`
	Actions []teamsAction  `json:"actions,omitempty"`
	MSTeams map[string]any `json:"msteams,omitempty"`
}

// teamsElement is a RichTextBlock, or a Container of some. The text of a
// TextRun is shown as it is, where a TextBlock would take it for Markdown.
type teamsElement struct {
	Type      string         `json:"type"`
	Style     string         `json:"style,omitempty"`
	Spacing   string         `json:"spacing,omitempty"`
	Separator bool           `json:"separator,omitempty"`
	Inlines   []teamsRun     `json:"inlines,omitempty"`
	Items     []teamsElement `json:"items,omitempty"`
}

type teamsRun struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Size     string `json:"size,omitempty"`
	Weight   string `json:"weight,omitempty"`
	FontType string `json:"fontType,omitempty"`
	Color    string `json:"color,omitempty"`
	IsSubtle bool   `json:"isSubtle,omitempty"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Teams writes a notification as an Adaptive Card for a workflow of Teams that
// begins when a webhook request is received.
func Teams(n *notify.Notification) ([]byte, error) {
	return fitting(teamsChanges, teamsLargest, func(most int) (any, error) {
		card := teamsCard{
			Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
			MSTeams: map[string]any{"width": "Full"},
		}
		add := func(e teamsElement) { card.Body = append(card.Body, e) }
		add(rich(teamsRun{Text: clean(n.Subject), Size: "Large", Weight: "Bolder"}))
		add(rich(teamsRun{Text: clean(n.Summary)}))
		for _, sentence := range n.More {
			add(rich(teamsRun{Text: clean(sentence)}))
		}
		for _, note := range n.Notes {
			add(rich(teamsRun{Text: "! " + clean(note), Color: "Warning"}))
		}
		changes, left := n.Changes, n.Omitted
		if n.Occasion == notify.Digest {
			changes, left = n.Present, n.PresentOmitted
		}
		list, rest := parts(changes, most)
		for _, part := range list {
			for _, it := range part.Items {
				add(teamsItem(part.Title, it))
			}
		}
		if words := more(left + rest); words != "" {
			add(rich(teamsRun{Text: words, Weight: "Bolder"}))
		}
		for _, words := range run(n) {
			add(rich(teamsRun{Text: words, Size: "Small", IsSubtle: true}))
		}
		if n.URL != "" {
			card.Actions = []teamsAction{{Type: "Action.OpenUrl", Title: "Open the report", URL: n.URL}}
		}
		return &teamsMessage{Type: "message", Attachments: []teamsAttachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: card}}}, nil
	})
}

func teamsItem(title string, it *item) teamsElement {
	label := strings.ToUpper(string(it.Severity)) + " · " + title
	if it.Open {
		label = title
	}
	out := teamsElement{Type: "Container", Separator: true, Spacing: "Medium"}
	add := func(r teamsRun) { out.Items = append(out.Items, rich(r)) }
	add(teamsRun{Text: it.Shape + " " + label, Weight: "Bolder", Color: teamsColour(it)})
	add(teamsRun{Text: it.Title, Weight: "Bolder"})
	for _, fact := range it.Facts {
		add(teamsRun{Text: fact})
	}
	if it.Step != "" {
		add(teamsRun{Text: it.Step})
	}
	if it.Command != "" {
		add(teamsRun{Text: it.Command, FontType: "Monospace"})
	}
	const most = 10
	for _, words := range it.Below[:min(len(it.Below), most)] {
		add(teamsRun{Text: "• " + words})
	}
	if words := more(len(it.Below) - most); words != "" {
		add(teamsRun{Text: words})
	}
	return out
}

func teamsColour(it *item) string {
	if it.Open {
		return "Default"
	}
	return [...]string{"Attention", "Warning", "Accent", "Default"}[it.Severity.Rank()]
}

func rich(r teamsRun) teamsElement {
	r.Type = "TextRun"
	return teamsElement{Type: "RichTextBlock", Spacing: "Small", Inlines: []teamsRun{r}}
}
