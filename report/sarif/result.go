package sarif

import (
	"cmp"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/prose"
)

// toResult turns a finding into a result.
func toResult(f *checks.Finding, rule int) result {
	clean := report.Clean
	out := result{
		RuleID: clean(f.Cause), RuleIndex: rule, Kind: kind(f.Verdict), Level: "none",
		Message: text(words(f)),
		Locations: []location{{Logical: []logical{{
			Name: clean(f.Subject.Name), QualifiedName: qualified(f.Subject), Kind: cmp.Or(clean(string(f.Subject.Kind)), "deployment"),
		}}}},
		Fingerprints: map[string]string{"finding/v1": clean(f.ID), "evidence/v1": report.Fingerprint(f)},
		Suppressions: []suppression{},
		Properties: resultProperties{
			ID: clean(f.ID), Severity: string(f.Severity), Codes: append([]int{}, f.Codes...),
			Parent: clean(f.Parent), ConsequenceOf: clean(f.ConsequenceOf), Settle: cleanAll(f.Settle),
		},
	}
	if f.Verdict == checks.Present {
		out.Level = level(f.Severity)
	}
	if f.Affected != nil {
		out.Properties.Affected = &f.Affected.Count
	}
	if f.Waived != nil {
		out.Suppressions = append(out.Suppressions, suppression{Kind: "external", Status: "accepted", Justification: prose.Waived(f.Waived)})
	}
	return out
}

// words are the message of a result. The title of a finding says what would be
// wrong, so what is not present begins with the verdict.
func words(f *checks.Finding) []string {
	title := report.Clean(f.Title)
	if f.Verdict != checks.Present {
		title = strings.ReplaceAll(string(f.Verdict), "-", " ") + ": " + title
	}
	return append([]string{title}, prose.Lines(f)...)
}

// text makes a plain text message (3.11.3) of lines. What looks like an
// embedded link (3.11.6) must not become one: names can hold anything.
func text(lines []string) message {
	return message{Text: strings.ReplaceAll(strings.Join(lines, "\n"), "](", `\](`)}
}

func kind(v checks.Verdict) string {
	switch v {
	case checks.Present:
		return "fail"
	case checks.Absent:
		return "pass"
	case checks.NotApplicable:
		return "notApplicable"
	default:
		return "open"
	}
}

func level(s checks.Severity) string {
	switch s {
	case checks.Critical, checks.Major:
		return "error"
	case checks.Minor:
		return "warning"
	default:
		return "note"
	}
}

// qualified is the path of a subject: the deployment, its server, its users.
func qualified(s checks.Subject) string {
	path := []string{"deployment"}
	for _, part := range []string{s.Server, s.Name} {
		if part = report.Clean(part); part != "" && part != path[len(path)-1] {
			path = append(path, part)
		}
	}
	return strings.Join(path, "/")
}
