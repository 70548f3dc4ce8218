package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// answering gives a listener of a server the answers of a healthy one. A
// mutual TLS listener answers only who has a certificate to show.
func answering(e *facts.Endpoint) *facts.Endpoint {
	if e.Transport == facts.MTLS {
		return e
	}
	e.Options = seen("wire", "network", sipAnswer(200, "OK"))
	e.Register = seen("wire", "network", with(sipAnswer(401, "Unauthorized"), func(a *facts.SIPAnswer) {
		a.Challenges = []facts.SIPChallenge{{Scheme: "NTLM"}, {Scheme: "Kerberos"}}
	}))
	return e
}

// sipAnswer is an answer of a server whose clock is right.
func sipAnswer(code int, reason string) facts.SIPAnswer {
	date := noon
	return facts.SIPAnswer{Code: code, Reason: reason, Server: "RTC/2.0", Date: &date, Received: noon}
}

// clientAnswer is the answer of a client that holds the port of a server.
func clientAnswer(code int) facts.SIPAnswer {
	return facts.SIPAnswer{Code: code, Reason: "Method Not Allowed", UserAgent: "Windows RTC/5.0.2600 (Messenger 5.0.0482)", Allow: "INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, NOTIFY", Received: noon}
}

// answers has the listener of a server answer OPTIONS otherwise.
func (w *world) answers(server string, port int, answer facts.SIPAnswer) {
	for _, e := range w.Wire.Endpoints {
		if e.Host == server && e.Port == port {
			e.Options = seen("wire", "network", answer)
		}
	}
}

// unwatched hides who runs on a server and who holds its ports.
func (w *world) unwatched(server string) {
	w.Server(server).Host.Processes = facts.NotObserved[[]facts.Process](hidden)
	w.Server(server).Host.Ports = facts.NotObserved[[]facts.PortOwner](hidden)
}

func answerFaults() []fault {
	return []fault{
		{"messenger-on-server", "only the wire shows it", func(w *world) {
			w.unwatched(lcs01)
			w.answers(lcs01, 5060, clientAnswer(405))
		}, lcs01, "", checks.Major, "the TCP listener on port 5060 answered OPTIONS with 405 Method Not Allowed of Windows RTC/5.0.2600"},
		{"messenger-on-server", "runs, and the wire shows that it holds a port", func(w *world) {
			w.unwatched(lcs01)
			w.Server(lcs01).Host.Processes = seen("host", lcs01, []facts.Process{{ID: 3000, Name: "msmsgs.exe"}})
			w.answers(lcs01, 5060, clientAnswer(405))
		}, lcs01, "", checks.Major, "process msmsgs.exe"},
	}
}

func answerCases() []verdictCase {
	unwatched := func(answer facts.SIPAnswer) func(*world) {
		return func(w *world) {
			w.unwatched(lcs01)
			w.answers(lcs01, 5060, answer)
		}
	}
	const cause = "messenger-on-server"
	return []verdictCase{
		{cause, "a server answers 405, and the host tells nothing", unwatched(sipAnswer(405, "Method not supported")), lcs01, checks.Undetermined, "hidden"},
		{cause, "somebody answers 405, and the host tells nothing", unwatched(facts.SIPAnswer{Code: 405, Received: noon}), lcs01, checks.Undetermined, "hidden"},
		{cause, "a server that also has a User-Agent answers 405, and the host tells nothing", unwatched(with(clientAnswer(405), func(a *facts.SIPAnswer) { a.Server = "RTC/2.0" })), lcs01, checks.Undetermined, "hidden"},
		{cause, "a client answers 200, and the host tells nothing", unwatched(clientAnswer(200)), lcs01, checks.Undetermined, "hidden"},
		{cause, "another server answers as a client", unwatched(with(clientAnswer(405), func(a *facts.SIPAnswer) { a.RedirectedFrom = "sip:lcs02.contoso.com" })), lcs01, checks.Undetermined, "hidden"},
		{"server-service-stopped", "its host tells nothing, and it answers", func(w *world) {
			w.Server(lcs01).Host.Services = facts.NotObserved[[]facts.Service](hidden)
		}, lcs01, checks.Undetermined, "the TCP listener on port 5060 answered OPTIONS with 200 OK of RTC/2.0"},
	}
}

