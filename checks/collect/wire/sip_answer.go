package wire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lcshealth/checks/facts"
	"lcshealth/checks/sip"

	"golang.org/x/text/encoding/charmap"
)

// answer turns a final response into a fact.
func (p *prober) answer(c *sipConn, r *reply) facts.SIPAnswer {
	a := facts.SIPAnswer{
		Code: r.Code, Reason: text(r.Reason), Provisional: r.provisional,
		Server: text(r.Get("Server")), UserAgent: text(r.Get("User-Agent")), Allow: text(strings.Join(r.Values("Allow"), ", ")),
		Warnings: texts(r.Values("Warning")), Diagnostics: texts(r.Values("ms-diagnostics")),
		Received: p.session.Now(), Transport: c.transport, Milliseconds: r.took.Milliseconds(), Damaged: len(r.Damaged),
	}
	if r.cut {
		a.Damaged++
	}
	for _, offered := range r.Challenges() {
		challenge := facts.SIPChallenge{
			Scheme: text(offered.Scheme), Realm: text(offered.Realm()), TargetName: text(offered.TargetName()),
		}
		if version, ok := offered.Version(); ok {
			challenge.Version = version
		}
		a.Challenges = append(a.Challenges, challenge)
	}
	if date, ok := r.Date(); ok {
		a.Date = &date
	}
	if redirects(r.Message) {
		a.Contact = text(strings.Join(r.Values("Contact"), ", "))
	}
	return a
}

// withoutSecrets returns a response in which nothing is left of what an
// exchange of credentials carries, should the server repeat it.
func withoutSecrets(m *sip.Message) *sip.Message {
	shown := m.String()
	if clean, err := sip.Parse([]byte(shown)); err == nil {
		return clean
	}
	_, headers, _ := strings.Cut(shown, "\n") // the reason was the secret
	clean, err := sip.Parse(fmt.Appendf(nil, "SIP/2.0 %d\n%s", m.Code, headers))
	if err != nil {
		return &sip.Message{Code: m.Code}
	}
	return clean
}

// text returns a text of a message as UTF-8. What is none was written in the
// code page of Western Windows most likely.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if decoded, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
		return decoded
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func texts(list []string) (out []string) {
	for _, s := range list {
		out = append(out, text(s))
	}
	return out
}
