package view

import (
	"fmt"
	"slices"

	"lcshealth/checks"
)

// impact says in one or two sentences what is broken: where and for whom, with
// the codes that clients see.
func impact(present []*Finding) []string {
	var everywhere, servers, users, partly scene
	for _, f := range present {
		kind, critical := f.Subject.Kind, f.Severity == checks.Critical
		switch {
		case !f.Severity.AtLeast(checks.Major):
		case critical && kind == checks.DeploymentSubject:
			everywhere.add(f, "")
		case critical && kind == checks.ServerSubject:
			servers.add(f, f.Subject.Name)
		case kind == checks.UsersSubject || f.Affected != nil:
			users.add(f, "")
		case f.Explanation != nil && f.Explanation.Severity.AtLeast(checks.Major): // that one is told
		case kind == checks.ServerSubject:
			partly.add(f, f.Subject.Name)
		default:
			partly.add(f, "the deployment as a whole")
		}
	}
	var parts []string
	if everywhere.any() {
		parts = append(parts, "for the whole deployment"+everywhere.clients())
	}
	if servers.any() {
		parts = append(parts, "on "+List(servers.places, 3)+servers.clients())
	}
	if users.any() {
		parts = append(parts, "for "+headcount(users.findings)+users.clients())
	}
	var sentences []string
	if len(parts) > 0 {
		sentences = append(sentences, "Sign-in is broken "+List(parts, 3)+".")
	}
	if partly.any() {
		beginning := "Sign-in is broken for some users or routes on "
		if len(parts) > 0 {
			beginning = "Some users or routes also fail on "
		}
		sentences = append(sentences, beginning+List(partly.places, 3)+partly.clients()+".")
	}
	if len(sentences) == 0 { // a summary that counts what is not among the findings
		return []string{"Sign-in is broken."}
	}
	return sentences
}

// scene is one part of what is broken.
type scene struct {
	findings []*Finding
	places   []string
	codes    []int
}

func (s *scene) any() bool { return len(s.findings) > 0 }

func (s *scene) add(f *Finding, place string) {
	s.findings = append(s.findings, f)
	if place != "" {
		s.places = appendNew(s.places, place)
	}
	s.codes = appendNew(s.codes, f.Codes...)
}

// clients names the codes in brackets, up to three of them with their phrases.
func (s *scene) clients() string {
	if len(s.codes) == 0 {
		return ""
	}
	slices.Sort(s.codes)
	words := numbers(s.codes)
	if len(words) <= 3 {
		for i, code := range s.codes {
			words[i] = CodeWords(code)
		}
	}
	return " (" + List(words, len(words)) + ")"
}

// headcount says how many users findings concern together. Findings name only
// their first users, so that users of two findings may or may not be the same;
// what is certain is said.
func headcount(findings []*Finding) string {
	seen := map[string]bool{}
	most, exact := 0, true
	for _, f := range findings {
		if f.Affected == nil {
			exact = false
			continue
		}
		for _, user := range f.Affected.Users {
			seen[user] = true
		}
		most = max(most, f.Affected.Count)
		exact = exact && len(f.Affected.Users) >= f.Affected.Count
	}
	if len(findings) == 1 && findings[0].Affected != nil {
		exact = true
		seen = nil
	}
	switch n := max(most, len(seen)); {
	case n == 0:
		return "some users"
	case exact:
		return Count(n, "user", "users")
	default:
		return fmt.Sprintf("at least %s", Count(n, "user", "users"))
	}
}