// What a server answers is told beside what its host shows, and does not
// decide against it: such facts contradict each other.
func TestSIPAnswersDecideNothingByThemselves(t *testing.T) {
	sqlDown := func(w *world) { w.setService(lcs01, "MSSQL$RTC", stopped) }
	for _, tt := range []struct {
		cause   string
		answer  facts.SIPAnswer
		more    func(*world)
		verdict checks.Verdict
	}{
		{"messenger-on-server", clientAnswer(405), unchanged, checks.Absent},
		{"sql-service-stopped", sipAnswer(503, "Service Unavailable"), unchanged, checks.Absent},
		{"sql-service-stopped", sipAnswer(503, "Service Unavailable"), sqlDown, checks.Present},
		{"sql-service-stopped", sipAnswer(503, "Service Unavailable"), func(w *world) {
			w.Server(lcs01).Host.Services = facts.NotObserved[[]facts.Service](hidden)
		}, checks.Undetermined},
		{"static-route-invalid", sipAnswer(504, "Cannot locate the next server"), unchanged, checks.Absent},
		{"static-route-invalid", sipAnswer(504, "Cannot locate the next server"), to(" ", 5061, facts.TLS), checks.Present},
		{"outbound-certificate-missing", sipAnswer(504, "Cannot locate the next server"), unchanged, checks.Absent},
		{"outbound-certificate-missing", sipAnswer(504, "Cannot locate the next server"), func(w *world) {
			w.Server(lcs01).Host.Routing = seen("host", lcs01, facts.RoutingSetting{DefaultPort: 5061})
		}, checks.Present},
	} {
		w := healthy()
		w.answers(lcs01, 5061, tt.answer)
		tt.more(w)
		for _, f := range w.judge(t, tt.cause) {
			if f.Subject.Name != lcs01 {
				continue
			}
			told := slices.ContainsFunc(f.Evidence, func(e checks.Evidence) bool { return strings.Contains(e.Observed, tt.answer.Reason) })
			if f.Verdict != tt.verdict || !told {
				t.Errorf("%s with an answer %d: %s, evidence %v; want %s, and the answer told", tt.cause, tt.answer.Code, f.Verdict, f.Evidence, tt.verdict)
			}
		}
	}
}

// setClock sets the clock of a server, as its host and its answers tell it.
func (w *world) setClock(server string, ahead time.Duration) {
	w.Server(server).Host.Clock = seen("host", server, facts.Clock{Theirs: noon.Add(ahead), Ours: noon})
	date := noon.Add(ahead)
	tell := func(v *facts.Value[facts.SIPAnswer]) {
		if answer, why := v.Get(); why == nil {
			answer.Date = &date
			*v = facts.Observed(answer, v.Origin())
		}
	}
	for _, e := range w.Wire.Endpoints {
		if e.Host == server {
			tell(&e.Options)
			tell(&e.Register)
		}
	}
}

// hideAnswers leaves nothing that a server answered over SIP.
func (w *world) hideAnswers(server string) {
	for _, e := range w.Wire.Endpoints {
		if e.Host == server {
			e.Options, e.Register = facts.NotObserved[facts.SIPAnswer](hidden), facts.NotObserved[facts.SIPAnswer](hidden)
		}
	}
}

func (w *world) hideHostClock(server string) {
	w.Server(server).Host.Clock = facts.NotObserved[facts.Clock](hidden)
}

// hostFile has only a host file tell the clock of a server, made when it was
// ahead of ours so far.
func (w *world) hostFile(server string, ahead time.Duration) {
	w.hideAnswers(server)
	w.Server(server).Host.Clock = facts.Observed(facts.Clock{Theirs: noon.Add(ahead), Ours: noon}, facts.Origin{Source: "host", Target: server, At: noon.Add(ahead)})
}

