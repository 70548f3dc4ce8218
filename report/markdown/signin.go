package markdown

import (
	"lcshealth/report/view"
)

// signIns says what came of each sign-in that was tried.
func (p *page) signIns(list []view.SignIn) {
	if len(list) == 0 {
		return
	}
	p.heading(2, "Sign-ins tried")
	var items []string
	for _, s := range list {
		item := s.Shape + " " + escape(s.Title) + ": " + escape(s.Words)
		for _, group := range s.Causes {
			item += " " + view.VerdictShape(group.Verdict) + " " + view.VerdictWords(group.Verdict) + " among its causes: " + escape(group.List()) + "."
		}
		if s.None {
			item += " The catalogue has no cause for it here."
		}
		items = append(items, item)
	}
	p.list(items)
}
