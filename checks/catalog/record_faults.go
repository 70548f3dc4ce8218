package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// recordFaults gathers what is wrong, so that the records that share a fault
// are told of together.
type recordFaults []recordFault

type recordFault struct {
	severity       checks.Severity
	text, expected string
	from           facts.Origin
	names          []string
	answers        []string // what the DNS server told beside the records
}

// add records that r leads astray. The answers are those that show it, beside
// that of r.
func (f *recordFaults) add(severity checks.Severity, r *facts.ClientRecord, from facts.Origin, text, expected string, answers ...string) {
	i := slices.IndexFunc(*f, func(other recordFault) bool { return other.severity == severity && other.text == text })
	if i < 0 {
		i, *f = len(*f), append(*f, recordFault{severity: severity, text: text, expected: expected, from: from})
	}
	if !slices.Contains((*f)[i].names, r.Name) {
		(*f)[i].names = append((*f)[i].names, r.Name)
	}
	for _, answer := range append([]string{answerOf(r)}, answers...) {
		if answer != "" && !slices.Contains((*f)[i].answers, answer) {
			(*f)[i].answers = append((*f)[i].answers, answer)
		}
	}
}

// answerOf is how a DNS server answered for a record, or empty if it did not
// tell: "old.contoso.com: NXDOMAIN from 192.0.2.53".
func answerOf(r *facts.ClientRecord) string {
	targets, _ := r.Targets.Get()
	how := r.RCode
	switch {
	case how == "":
		return ""
	case r.TTL > 0:
		how = fmt.Sprintf("TTL %d", r.TTL) // it shows how long clients may still act on it
	case how == "NOERROR" && len(targets) == 0:
		how = "no such records"
	}
	if r.Resolver != "" {
		how += " from " + r.Resolver
	}
	return r.Name + ": " + how
}

// answerFor is how a DNS server answered for the addresses of a host.
func answerFor(d *facts.Deployment, host string) string {
	for i := range d.Wire.Records {
		if r := &d.Wire.Records[i]; r.Type == "A" && strings.EqualFold(r.Name, host) {
			return answerOf(r)
		}
	}
	return ""
}

// parenthesized adds what DNS servers answered to a text.
func parenthesized(text string, answers []string) string {
	if len(answers) == 0 {
		return text
	}
	return text + " (" + strings.Join(answers, "; ") + ")"
}

// present records the faults, the worst first.
func (f recordFaults) present(j *checks.Judgement) {
	slices.SortStableFunc(f, func(a, b recordFault) int { return cmp.Compare(a.severity.Rank(), b.severity.Rank()) })
	for _, fault := range f {
		leads := " leads to "
		if len(fault.names) > 1 {
			leads = " lead to "
		}
		text := strings.Join(fault.names, ", ") + leads + fault.text
		j.Present(fault.severity, text, checks.Saw(fault.from, parenthesized(text, fault.answers), fault.expected))
		j.Remedy(checks.Step{Text: "In the DNS zone of the SIP domain, correct or remove " + strings.Join(fault.names, ", ") + ": it should lead to " + fault.expected + "."})
	}
}

func describeTarget(t facts.Target) string {
	if t.Port == 0 {
		return t.Host
	}
	return fmt.Sprintf("%s:%d", t.Host, t.Port)
}

// noteDomains tells where clients of each SIP domain are led. The records are
// sorted by domain. Of a domain with a record that was not seen it is not said
// that there are none.
func noteDomains(j *checks.Judgement, records []facts.ClientRecord) {
	const most = 10 // of two hundred domains, these show enough
	records = slices.DeleteFunc(slices.Clone(records), func(r facts.ClientRecord) bool {
		return r.Type == "A" && !isFallback(&r) // a host that was looked up since another record leads there
	})
	for n := 0; len(records) > 0 && n < most; n++ {
		domain := records[0].SIPDomain
		end := slices.IndexFunc(records, func(r facts.ClientRecord) bool { return r.SIPDomain != domain })
		if end < 0 {
			end = len(records)
		}
		var targets, answers []string
		all, from := true, facts.Origin{}
		for _, r := range records[:end] {
			list, why := r.Targets.Get()
			if why != nil {
				all = false
				continue
			}
			from = r.Targets.Origin()
			if answer := answerOf(&r); answer != "" {
				answers = append(answers, answer)
			}
			for _, t := range list {
				if text := describeTarget(t); !slices.Contains(targets, text) {
					targets = append(targets, text)
				}
			}
		}
		switch {
		case len(targets) > 0:
			j.Note(checks.Saw(from, "clients of "+domain+" are led to "+strings.Join(targets, ", "), ""))
		case all:
			j.Note(checks.Saw(from, parenthesized("automatic sign-in is not set up for "+domain+": it has no records, and clients have to be told their server", answers), ""))
		}
		records = records[end:]
	}
}
