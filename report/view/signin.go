package view

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// SignIn is a sign-in that was tried.
type SignIn struct {
	report.SignIn
	Title  string // who tried where: "sip:kim@contoso.com at fe01.contoso.com:5061 over TLS"
	Words  string // what came of it, as a sentence
	Shape  string
	Causes []SignInCauses // of the code that was answered, those that are present first
	None   bool           // the catalogue has no cause for the code here
}

// SignInCauses are causes with one verdict.
type SignInCauses struct {
	Verdict checks.Verdict
	Causes  []SignInCause
}

// SignInCause is a cause with the anchor of its first finding with that
// verdict, or "" if there is none.
type SignInCause struct{ ID, Anchor string }

// List names the causes: "user-sid-invalid, stale-user-entry".
func (s *SignInCauses) List() string {
	names := make([]string, len(s.Causes))
	for i, c := range s.Causes {
		names[i] = c.ID
	}
	return strings.Join(names, ", ")
}

func signIns(list []report.SignIn, findings []*Finding) []SignIn {
	var out []SignIn
	for _, s := range list {
		out = append(out, newSignIn(s, findings))
	}
	return out
}

func newSignIn(s report.SignIn, findings []*Finding) SignIn {
	clean := report.Clean
	s.User, s.Host, s.Transport, s.Reason, s.Message = clean(s.User), clean(s.Host), clean(s.Transport), clean(s.Reason), clean(s.Message)
	s.Outcome = report.SignInOutcome(clean(string(s.Outcome)))
	s.Present, s.Undetermined, s.Absent = cleanAll(s.Present), cleanAll(s.Undetermined), cleanAll(s.Absent)
	out := SignIn{SignIn: s, Title: s.User}
	if s.Host != "" {
		out.Title += " at " + net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	}
	if s.Transport != "" {
		out.Title += " over " + s.Transport
	}
	out.Words, out.Shape = outcome(s)
	for _, part := range []struct {
		verdict checks.Verdict
		causes  []string
	}{{checks.Present, s.Present}, {checks.Undetermined, s.Undetermined}, {checks.Absent, s.Absent}} {
		if len(part.causes) == 0 {
			continue
		}
		group := SignInCauses{Verdict: part.verdict}
		for _, cause := range part.causes {
			group.Causes = append(group.Causes, SignInCause{cause, anchorOf(findings, cause, part.verdict, s.Code)})
		}
		out.Causes = append(out.Causes, group)
	}
	out.None = s.Outcome == report.SignInRefused && len(out.Causes) == 0
	return out
}

// outcome says what came of a sign-in.
func outcome(s report.SignIn) (words, shape string) {
	switch s.Outcome {
	case report.SignInAccepted:
		words, shape = "It was accepted", ShapeClear
	case report.SignInRefused:
		words, shape = fmt.Sprintf("It was refused with %d", s.Code), ShapeFailed
		if s.Reason != "" {
			words += " " + s.Reason
		}
	default:
		words, shape = "It came to no end", ShapeOpen
	}
	if s.Message != "" {
		words += ": " + s.Message
	}
	switch {
	case s.Attempted && s.Outcome == report.SignInAccepted:
		words += ". It was tried once, which shows the user online for a moment"
	case s.Attempted:
		words += ". Credentials were sent once"
	}
	return words + ".", shape
}

func anchorOf(findings []*Finding, cause string, verdict checks.Verdict, code int) string {
	for _, f := range findings {
		if f.Cause == cause && f.Verdict == verdict {
			for _, c := range f.Codes {
				if c == code {
					return f.Anchor
				}
			}
		}
	}
	return ""
}
