package wire

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire/ntlm"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// attemptNTLM is what the answer to a challenge is made of.
type attemptNTLM struct {
	offer     ntlm.Offer
	challenge *ntlm.Challenge
	header    string
	date      *time.Time // the server's clock, if it told it
}

// attempt sends the credentials, once, and signs out again if that succeeds.
func (s *signIn) attempt(ctx context.Context, a attemptNTLM) (*facts.SIPAnswer, error) {
	response, err := s.respond(ctx, a)
	if err != nil {
		return nil, err
	}
	defer response.Session.Wipe()
	signer := signer{session: response.Session, offer: a.offer}

	request := s.register(signInSeconds)
	var signature ntlm.Signature
	if a.offer.Protocol() >= ntlm.Version4 {
		if signature, err = signer.sign(request); err != nil {
			return nil, s.badOffer(err)
		}
	}
	third, err := ntlm.Third(a.offer, response, signature)
	if err != nil {
		return nil, s.badOffer(err)
	}
	s.out.Attempted = true // from here on the server may count it, whatever it answers
	r, final, err := s.step(ctx, facts.SignInRespond, s.with(request, a.header, third))
	if err != nil {
		return nil, err
	}
	s.out.ServerProof = signer.proof(r.Message)
	if !accepted(r) {
		return final, nil
	}
	away := s.register(0)
	if signature, err = signer.sign(away); err == nil {
		var value string
		if value, err = ntlm.Signed(a.offer, signature); err == nil {
			s.leave(ctx, s.with(away, a.header, value))
			return final, nil
		}
	}
	s.out.Left = "its removal could not be signed: " + err.Error()
	return final, nil
}

// respond computes the answer to a challenge. By the server's clock, since LCS
// gives no time in the challenge and ours may be far off.
func (s *signIn) respond(ctx context.Context, a attemptNTLM) (*ntlm.Authenticate, error) {
	password, err := s.user.Password(ctx)
	if err != nil {
		return nil, collect.Fail(facts.Missing, "look at probe.password", "the password of %s: %w", s.out.Account, err)
	}
	secret := ntlm.Password(password)
	defer secret.Wipe()
	options := ntlm.Options{Workstation: s.user.Workstation}
	if a.date != nil {
		options.Now = func() time.Time { return *a.date }
	}
	response, err := ntlm.Respond(a.challenge, ntlm.Credentials{Domain: s.user.Domain, User: s.user.User, Password: secret}, options)
	switch _, isRefused := errors.AsType[*ntlm.RefusedError](err); {
	case err == nil:
		return response, nil
	case isRefused:
		return nil, s.badOffer(err)
	case errors.Is(err, ntlm.ErrCredentials):
		return nil, collect.Fail(facts.Missing, "look at probe.account and probe.password", "%w", err)
	}
	return nil, collect.Fail(facts.Internal, "", "answer the NTLM challenge of %s: %w", s.conn.address, err)
}

// signer signs requests and verifies responses with the keys of a session.
type signer struct {
	session *ntlm.Session
	offer   ntlm.Offer
	signed  int // how many requests were
}

func (g *signer) sign(r sip.Request) (ntlm.Signature, error) {
	var octets [4]byte
	if _, err := rand.Read(octets[:]); err != nil {
		return ntlm.Signature{}, err
	}
	g.signed++
	s := ntlm.Signature{Rand: hex.EncodeToString(octets[:]), Num: strconv.Itoa(g.signed)}
	fields := ntlm.Fields{
		Rand: s.Rand, Num: s.Num, Realm: g.offer.Realm, TargetName: g.offer.TargetName,
		CallID: r.Dialog.CallID, CSeq: strconv.FormatUint(uint64(r.Sequence), 10), Method: r.Method,
		FromURI: r.From, FromTag: r.Dialog.Tag, ToURI: r.To,
	}
	if r.Expires != nil {
		fields.Expires = strconv.FormatInt(*r.Expires, 10)
	}
	var err error
	s.Response, err = g.session.Sign(ntlm.SignatureBuffer(g.offer.Protocol(), fields))
	return s, err
}

// proof verifies the signature of a response.
func (g *signer) proof(m *sip.Message) facts.Proof {
	for _, info := range m.AuthenticationInfo() {
		rspauth := info.Get("rspauth")
		if !strings.EqualFold(info.Scheme, "NTLM") || rspauth == "" {
			continue
		}
		from, _ := m.From()
		to, _ := m.To()
		number, method, _ := strings.Cut(m.Get("CSeq"), " ")
		fields := ntlm.Fields{
			Rand: info.Get("srand"), Num: info.Get("snum"), Realm: info.Realm(), TargetName: info.TargetName(),
			CallID: m.CallID(), CSeq: number, Method: strings.TrimSpace(method),
			FromURI: from.URI, FromTag: from.Tag(), ToURI: to.URI, ToTag: to.Tag(),
			Expires: m.Get("Expires"), Status: m.Code,
		}
		fields.SIP, fields.Tel = asserted(m)
		if g.session.Verify(ntlm.SignatureBuffer(g.offer.Protocol(), fields), rspauth) != nil {
			return facts.Forged
		}
		return facts.Verified
	}
	return facts.Unsigned
}

// asserted returns the identities of P-Asserted-Identity (RFC 3325, section
// 9.1), which later versions of the protocol sign.
func asserted(m *sip.Message) (sipURI, telURI string) {
	for _, value := range m.Values("P-Asserted-Identity") {
		for part := range strings.SplitSeq(value, "<") {
			uri, _, ok := strings.Cut(part, ">")
			switch scheme, _, _ := strings.Cut(uri, ":"); {
			case ok && strings.EqualFold(scheme, "sip"):
				sipURI = uri
			case ok && strings.EqualFold(scheme, "tel"):
				telURI = uri
			}
		}
	}
	return sipURI, telURI
}
