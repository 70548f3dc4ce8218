package text

import (
	"lcshealth/report"
	"lcshealth/report/view"
)

// signIns says what came of each sign-in that was tried.
func (p *page) signIns(list []view.SignIn) {
	if len(list) == 0 {
		return
	}
	p.heading("Sign-ins tried")
	for i, s := range list {
		if i > 0 {
			p.blank()
		}
		p.para(0, s.Shape+" ", outcomeStyle(s.Outcome), s.Title, bold)
		p.para(2, "", plain, s.Words, plain)
		for _, group := range s.Causes {
			p.para(2, view.VerdictShape(group.Verdict)+" "+view.VerdictWords(group.Verdict)+" among its causes: ", faint, group.List(), plain)
		}
		if s.None {
			p.para(2, "", faint, "The catalogue has no cause for it here.", faint)
		}
	}
}

func outcomeStyle(o report.SignInOutcome) style {
	switch o {
	case report.SignInAccepted:
		return green
	case report.SignInRefused:
		return red
	default:
		return purple
	}
}