func clockFaults() []fault {
	const cause = "clock-skew"
	f := func(name string, severity checks.Severity, says string, plant func(*world)) fault {
		return fault{cause, name, plant, lcs01, "", severity, says}
	}
	return []fault{
		f("ahead", checks.Major, "the server's clock is 5m1s ahead of that of the domain controller", func(w *world) { w.setClock(lcs01, 5*time.Minute+time.Second) }),
		f("behind", checks.Critical, "the server's clock is 15m1s behind that of the domain controller", func(w *world) { w.setClock(lcs01, -15*time.Minute-time.Second) }),
		f("as far as NTLM allows", checks.Major, "15m0s behind", func(w *world) { w.setClock(lcs01, -15*time.Minute) }),
		f("an hour off, as only its answers show", checks.Critical, "the Date with which the TCP listener on port 5060 answered OPTIONS is 1h0m0s ahead of ours", func(w *world) {
			w.setClock(lcs01, time.Hour)
			w.hideHostClock(lcs01)
		}),
		f("off, as only its host shows", checks.Major, "the clock of the host is 7m0s ahead of ours", func(w *world) {
			w.setClock(lcs01, 7*time.Minute)
			w.hideAnswers(lcs01)
		}),
		f("as ours, and the domain's is another", checks.Major, "the clock of the domain controller is 10m0s behind ours", func(w *world) {
			w.Directory.Clock = seen("directory", "dc01", facts.Clock{Theirs: noon.Add(-10 * time.Minute), Ours: noon})
			for _, s := range []string{lcs02, fe01, proxy01} {
				w.setClock(s, -10*time.Minute)
			}
		}),
		f("a host file from the future", checks.Critical, "the server's clock is at least 20m0s ahead of that of the domain controller", func(w *world) { w.hostFile(lcs01, 20*time.Minute) }),
	}
}

func clockCases() []verdictCase {
	const cause = "clock-skew"
	c := func(verdict checks.Verdict, name, says string, plant ...func(*world)) verdictCase {
		return verdictCase{cause, name, func(w *world) {
			for _, do := range plant {
				do(w)
			}
		}, lcs01, verdict, says}
	}
	noHost := func(w *world) { w.hideHostClock(lcs01) }
	noAnswers := func(w *world) { w.hideAnswers(lcs01) }
	set := func(ahead time.Duration) func(*world) { return func(w *world) { w.setClock(lcs01, ahead) } }
	answer := func(a facts.SIPAnswer) func(*world) { return func(w *world) { w.answers(lcs01, 5060, a) } }
	return []verdictCase{
		c(checks.Absent, "right", "the clock of the host is the same as that of the domain controller"),
		c(checks.Absent, "as far as Kerberos allows", "5m0s behind that of the domain controller", set(-5*time.Minute)),
		c(checks.Absent, "only the host tells", "the clock of the host is 3s ahead of that", set(3*time.Second), noAnswers),
		c(checks.Absent, "only one answer tells", "the Date with which the TCP listener on port 5060 answered OPTIONS is the same as", noHost, noAnswers, answer(sipAnswer(200, "OK"))),
		c(checks.Absent, "ours is wrong", "the clock of the domain controller is 2h0m0s ahead of ours", func(w *world) {
			w.Directory.Clock = seen("directory", "dc01", facts.Clock{Theirs: noon.Add(2 * time.Hour), Ours: noon})
		}, set(2*time.Hour)),
		c(checks.Undetermined, "nobody tells", "no listener told the time", noHost, noAnswers),
		c(checks.Undetermined, "an answer without Date", "no listener told the time", noHost, noAnswers, answer(with(sipAnswer(200, "OK"), func(a *facts.SIPAnswer) { a.Date = nil }))),
		c(checks.Undetermined, "an answer of another server", "no listener told the time", noHost, noAnswers, answer(with(sipAnswer(401, ""), func(a *facts.SIPAnswer) { a.RedirectedFrom = "sip:lcs02.contoso.com" }))),
		c(checks.Undetermined, "the domain's is not known", "the clock of the host is 20m0s ahead of ours", set(20*time.Minute), func(w *world) { w.Directory.Clock = facts.NotObserved[facts.Clock](hidden) }),
		c(checks.Undetermined, "a host file that is a little ahead", "the clock of the host is at least 2m0s ahead of ours", func(w *world) { w.hostFile(lcs01, 2*time.Minute) }),
		c(checks.Absent, "a host file that is a little ahead, and an answer", "2m0s ahead of that of the domain controller", func(w *world) { w.hostFile(lcs01, 2*time.Minute) }, answer(with(sipAnswer(200, "OK"), func(a *facts.SIPAnswer) {
			date := noon.Add(2 * time.Minute)
			a.Date = &date
		}))),
	}
}
