package wire

import (
	"context"
	"fmt"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire/ntlm"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// ProbeUser is the user as whom a sign-in is tried, with NTLM.
type ProbeUser struct {
	URI string // SIP URI; one without a scheme is a sip URI
	// Domain is the NetBIOS name of the account's domain, or its DNS name. It
	// is empty when User is a user principal name.
	Domain, User string
	// Password is asked for when the server's challenge is there, and not
	// before. What it returns appears in no fact and no error.
	Password func(ctx context.Context) (string, error)
	// Server is asked first: the user's home server, or one that redirects to
	// it. MTLS is the same as TLS.
	Server Target
	// Workstation is the NetBIOS name that the server logs; may be empty.
	Workstation string
}

// signInSeconds is how long the registration of a sign-in lasts if it cannot be
// removed again.
const signInSeconds = 300

// signIn is one attempt to sign in. Credentials go out once, to a server that
// has challenged for them, and never again, whatever becomes of them.
type signIn struct {
	*dialogue
	user *ProbeUser
	out  facts.SignInProbe
}

func newSignIn(u *ProbeUser) facts.SignInProbe {
	account := u.User
	if u.Domain != "" {
		account = u.Domain + `\` + u.User
	}
	t := u.Server
	return facts.SignInProbe{URI: u.URI, Account: account, Host: t.Host, Port: t.Port, Transport: t.Transport}
}

func unobservedSignIn(u *ProbeUser, why facts.Unknown) facts.SignInProbe {
	out := newSignIn(u)
	out.Final = facts.NotObserved[facts.SIPAnswer](why)
	return out
}

// signIn tries to sign in as a user.
func (p *prober) signIn(ctx context.Context, u *ProbeUser) facts.SignInProbe {
	s := &signIn{user: u, out: newSignIn(u)}
	final, err := s.run(ctx, p)
	if err != nil {
		s.out.Final = facts.NotObserved[facts.SIPAnswer](p.reason(fmt.Errorf("sign in as %s: %w", u.URI, err)))
	} else {
		s.out.Final = facts.Observed(*final, p.session.Origin())
	}
	return s.out
}

// run asks the server, and the one that it redirects to.
func (s *signIn) run(ctx context.Context, p *prober) (*facts.SIPAnswer, error) {
	t := s.user.Server
	addresses := []string{t.Address}
	if t.Address == "" {
		var err error
		if addresses, err = p.resolver.host(ctx, t.Host); err != nil {
			return nil, err
		}
		if len(addresses) == 0 {
			return nil, collect.Fail(facts.Missing, "", "%s has no address in the DNS", t.Host)
		}
	}
	c, err := p.reach(ctx, t, addresses)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // the server ends what is left
	if s.dialogue, err = p.newDialogue(c, s.user.URI); err != nil {
		return nil, err
	}
	final, moved, err := s.converse(ctx)
	if err != nil || moved == nil {
		return final, err
	}
	next, to, contact, err := p.follow(ctx, t, moved)
	if err != nil || next == nil {
		return final, err // a redirection that leads nowhere is the answer
	}
	defer func() { _ = next.Close() }() // the server ends what is left
	if t.Transport != facts.TCP && to.Transport == facts.TCP {
		return final, collect.Fail(facts.Protocol, "", "%s:%d redirects from TLS to %s, without TLS: credentials do not go there", t.Host, t.Port, contact)
	}
	s.conn = next
	if final, _, err = s.converse(ctx); final != nil {
		final.RedirectedFrom = text(contact)
	}
	return final, err
}

// converse goes through the registration with one server. A redirection before
// the credentials were sent is returned as well as its answer.
func (s *signIn) converse(ctx context.Context) (final *facts.SIPAnswer, moved *sip.Message, err error) {
	r, final, err := s.step(ctx, facts.SignInAsk, s.register(signInSeconds))
	if err != nil || !unauthorized(r) {
		return s.unchallenged(ctx, r, final, err)
	}
	offer, ok := offerOf(r)
	if !ok {
		return nil, nil, collect.Fail(facts.NotAsked, "", "%s asks for %s, and lcshealth signs in with NTLM alone", s.conn.address, schemes(r))
	}
	header := authorization(r)
	first, err := ntlm.First(offer)
	if err != nil {
		return nil, nil, s.badOffer(err)
	}
	date, hasDate := r.Date()
	r, final, err = s.step(ctx, facts.SignInChallenge, s.with(s.register(signInSeconds), header, first))
	if err != nil || !unauthorized(r) {
		return s.unchallenged(ctx, r, final, err)
	}
	if offer, ok = offerOf(r); !ok || offer.GSSAPIData == "" {
		return nil, nil, collect.Fail(facts.Protocol, "", "%s sent no NTLM challenge when it was asked for one", s.conn.address)
	}
	challenge, err := offer.Challenge()
	if err != nil {
		return nil, nil, s.badOffer(err)
	}
	s.name(challenge)
	if later, ok := r.Date(); ok {
		date, hasDate = later, true
	}
	a := attemptNTLM{offer: offer, challenge: challenge, header: header}
	if hasDate {
		a.date = &date
	}
	final, err = s.attempt(ctx, a)
	return final, nil, err
}

// unchallenged returns an answer that asks for no credentials.
func (s *signIn) unchallenged(ctx context.Context, r *reply, final *facts.SIPAnswer, err error) (*facts.SIPAnswer, *sip.Message, error) {
	switch {
	case err != nil:
		return nil, nil, err
	case redirects(r.Message):
		return final, r.Message, nil
	case accepted(r):
		s.leave(ctx, s.register(0)) // it took him at his word
	}
	return final, nil, nil
}

// step sends a request and notes the answer.
func (s *signIn) step(ctx context.Context, kind facts.SignInKind, request sip.Request) (*reply, *facts.SIPAnswer, error) {
	r, err := s.ask(ctx, request)
	if err != nil {
		return nil, nil, err
	}
	shown := *r
	shown.Message = withoutSecrets(r.Message)
	answer := s.p.answer(s.conn, &shown)
	s.out.Steps = append(s.out.Steps, facts.SignInStep{Kind: kind, Server: s.conn.address, Answer: answer})
	return r, &answer, nil
}

// leave removes what was registered.
func (s *signIn) leave(ctx context.Context, request sip.Request) {
	r, _, err := s.step(ctx, facts.SignInDeregister, request)
	switch {
	case err != nil:
		s.out.Left = "it was not removed: " + err.Error()
	case !accepted(r):
		s.out.Left = fmt.Sprintf("the server answered its removal with %d", r.Code)
	}
}

// with adds credentials to a request.
func (s *signIn) with(r sip.Request, header, value string) sip.Request {
	r.Extra = append(r.Extra, sip.Header{Name: header, Value: value})
	return r
}

func (s *signIn) badOffer(err error) error {
	return collect.Fail(facts.Protocol, "", "the NTLM challenge of %s: %w", s.conn.address, err)
}

func (s *signIn) name(c *ntlm.Challenge) {
	names := facts.NTLMNames{TargetName: c.TargetName}
	if i := c.TargetInfo; i != nil {
		names.NetBIOSDomain, names.NetBIOSComputer = i.NetBIOSDomain, i.NetBIOSComputer
		names.DNSDomain, names.DNSComputer, names.DNSForest = i.DNSDomain, i.DNSComputer, i.DNSForest
	}
	s.out.Names = &names
}

func accepted(r *reply) bool { return r.Code >= 200 && r.Code < 300 }

func unauthorized(r *reply) bool { return r.Code == 401 || r.Code == 407 }

// authorization is the header that answers the challenge of a response.
func authorization(r *reply) string {
	if r.Code == 407 {
		return "Proxy-Authorization"
	}
	return "Authorization"
}

// offerOf returns the first offer of NTLM, or one that carries a challenge.
func offerOf(r *reply) (offer ntlm.Offer, ok bool) {
	for _, c := range r.Challenges() {
		if !strings.EqualFold(c.Scheme, "NTLM") || ok && c.Get("gssapi-data") == "" {
			continue
		}
		version, _ := c.Version()
		offer, ok = ntlm.Offer{
			Realm: c.Realm(), TargetName: c.TargetName(), Version: version, Opaque: c.Opaque(), GSSAPIData: c.Get("gssapi-data"),
		}, true
	}
	return offer, ok
}

// schemes names what a server offers to sign in with.
func schemes(r *reply) string {
	var names []string
	for _, c := range r.Challenges() {
		names = append(names, text(c.Scheme))
	}
	if len(names) == 0 {
		return "credentials of no known kind"
	}
	return strings.Join(names, " and ")
}
