package ntlm

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Offer is what a WWW-Authenticate or Proxy-Authenticate header of the scheme
// NTLM says, without quotes. What it does not say is empty.
type Offer struct {
	Realm      string
	TargetName string
	Version    int    // 0 when the server names none
	Opaque     string // names the security association; in the second challenge
	GSSAPIData string // the type 2 message in base64; in the second challenge
}

// Protocol returns the version to speak with the server, from [Version2] to
// [Version4].
func (o Offer) Protocol() int { return min(max(o.Version, Version2), Version4) }

// Challenge decodes and parses the type 2 message.
func (o Offer) Challenge() (*Challenge, error) {
	if o.GSSAPIData == "" {
		return nil, fmt.Errorf("%w: gssapi-data is empty", ErrHeader)
	}
	octets, err := base64.StdEncoding.DecodeString(o.GSSAPIData)
	if err != nil {
		return nil, fmt.Errorf("%w: gssapi-data is not base64: %w", ErrHeader, err)
	}
	return ParseChallenge(octets)
}

// Signature is the signature of a request with the values that went into it.
type Signature struct {
	Rand     string // crand: 8 hexadecimal digits, chosen by the client for each request
	Num      string // cnum: counts the requests, from 1
	Response string // of [Session.Sign]
}

// First returns the value of the Authorization header that asks for a type 2
// message. It says nothing about any account.
func First(o Offer) (string, error) {
	h := begin(o)
	h.quoted("targetname", o.TargetName)
	h.quoted("gssapi-data", "")
	h.version(o)
	return h.value()
}

// Third returns the value of the Authorization header that carries the response.
// In [Version4] the request has to be signed, and the header carries the
// signature; in lower versions s is not used.
func Third(o Offer, a *Authenticate, s Signature) (string, error) {
	h := begin(o)
	h.opaque(o)
	h.quoted("targetname", o.TargetName)
	h.version(o)
	h.quoted("gssapi-data", base64.StdEncoding.EncodeToString(a.Message))
	if o.Protocol() >= Version4 {
		h.signature(s)
	}
	return h.value()
}

// Signed returns the value of the Authorization header of a later request, once
// the server has accepted the response.
func Signed(o Offer, s Signature) (string, error) {
	h := begin(o)
	h.opaque(o)
	h.quoted("targetname", o.TargetName)
	h.signature(s)
	return h.value()
}

// header collects the value of a header. The order of the parameters is that of
// Microsoft's clients.
type header struct {
	text strings.Builder
	err  error
}

func begin(o Offer) *header {
	h := &header{}
	h.text.WriteString(`NTLM qop="auth"`)
	h.quoted("realm", o.Realm)
	return h
}

// quoted adds a parameter. A value that would need quoting inside its quotes is
// refused: the server signs values as they stand in the message.
func (h *header) quoted(name, value string) {
	bad := func(r rune) bool { return r < ' ' || r == 0x7F || r == '"' || r == '\\' }
	if h.err == nil && strings.ContainsFunc(value, bad) {
		h.err = fmt.Errorf("%w: %s is %q, which cannot be quoted", ErrHeader, name, value)
	}
	h.text.WriteString(", " + name + `="` + value + `"`)
}

// opaque adds the name of the security association, if the server gave one.
func (h *header) opaque(o Offer) {
	if o.Opaque != "" {
		h.quoted("opaque", o.Opaque)
	}
}

// version repeats the version, if the server named one.
func (h *header) version(o Offer) {
	if o.Version != 0 {
		h.text.WriteString(", version=" + strconv.Itoa(o.Protocol()))
	}
}

func (h *header) signature(s Signature) {
	if h.err == nil && (s.Rand == "" || s.Num == "" || s.Response == "") {
		h.err = fmt.Errorf("%w: the request has to be signed", ErrHeader)
	}
	h.quoted("crand", s.Rand)
	h.quoted("cnum", s.Num)
	h.quoted("response", s.Response)
}

func (h *header) value() (string, error) {
	if h.err != nil {
		return "", h.err
	}
	return h.text.String(), nil
}
