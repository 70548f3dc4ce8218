package text

import (
	"lcshealth/report"
	"lcshealth/report/view"
)

// waivers lists what became of each waiver, those that need a hand first.
func (p *page) waivers(list []report.Waiver) {
	if len(list) == 0 {
		return
	}
	p.heading("Waivers")
	for i, w := range list {
		if i > 0 {
			p.blank()
		}
		s := yellow
		if w.State == report.WaiverApplied || w.State == report.WaiverUnjudged {
			s = faint
		}
		p.para(0, view.WaiverShape(w.State)+" ", s, view.WaiverSubject(w), bold)
		p.field(2, "State", view.WaiverWords(w))
		p.field(2, "Waived", "by "+w.Owner+" until "+w.Until+": "+w.Reason)
	}
}
