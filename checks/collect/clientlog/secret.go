package clientlog

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

// removed stands where something was that could be a secret.
const removed = "<removed>"

// traits are what secrets have, in small letters and without blanks: the names
// of the parameters that carry them, and how every NTLM message begins (MS-NLMP,
// section 2.2.1), in base64.
var traits = [][]byte{
	[]byte("authorization:"), []byte("authentication-info:"), []byte("gssapi-data"), []byte("rspauth"),
	[]byte("response="), []byte(`opaque="`), []byte("tlrmtvnt"), []byte("ntlmssp"),
}

// revealing says whether a text that should hold no secret does nevertheless.
// Line ends may have been lost, or a secret come under another name.
func revealing(b []byte) bool {
	var space [2 << 10]byte
	low := space[:0]
	for _, c := range b {
		switch {
		case isBlank(c):
			continue
		case 'A' <= c && c <= 'Z':
			c |= 0x20
		}
		low = append(low, c)
	}
	for _, trait := range traits {
		if bytes.Contains(low, trait) {
			return true
		}
	}
	return false
}

// public returns a text, unless it is revealing.
func public(s string) string {
	if revealing([]byte(s)) {
		return removed
	}
	return s
}

// text makes a string of octets from a file: UTF-8, or else Windows-1252.
func text(b []byte) string {
	if !utf8.Valid(b) {
		if decoded, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			return string(decoded)
		}
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// clip cuts octets, not within a character of UTF-8.
func clip(b []byte, most int) []byte {
	if len(b) <= most {
		return b
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(b[end]) {
		end--
	}
	return b[:end]
}

// schemes have the names of authentication schemes. Another one may be a secret
// out of place.
var schemes = []string{"NTLM", "Kerberos", "TLS-DSK", "Digest", "Negotiate", "Basic"}

func scheme(name string) string {
	for _, known := range schemes {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return ""
}

// judge says what the value of Authorization or Proxy-Authorization is.
func judge(value string) (trace.Credentials, string) {
	list := sip.ParseChallenges(value)
	if len(list) == 0 || scheme(list[0].Scheme) == "" {
		return trace.Hidden, ""
	}
	c, name := list[0], scheme(list[0].Scheme)
	data, hasData := param(c, "gssapi-data")
	response, hasResponse := param(c, "response")
	token, hasToken := param(c, "")
	switch {
	case hasData && data == "":
		return trace.Opening, name
	case hasData && isHidden(data), !hasData && hasResponse && isHidden(response), hasToken && isHidden(token):
		return trace.Hidden, name
	case hasData, hasToken, hasResponse && name == "Digest":
		return trace.Proof, name
	case hasResponse:
		return trace.Signed, name
	default:
		return trace.Hidden, name
	}
}

// rank orders credentials by how much they say: a request may carry those of a
// proxy beside those of the server.
var rank = map[trace.Credentials]int{trace.Opening: 1, trace.Hidden: 2, trace.Signed: 3, trace.Proof: 4}

func param(c sip.Challenge, name string) (value string, ok bool) {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// isHidden says whether somebody put something in the place of a secret:
// neither base64 nor hexadecimal has these.
func isHidden(value string) bool { return value == "" || strings.ContainsAny(value, "<>*.[]() ") }

// shownParams are the parameters of a challenge that stay.
var shownParams = []string{"realm", "targetname", "version", "qop", "algorithm", "stale"}

// shown returns a challenge header without what is no public parameter, and
// whether it goes on with an authentication that has begun.
func shown(value string) (left string, continues bool) {
	var all []string
	for _, c := range sip.ParseChallenges(value) {
		data, hasData := param(c, "gssapi-data")
		stale, _ := param(c, "stale")
		continues = continues || hasData && data != "" || strings.EqualFold(stale, "true")
		if c.Scheme = scheme(c.Scheme); c.Scheme == "" {
			continue
		}
		c.Params = slices.DeleteFunc(c.Redacted().Params, func(p sip.Param) bool {
			return !slices.Contains(shownParams, strings.ToLower(p.Name)) || revealing([]byte(p.Value))
		})
		all = append(all, c.String())
	}
	return strings.Join(all, ", "), continues
}
