package diagnosis

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/signin"
)

// say puts the failure into words.
func (f *Failure) say(d *Diagnosis) {
	who := "The sign-in"
	if f.User != "" {
		who += " of " + f.User
	}
	if at := cmp.Or(f.Server, f.Peer); at != "" {
		who += " at " + at
	}
	switch f.Kind {
	case None:
		f.Headline = "The log shows no failed sign-in."
		f.add(d.Log.Attempts[0].Words)
	case Empty:
		f.Headline = "The log shows no sign-in."
		f.add(emptyWords(d.Log))
	case Asked:
		f.Headline = "What can stop " + f.User + "."
	case Pending:
		f.Headline = "An invitation of " + cmp.Or(f.User, "a user") + " got no answer."
	case Unanswered:
		f.Headline = who + " got no answer."
	case Challenged:
		f.Headline = who + " came to no end: the client did not answer the server's challenge."
		f.add("A 401 is part of every sign-in: the server asks for credentials with it. Here the client sent none afterwards. It may have had none to send, or found none of the offered ways to its liking.")
	case Unfinished:
		f.Headline = who + " came to no end in this log."
		f.add("The log ends, or begins, where the answer should be. Nothing can be said of the cause before the rest is there.")
	case Other:
		f.Headline = fmt.Sprintf("No sign-in failed, but another request was refused with %s.", code(f.Code, f.Phrase))
	default:
		f.Headline = fmt.Sprintf("%s failed with %s.", who, code(f.Code, f.Phrase))
	}
	if f.Observation > 0 {
		f.add(d.Log.Observations[f.Observation-1].Words)
	}
	switch s := d.Basis.Sections; {
	case f.Kind == Other:
		f.add("The articles speak of sign-ins: for another request, the causes of its code are no more than a hint.")
	case len(s) == 1 && s[0].Article != "":
		f.add("By the article: " + s[0].Means)
	case len(s) == 1:
		f.add(s[0].Means)
	}
	if f.Provisional && f.Kind != Unfinished {
		f.add("More of the log could say otherwise: it begins too late, or ends too early.")
	}
	if f.Attempt > 0 && f.Failed() {
		a := &d.Log.Attempts[f.Attempt-1]
		f.add(f.details(a))
		if d.Log.succeededAfter(f.Attempt - 1) {
			f.add("Later in the log the user signed in.")
		}
	}
	for _, c := range logClocks(d.Log) {
		f.add(c.Warning)
	}
}

func (f *Failure) add(sentence string) {
	if sentence != "" {
		f.Words = append(f.Words, sentence)
	}
}

// details are what else an attempt tells.
func (f *Failure) details(a *Attempt) string {
	var parts []string
	if a.Kind == signin.Refresh {
		parts = append(parts, "The user was signed in, and was refused when the client prolonged it.")
	}
	if a.Refusals > 1 {
		parts = append(parts, fmt.Sprintf("Credentials were turned down %d times.", a.Refusals))
	}
	if a.Late != 0 {
		parts = append(parts, fmt.Sprintf("An answer, %d, came when the client had given up.", a.Late))
	}
	return strings.Join(parts, " ")
}

func emptyWords(l *Log) string {
	switch {
	case l.Others > 0:
		return fmt.Sprintf("It has %d of other users.", l.Others)
	case l.Messages == 0:
		return "It holds no SIP message at all."
	default:
		return fmt.Sprintf("None of its %d messages is a REGISTER.", l.Messages)
	}
}

// code gives a code with its phrase.
func code(n int, phrase string) string {
	return strings.TrimSpace(strconv.Itoa(n) + " " + cmp.Or(phrase, sip.Phrase(n)))
}

// attemptWords say in a line how an attempt ended.
func attemptWords(a *signin.Attempt) string {
	what := map[signin.Kind]string{signin.SignIn: "sign-in", signin.Refresh: "refresh", signin.SignOut: "sign-out", signin.Unknown: "sign-in or refresh"}[a.Kind]
	if a.User != "" {
		what += " of " + a.User
	}
	if at := cmp.Or(a.Target, a.Peer); at != "" {
		what += " at " + at
	}
	switch a.Outcome {
	case signin.Succeeded:
		what += ": succeeded"
	case signin.Failed:
		what += ": failed with " + code(a.Code, a.Reason)
	case signin.Refused:
		what += ": credentials turned down with " + code(a.Code, a.Reason)
	case signin.Challenged:
		what += ": challenged, and the client did not go on"
	case signin.Redirected:
		what += ": sent to another server"
		if len(a.Contacts) > 0 {
			what += ", " + a.Contacts[0]
		}
	case signin.Unanswered:
		what += ": no answer within 32 seconds"
	default:
		what += ": the log does not tell how it ended"
		if a.Code != 0 {
			what += ", last with " + code(a.Code, a.Reason)
		}
	}
	if a.Provisional && a.Outcome != signin.Unfinished {
		what += " (as far as the log tells)"
	}
	return strings.ToUpper(what[:1]) + what[1:] + "."
}

// observationWords say what an observation means.
func observationWords(o *signin.Observation) string {
	to := cmp.Or(o.To, "somebody")
	var text string
	switch o.Kind {
	case signin.InvitePending:
		text = fmt.Sprintf("The invitation to %s had no final answer: it stays pending, as KB 834477 describes.", to)
	case signin.InviteCancelled:
		text = fmt.Sprintf("The invitation to %s was given up by the caller before any final answer came.", to)
	case signin.AnswerNotPassed:
		text = fmt.Sprintf("A server got the answer of %s, %s, and did not pass it on, as KB 834477 describes.", to, code(o.Code, o.Reason))
	case signin.AnswerLost:
		text = fmt.Sprintf("%s answered with %s, and the caller never got it, as KB 834477 describes.", to, code(o.Code, o.Reason))
	case signin.RequestRefused:
		text = fmt.Sprintf("%s was refused with %s.", cmp.Or(o.Method, "A request"), code(o.Code, o.Reason))
	default:
		text = fmt.Sprintf("The answer %s stands alone: the log does not say what it answers.", code(o.Code, o.Reason))
	}
	if o.Count > 1 {
		text += fmt.Sprintf(" It is there %d times.", o.Count)
	}
	return text
}

func logClocks(l *Log) []Clock {
	if l == nil {
		return nil
	}
	return l.Clocks
}
