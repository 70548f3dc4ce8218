package main

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/waiver"
)

// acceptance is a waiver with the findings that it was made for, as far as a
// fingerprint has to be carried over to pseudonyms.
type acceptance struct {
	waiver.Waiver

	original string // the fingerprint that was given
}

func accept(list []waiver.Waiver) (out []acceptance) {
	for _, w := range list {
		out = append(out, acceptance{w, w.Fingerprint})
	}
	return out
}

// usersOf is how findings name the users of a database.
const usersOf = "users of "

// subject replaces the name of a finding's subject, as the causes make it.
func (r *redactor) subject(name string) string {
	switch lower := strings.ToLower(name); {
	case name == waiver.Everything, lower == "deployment", lower == usersOf+"the forest", lower == usersOf+"other home servers", lower == usersOf+"home servers":
		return name
	case strings.HasPrefix(lower, usersOf):
		return name[:len(usersOf)] + r.Host(name[len(usersOf):])
	}
	return r.Host(name)
}

// shape replaces a shape that is a name: that of a SIP domain.
func (r *redactor) shape(cause, shape string) string {
	if cause == "sip-domain-not-listed" {
		return r.Host(shape)
	}
	return shape
}

// redactWaivers replaces the names in waivers. Of a reason, which somebody gave
// in his own words, nothing is kept.
func (j *judgement) redactWaivers(r *redactor) {
	for i := range j.accepted {
		w := &j.accepted[i]
		w.Subject, w.Shape = r.subject(w.Subject), r.shape(w.Cause, w.Shape)
		w.Owner, w.Reason = r.Name(w.Owner), r.Note(w.Reason)
	}
}

// carry gives waivers with a fingerprint that of the redacted finding, if the
// finding with its names has the one that was accepted. Else the fingerprint is
// replaced, since it is made of names: then the evidence has changed, or the
// facts do not tell what it was.
func (j *judgement) carry(findings []checks.Finding) (out []waiver.Waiver) {
	for _, w := range j.accepted {
		r := j.redactor
		if r == nil || w.original == "" || hasFingerprint(findings, w.original) {
			out = append(out, w.Waiver)
			continue
		}
		w.Fingerprint = r.Fingerprint(w.original)
		for i := range j.named {
			named := &j.named[i]
			if named.Cause != w.Cause || report.Fingerprint(named) != w.original {
				continue
			}
			if k := slices.IndexFunc(findings, func(f checks.Finding) bool {
				return f.Cause == named.Cause && f.Verdict == named.Verdict && f.Severity == named.Severity && f.Shape == r.shape(named.Cause, named.Shape) &&
					strings.EqualFold(f.Subject.Name, r.subject(named.Subject.Name))
			}); k >= 0 {
				w.Fingerprint = report.Fingerprint(&findings[k])
			}
		}
		out = append(out, w.Waiver)
	}
	return out
}

func hasFingerprint(findings []checks.Finding, print string) bool {
	return slices.ContainsFunc(findings, func(f checks.Finding) bool { return report.Fingerprint(&f) == print })
}
