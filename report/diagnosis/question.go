package diagnosis

import (
	"cmp"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip/signin"
)

// Question is what is known of a failure before the server side is looked at.
type Question struct {
	Log    *signin.Result // nil without a log
	Files  []string       // as they are to be shown
	Damage []Damage       // of the log

	Code   int    // asked for; 0: that of the log
	Phrase string // with Code
	User   string // asked for; "": that of the log
	Server string // asked for; "": that of the log
	Causes []checks.Cause
}

// Of reads the failure out of the log, or takes it as it was asked for, and
// lists the causes of its code. None of them is checked yet.
func Of(q Question) *Diagnosis {
	d := &Diagnosis{Causes: []Candidate{}, Besides: []Besides{}}
	switch {
	case q.Log != nil:
		d.Log = newLog(q)
		d.Failure = d.Log.failure()
	case q.Code != 0:
		d.Failure = Failure{Kind: Code}
	default:
		d.Failure = Failure{Kind: Asked}
	}
	f := &d.Failure
	if q.Code != 0 {
		if q.Code != f.Code {
			f.Kind = Code
		}
		f.Code, f.Phrase = q.Code, q.Phrase
	}
	f.Words = []string{}
	f.User, f.Server = cmp.Or(sipURI(q.User), f.User), cmp.Or(q.Server, f.Server)
	d.nameEnds()
	d.Basis = f.basis()
	for _, id := range f.candidates(&d.Basis, q.Causes) {
		if i := slices.IndexFunc(q.Causes, func(c checks.Cause) bool { return c.ID == id }); i >= 0 {
			d.Causes = append(d.Causes, newCandidate(&q.Causes[i]))
		}
	}
	f.say(d)
	if d.Log != nil {
		d.Log.shorten(f.Attempt)
	}
	return d
}

// nameEnds names the ends of an observation's exchange, of which the messages
// tell nothing, after the user and the server of his sign-in.
func (d *Diagnosis) nameEnds() {
	f := &d.Failure
	if f.Observation == 0 {
		return
	}
	l := &d.Log.Observations[f.Observation-1].Ladder
	for i := range l.Participants {
		switch p := &l.Participants[i]; {
		case p.Role == signin.ClientRole && f.User != "" && len(l.Participants) == 2:
			p.Name = f.User
		case p.Role == signin.ServerRole && f.Server != "" && p.Name == string(signin.ServerRole):
			p.Name = f.Server
		}
	}
}

func newCandidate(c *checks.Cause) Candidate {
	return Candidate{ID: c.ID, Title: c.Title, Article: c.Article.String(), Standing: Unchecked, Findings: []checks.Finding{}, Fix: append([]string{}, c.Fix...)}
}

// sipURI gives a sign-in name as URI.
func sipURI(user string) string {
	if user == "" {
		return ""
	}
	return "sip:" + facts.NormalizeAddress(user)
}

// Failed says whether something failed whose causes can be looked for.
func (f *Failure) Failed() bool {
	switch f.Kind {
	case None, Empty, Unfinished:
		return false
	}
	return true
}

// basis looks the failure up.
func (f *Failure) basis() Basis {
	switch f.Kind {
	case None, Empty, Unfinished, Asked:
		return Basis{Sections: []Section{}, Exact: true}
	case Unanswered:
		return basisOf(silence)
	case Challenged:
		return Lookup(401, "")
	case Pending:
		return Lookup(486, "")
	}
	b := Lookup(f.Code, f.Phrase)
	if f.Code == 407 {
		b = Lookup(401, "")
	}
	if b.Sections == nil {
		b = Basis{Sections: []Section{}, Notes: []string{"The articles do not speak of the code."}}
	}
	return b
}

// candidates are the ids of the causes that can be behind the failure.
func (f *Failure) candidates(b *Basis, all []checks.Cause) (ids []string) {
	switch f.Kind {
	case None, Empty, Unfinished:
		return nil
	case Asked:
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return ids
	case Challenged, Refused:
		return b.listed(401, all)
	case Pending:
		return b.listed(486, all)
	case Unanswered:
		return b.listed(-1, all)
	}
	return b.listed(f.Code, all)
}

// Exit is the exit code of a diagnosis, which is part of the program's
// interface: 1 if a listed cause is present, whatever its severity, since it
// answers the question; 3 if something failed and nobody looked at the server
// side, or not everything there could be seen, or more causes exist than are
// known, or the log does not tell; else 0.
func (d *Diagnosis) Exit() checks.ExitCode {
	code := checks.ExitNothing
	switch {
	case d.Failure.Kind == Unfinished, d.Failure.Kind == Empty, d.Failure.Failed() && (d.Server == nil || len(d.Causes) == 0 || d.Basis.Partial):
		code = checks.ExitIncomplete
	}
	for _, c := range d.Causes {
		switch c.Standing {
		case Present:
			return checks.ExitPresent
		case Undetermined, Unchecked:
			code = checks.ExitIncomplete
		}
	}
	return code
}
