package outline

import (
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// SignIns tells what came of the sign-ins that were tried, and which causes of
// the catalogue the server's code stands for, with their verdicts.
func SignIns(d *facts.Deployment, findings []checks.Finding) []report.SignIn {
	var out []report.SignIn
	for i := range d.Wire.SignIns {
		out = append(out, signIn(&d.Wire.SignIns[i], findings))
	}
	return out
}

func signIn(p *facts.SignInProbe, findings []checks.Finding) report.SignIn {
	s := report.SignIn{User: p.URI, Host: p.Host, Port: p.Port, Transport: string(p.Transport), Attempted: p.Attempted}
	final, why := p.Final.Get()
	if why != nil {
		s.Outcome, s.Message = report.SignInUnfinished, why.Message
		if s.Message == "" {
			s.Message = string(why.Class)
		}
		return s
	}
	s.Code, s.Reason = final.Code, final.Reason
	if final.Code < 300 {
		s.Outcome = report.SignInAccepted
		if p.Left != "" {
			s.Message = "the registration may still be there: " + p.Left
		}
		return s
	}
	s.Outcome = report.SignInRefused
	worst := map[string]checks.Verdict{}
	var causes []string // as the findings come
	for i := range findings {
		f := &findings[i]
		if !slices.Contains(f.Codes, final.Code) {
			continue
		}
		seen, known := worst[f.Cause]
		if !known {
			causes = append(causes, f.Cause)
		}
		if !known || slices.Index(order, f.Verdict) < slices.Index(order, seen) {
			worst[f.Cause] = f.Verdict
		}
	}
	for _, cause := range causes {
		switch worst[cause] {
		case checks.Present:
			s.Present = append(s.Present, cause)
		case checks.Undetermined:
			s.Undetermined = append(s.Undetermined, cause)
		case checks.Absent:
			s.Absent = append(s.Absent, cause)
		}
	}
	return s
}

// order has the verdict first that says most about a cause.
var order = []checks.Verdict{checks.Present, checks.Undetermined, checks.Absent, checks.NotApplicable}
