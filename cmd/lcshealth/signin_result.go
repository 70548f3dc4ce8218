package main

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// tellSignIns adds to the source that tried them what came of sign-ins, and
// which causes of the catalogue the server's code stands for, with their
// verdicts. One answer supports causes; it decides none.
func tellSignIns(d *facts.Deployment, findings []checks.Finding) {
	for _, p := range d.Wire.SignIns {
		warnOfWire(d, signInResult(&p, findings))
	}
}

// warnOfWire adds a warning to the source that asked the network.
func warnOfWire(d *facts.Deployment, text string) {
	if i := slices.IndexFunc(d.Sources, func(s facts.Source) bool { return s.Name == "wire" }); i >= 0 {
		d.Sources[i].Warnings = append(d.Sources[i].Warnings, text)
	}
}

func signInResult(p *facts.SignInProbe, findings []checks.Finding) string {
	what := fmt.Sprintf("a sign-in as %s was tried at %s:%d", p.URI, p.Host, p.Port)
	if p.Attempted {
		what += ", once, which shows the user online"
	}
	final, why := p.Final.Get()
	switch {
	case why != nil:
		return what + ": " + why.Message
	case final.Code < 300:
		return what + ": it was accepted"
	}
	text := fmt.Sprintf("%s: it was refused with %d %s", what, final.Code, final.Reason)
	byVerdict := map[checks.Verdict][]string{}
	for _, f := range findings {
		if slices.Contains(f.Codes, final.Code) && !slices.Contains(byVerdict[f.Verdict], f.Cause) {
			byVerdict[f.Verdict] = append(byVerdict[f.Verdict], f.Cause)
		}
	}
	for _, v := range []checks.Verdict{checks.Present, checks.Undetermined, checks.Absent} {
		if causes := byVerdict[v]; len(causes) > 0 {
			text += fmt.Sprintf("; %s of its causes: %s", v, strings.Join(causes, ", "))
		}
	}
	if len(byVerdict) == 0 {
		text += "; the catalogue has no cause for it here"
	}
	return text
}
