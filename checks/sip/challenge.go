package sip

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Challenge is what a server asks for in WWW-Authenticate or
// Proxy-Authenticate, or tells in Authentication-Info (RFC 3261, section 22;
// MS-SIPAE, section 2.2). The credentials that a client sends are of the same
// form.
type Challenge struct {
	Scheme string  // NTLM, Kerberos, TLS-DSK, Digest; "" if parameters came without one
	Params []Param // in their order, the unknown ones too; one without a name is the token of schemes such as Negotiate
}

// Get returns the value of a parameter, or "".
func (c Challenge) Get(name string) string { return get(c.Params, name) }

// Realm returns the realm. That of LCS is "SIP Communications Service".
func (c Challenge) Realm() string { return c.Get("realm") }

// TargetName returns whom the client is to authenticate to: the server's FQDN
// for NTLM, its service principal name (sip/FQDN) for Kerberos.
func (c Challenge) TargetName() string { return c.Get("targetname") }

// Opaque returns the handle by which the server finds the security association.
func (c Challenge) Opaque() string { return c.Get("opaque") }

// QOP returns the quality of protection: "auth".
func (c Challenge) QOP() string { return c.Get("qop") }

// Version returns the version of the authentication protocol. LCS sends none,
// which is not ok here, and means 2.
func (c Challenge) Version() (version int, ok bool) {
	n, err := strconv.Atoi(c.Get("version"))
	return n, err == nil
}

// GSSAPIData returns the decoded gssapi-data: for NTLM a message of MS-NLMP,
// section 2.2.1. It is a secret. It is nil without the parameter, and empty, not
// nil, if the parameter is.
func (c Challenge) GSSAPIData() ([]byte, error) {
	if !has(c.Params, "gssapi-data") {
		return nil, nil
	}
	return base64.StdEncoding.DecodeString(c.Get("gssapi-data"))
}

// Challenges returns what WWW-Authenticate and Proxy-Authenticate ask for, in
// their order: a client may answer any of them.
func (m *Message) Challenges() (list []Challenge) {
	for _, h := range m.Headers {
		if sameName(h.Name, "WWW-Authenticate") || sameName(h.Name, "Proxy-Authenticate") {
			list = append(list, ParseChallenges(h.Value)...)
		}
	}
	return list
}

// AuthenticationInfo returns how the server authenticated itself.
func (m *Message) AuthenticationInfo() (list []Challenge) {
	for _, h := range m.Headers {
		if sameName(h.Name, "Authentication-Info") || sameName(h.Name, "Proxy-Authentication-Info") {
			list = append(list, ParseChallenges(h.Value)...)
		}
	}
	return list
}

// ParseChallenges reads the value of one header. Several challenges may stand
// in it, separated by commas as their parameters are; a comma that is missing
// between parameters is let pass. What is neither scheme nor parameter is
// skipped.
func ParseChallenges(value string) (list []Challenge) {
	s := scanner{text: value}
	fresh := true // at the beginning or behind a comma, where a scheme may stand
	for {
		s.blanks()
		if s.peek() == ',' {
			s.at++
			fresh = true
			continue
		}
		if s.at == len(s.text) {
			return list
		}
		word := s.token()
		s.blanks()
		switch {
		case word != "" && s.peek() == '=':
			s.at++
			if len(list) == 0 {
				list = append(list, Challenge{})
			}
			c := &list[len(list)-1]
			c.Params = append(c.Params, s.value(word))
		case word != "" && fresh:
			c := Challenge{Scheme: word}
			if token, ok := s.token68(); ok {
				c.Params = append(c.Params, Param{Value: token})
			}
			list = append(list, c)
		default: // between here and the next comma is nothing to make sense of
			s.word(",")
		}
		fresh = false
	}
}

// value reads what stands behind the name and equals sign of a parameter.
func (s *scanner) value(name string) Param {
	s.blanks()
	if value, ok := s.quoted(); ok {
		return Param{name, value, true}
	}
	value := strings.Trim(s.word(", \t"), `"`)
	return Param{name, value, value == ""}
}

// token68 reads the single value of schemes that have no parameters (RFC 9110,
// section 11.2). If there is none it stays where it is.
func (s *scanner) token68() (string, bool) {
	from := s.at
	word := s.word(", \t")
	s.blanks()
	body := strings.TrimRight(word, "=")
	ok := body != "" && (s.at == len(s.text) || s.peek() == ',')
	for i := range len(body) {
		c := body[i]
		ok = ok && (isLetter(c) || isDigit(c) || strings.IndexByte("-._~+/", c) >= 0)
	}
	if !ok {
		s.at = from
		return "", false
	}
	return word, true
}
