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
}

func (f *recordFaults) add(severity checks.Severity, r *facts.ClientRecord, from facts.Origin, text, expected string) {
	i := slices.IndexFunc(*f, func(other recordFault) bool { return other.severity == severity && other.text == text })
	if i < 0 {
		i, *f = len(*f), append(*f, recordFault{severity: severity, text: text, expected: expected, from: from})
	}
	if !slices.Contains((*f)[i].names, r.Name) {
		(*f)[i].names = append((*f)[i].names, r.Name)
	}
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
		j.Present(fault.severity, text, checks.Saw(fault.from, text, fault.expected))
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
	for n := 0; len(records) > 0 && n < most; n++ {
		domain := records[0].SIPDomain
		end := slices.IndexFunc(records, func(r facts.ClientRecord) bool { return r.SIPDomain != domain })
		if end < 0 {
			end = len(records)
		}
		var targets []string
		all, from := true, facts.Origin{}
		for _, r := range records[:end] {
			list, why := r.Targets.Get()
			if why != nil {
				all = false
				continue
			}
			from = r.Targets.Origin()
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
			j.Note(checks.Saw(from, "automatic sign-in is not set up for "+domain+": it has no records, and clients have to be told their server", ""))
		}
		records = records[end:]
	}
}
