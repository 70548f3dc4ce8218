package catalog

import (
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// How far the clocks of client and server may be apart ([MS-SIP], authentication
// extensions): beyond the first Kerberos fails, beyond the second NTLM too.
// Clients follow the clock of their domain. What is compared here is known to a
// few seconds.
const (
	kerberosLimit = 5 * time.Minute
	ntlmLimit     = 15 * time.Minute
)

// clockSkew comes from an article on a later product with the same
// authentication. The list that KB 871023 gives for 401 could not be recovered.
var clockSkew = checks.Cause{
	ID:       "clock-skew",
	Title:    "The clock of the server is not that of the domain",
	Codes:    []int{401},
	Article:  checks.Article{KB: "938295", Section: "Significant time skew detected during authentication (on Office Communications Server 2007; not from KB 871023)"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "The server does not accept the credentials of clients whose clocks follow the domain: they get 401 Unauthorized again and again, or their logs say that there is a significant time skew.",
	Detection: "The server's clock and that of the domain controller are more than 5 minutes apart, the limit of Kerberos (major), or more than 15, that of NTLM (critical; limits of [MS-SIP]). The server's is known from its host over WMI, or from the Date of an answer to a SIP request; one of them is enough. " +
		"Both clocks are compared with that of the computer that runs lcshealth, so that an error of its own does not matter. A host file shows only that a clock is ahead, and by how much at least.",
	Needs:   []checks.Need{needHostClock, needDomainClock, needSIPAnswers},
	Blinded: []string{"server-service-stopped"}, // nobody answers then
	Fix: []string{
		"Let the server take its time from the domain: w32tm /config /syncfromflags:domhier /update, then w32tm /resync /rediscover.",
		"If it is off by whole hours, correct its time zone.",
	},
	JudgeServer: judgeClockSkew,
}

func judgeClockSkew(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	readings, unknown := clocksOf(d, s)
	domain, why := d.Directory.Clock.Get()
	if why != nil || len(readings) == 0 {
		j.Unknown(why)
		for _, u := range unknown {
			j.Unknown(u)
		}
		for _, r := range readings {
			j.Note(checks.Saw(r.from, r.what+" is "+offset(r.ahead)+" ours", ""))
		}
		return j
	}
	reference := domain.Theirs.Sub(domain.Ours)
	told := checks.Saw(d.Directory.Clock.Origin(), "the clock of the domain controller is "+offset(reference)+" ours", "")
	var worst *clockReading
	var signs []checks.Evidence
	decided := false
	for i := range readings {
		r := &readings[i]
		skew := r.ahead - reference
		switch {
		case r.atLeast && skew <= kerberosLimit: // it may be more
			j.Note(checks.Saw(r.from, r.what+" is at least "+offset(r.ahead)+" ours", ""))
			continue
		case skew.Abs() <= kerberosLimit:
			j.Note(checks.Saw(r.from, fmt.Sprintf("%s is %s that of the domain controller (%s ours)", r.what, offset(skew), offset(r.ahead)), ""))
		default:
			signs = append(signs, checks.Saw(r.from, r.what+" is "+atLeast(r)+offset(r.ahead)+" ours", "that of the domain controller, to within 5 minutes"))
			if worst == nil || skew.Abs() > (worst.ahead-reference).Abs() {
				worst = r
			}
		}
		decided = true
	}
	switch {
	case worst != nil:
		skewed(&j, s, worst, worst.ahead-reference, append(signs, told))
	case !decided:
		for _, u := range unknown {
			j.Unknown(u)
		}
	default:
		j.Note(told)
	}
	return j
}

// skewed records a skew with its remedy.
func skewed(j *checks.Judgement, s *facts.Server, r *clockReading, skew time.Duration, evidence []checks.Evidence) {
	severity := checks.Major
	if skew.Abs() > ntlmLimit {
		severity = checks.Critical
	}
	j.Present(severity, fmt.Sprintf("the server's clock is %s%s that of the domain controller", atLeast(r), offset(skew)), evidence...)
	j.Remedy(
		checks.Step{Text: "Let the server take its time from the domain.", Command: "w32tm /config /syncfromflags:domhier /update", Host: s.FQDN},
		checks.Step{Text: "Correct the clock at once.", Command: "w32tm /resync /rediscover", Host: s.FQDN},
		checks.Step{Text: "If it is off by whole hours, correct the time zone under Date and Time in Control Panel: the time that it shows may be right, and the zone wrong.", Host: s.FQDN},
	)
}

// clockReading is a server's clock as it was seen once.
type clockReading struct {
	what    string
	ahead   time.Duration // of ours; negative: behind
	atLeast bool          // it may be ahead by more
	from    facts.Origin
}

// clocksOf returns the readings of a server's clock, and why they do not tell
// all that could be known: it takes just one that is exact. Of the answers to
// SIP requests the first that tells the time stands for all, since they show
// the same clock.
func clocksOf(d *facts.Deployment, s *facts.Server) (readings []clockReading, unknown []*facts.Unknown) {
	clock, why := s.Host.Clock.Get()
	if why == nil {
		from := s.Host.Clock.Origin()
		ahead := clock.Theirs.Sub(clock.Ours)
		// What a host file tells is of the time when it was made, by the host's
		// clock, and it tells of the clock only if that was in our future when
		// the file was read. How long before that it was made is not known.
		ofFile := ahead > 0 && from.At.Equal(clock.Theirs)
		readings = append(readings, clockReading{"the clock of the host", ahead, ofFile, from})
	} else {
		unknown = append(unknown, why)
	}
	for _, a := range sipAnswers(d, s) {
		if a.Date != nil {
			readings = append(readings, clockReading{"the Date with which " + a.what, a.Date.Sub(a.Received), false, a.from})
			return readings, unknown
		}
	}
	return readings, append(unknown, &facts.Unknown{
		Class: facts.Missing, Source: "wire", Target: s.FQDN, Message: "no listener told the time in an answer to a SIP request",
		Settle: "let the wire source ask a TCP or TLS listener of " + s.FQDN + " over SIP, or ask its host over WMI",
	})
}

// atLeast says that a clock may be ahead by more.
func atLeast(r *clockReading) string {
	if r.atLeast {
		return "at least "
	}
	return ""
}

// offset says how far a clock is from another, to the second.
func offset(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d > 0:
		return d.String() + " ahead of"
	case d < 0:
		return (-d).String() + " behind"
	}
	return "the same as"
}
