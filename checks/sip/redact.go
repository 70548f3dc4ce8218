package sip

import "strings"

// removed stands where something secret was. It is longer than what may stay,
// and removing it again gives the same.
const removed = "<removed>"

const (
	maxShort  = 8   // characters that give nothing away: srand, snum, an opaque handle
	maxPublic = 256 // characters of a parameter that is no secret
	maxName   = 32  // characters of a scheme or of a parameter's name
)

// public has the parameters that say who asks and how, and are no secret.
var public = map[string]bool{
	"realm": true, "targetname": true, "version": true, "qop": true,
	"algorithm": true, "stale": true, "sts-uri": true, "domain": true,
}

// Redacted returns the challenge without its secrets: gssapi-data, opaque, and
// every other value of more than 8 characters that is not known to be public.
// A password can be guessed offline with what an NTLM exchange carries.
func (c Challenge) Redacted() Challenge {
	out := Challenge{Scheme: c.Scheme, Params: make([]Param, 0, len(c.Params))}
	if !isName(out.Scheme) {
		out.Scheme = removed
	}
	for _, p := range c.Params {
		limit := maxShort
		if public[strings.ToLower(p.Name)] && !revealing(p.Value) {
			limit = maxPublic
		}
		if len(p.Value) > limit {
			p.Value, p.Quoted = removed, p.Name != ""
		}
		if !isName(p.Name) {
			p.Name = removed
		}
		out.Params = append(out.Params, p)
	}
	return out
}

// isName says whether a word can be a name rather than a secret out of place.
func isName(word string) bool {
	return len(word) <= maxName && !strings.Contains(strings.ToLower(word), ntlmssp)
}

// String writes the challenge as it stands in a header, without its secrets as
// [Challenge.Redacted] has it.
func (c Challenge) String() string {
	c = c.Redacted()
	var b strings.Builder
	b.WriteString(c.Scheme)
	for i, p := range c.Params {
		switch {
		case i > 0:
			b.WriteString(", ")
		case c.Scheme != "":
			b.WriteByte(' ')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// GoString keeps the secrets out of %#v too.
func (c Challenge) GoString() string { return "sip.Challenge(" + c.String() + ")" }

// String returns the message as [Redact] gives it.
func (m *Message) String() string { return Redact(string(m.Raw)) }

// Redact returns the text of one message for a report: without its body,
// without the values of Authorization, Proxy-Authorization, Authentication-Info
// and Proxy-Authentication-Info, and with the challenges as [Challenge.String]
// has them. A line that is damaged stays unless it looks like a piece of one of
// these. Continuation lines are joined, and lines end in LF.
func Redact(text string) string {
	text = strings.TrimLeft(text, "\r\n")
	head, body := text, ""
	if end := headEnd([]byte(text)); end < len(text) {
		head, body = text[:end], text[end:]
	}
	start, rest, _ := strings.Cut(head, "\n")
	lines := []string{unlessRevealing(trimEnd(start))}
	secret := false // the last header was one, and a damaged line may belong to it
	for _, line := range unfold(rest) {
		h, ok := splitHeader(line)
		switch {
		case ok && !isName(h.Name):
			line = removed
		case ok:
			secret = isSecret(h.Name)
			line = h.Name + ": " + redactValue(h)
		case secret:
			line = removed
		default:
			line = unlessRevealing(line)
		}
		lines = append(lines, line)
	}
	if strings.Trim(body, "\r\n") != "" {
		lines = append(lines, "", removed)
	}
	return strings.Join(lines, "\n") + "\n"
}

func redactValue(h Header) string {
	switch {
	case sameName(h.Name, "WWW-Authenticate"), sameName(h.Name, "Proxy-Authenticate"):
		var list []string
		for _, c := range ParseChallenges(h.Value) {
			list = append(list, c.String())
		}
		return strings.Join(list, ", ")
	case isSecret(h.Name):
		return removed
	default:
		return unlessRevealing(h.Value)
	}
}

// isSecret says whether the value of a header, or a damaged line below it, may
// be a secret. Of a challenge redactValue shows what is none.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "authorization") || strings.Contains(name, "authenticat")
}

func unlessRevealing(text string) string {
	if revealing(text) {
		return removed
	}
	return text
}

// revealing says whether a text that should hold no secret does nevertheless: a
// log may have lost the ends of its lines, or carry one under another name.
func revealing(text string) bool {
	low := blanks.Replace(strings.ToLower(text))
	for _, secret := range []string{"authorization:", "authentication-info:", "gssapi-data", "rspauth", ntlmssp} {
		if strings.Contains(low, secret) {
			return true
		}
	}
	return false
}

// ntlmssp is how every NTLM message begins (MS-NLMP, section 2.2.1), in base64
// and in lower case.
const ntlmssp = "tlrmtvnt"

var blanks = strings.NewReplacer(" ", "", "\t", "")
