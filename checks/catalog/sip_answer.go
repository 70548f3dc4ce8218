package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// sipAnswer is what a listener of a server answered to a request.
type sipAnswer struct {
	facts.SIPAnswer

	what string // "the TLS listener on port 5061 answered OPTIONS"
	from facts.Origin
}

// sipAnswers are what the listeners of a server answered themselves, by
// transport and port: a redirection that was followed leads to the answer of
// another server. They show who listens, and never decide a cause that the host
// itself can decide.
func sipAnswers(d *facts.Deployment, s *facts.Server) (out []sipAnswer) {
	var own []*facts.Endpoint
	for _, e := range d.Wire.Endpoints {
		if strings.EqualFold(e.Host, s.FQDN) {
			own = append(own, e)
		}
	}
	slices.SortFunc(own, func(a, b *facts.Endpoint) int {
		return cmp.Or(cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Port, b.Port))
	})
	for _, e := range own {
		listener := describeListener(facts.Listener{Port: e.Port, Transport: e.Transport})
		for _, asked := range []struct {
			request string
			answer  facts.Value[facts.SIPAnswer]
		}{{"OPTIONS", e.Options}, {"REGISTER", e.Register}} {
			if answer, why := asked.answer.Get(); why == nil && answer.RedirectedFrom == "" {
				out = append(out, sipAnswer{answer, listener + " answered " + asked.request, asked.answer.Origin()})
			}
		}
	}
	return out
}

// saw is the answer as evidence.
func (a sipAnswer) saw(expected string) checks.Evidence {
	text := fmt.Sprintf("%s with %d", a.what, a.Code)
	if a.Reason != "" {
		text += " " + a.Reason
	}
	if who := cmp.Or(a.Server, a.UserAgent); who != "" {
		text += " of " + who
	}
	return checks.Saw(a.from, text, expected)
}

// answeredWith are the answers of a server that bear a code, as evidence that
// supports what other facts show.
func answeredWith(d *facts.Deployment, s *facts.Server, code int) (out []checks.Evidence) {
	for _, a := range sipAnswers(d, s) {
		if a.Code == code {
			out = append(out, a.saw("no "+fmt.Sprint(code)))
		}
	}
	return out
}

// clientPrograms are parts of what clients call themselves in User-Agent:
// "Windows RTC/1.1.2600" ([MS-SIP], section 4.2) is the stack of Windows
// Messenger, UCCP that of Communicator 2007. Servers call themselves RTC too,
// but in the header Server.
var clientPrograms = []string{"messenger", "communicator", "windows rtc", "rtc/", "lcc/", "uccp/", "uccapi/"}

// ofClient reports whether it was a client that answered, and not a server.
func (a sipAnswer) ofClient() bool {
	program := strings.ToLower(a.UserAgent)
	return a.Server == "" && slices.ContainsFunc(clientPrograms, func(part string) bool { return strings.Contains(program, part) })
}

// ofServer reports whether Live Communications Server itself answered.
func (a sipAnswer) ofServer() bool {
	return strings.HasPrefix(strings.ToLower(a.Server), "rtc/") && a.UserAgent == ""
}
