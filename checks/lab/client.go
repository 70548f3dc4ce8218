package lab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip"
)

// symptom is how a client sees a fault.
type symptom struct {
	code   int    // of the answer; 0: there is none
	phrase string // as the articles have it; empty: that of RFC 3261
	server string // short name of the server that the client asks; empty: the user's home server
	invite bool   // it is an invitation that is left pending, as in KB 834477
	victim func(*forest, *user) bool
}

// How faults of users are told: by what the server answers, or what was
// planted.
func answers(code int) func(*forest, *user) bool {
	return func(_ *forest, u *user) bool { return u.server.signIn(u) == code }
}

const viaPhrase = "Missing correct VIA header"

// symptoms are those of the articles, by the fault's id. Two phrases are KB
// 871023's own; the first line of its example of 504 is one of them.
var symptoms = map[string]symptom{
	none:                            {code: 200, phrase: "OK"},
	"server-service-stopped":        {server: lcs01},
	"no-tls-listener":               {code: 400, phrase: "Invalid Contact information", server: fe01},
	"mtls-not-configured":           {code: 400, phrase: viaPhrase, server: lcs02},
	"root-ca-in-user-store":         {code: 400, phrase: viaPhrase, server: fe01},
	"user-sid-invalid":              {code: 403, victim: answers(403)},
	"stale-user-entry":              {code: 403, victim: answers(403)},
	"sip-domain-not-listed":         {code: 404, victim: func(_ *forest, u *user) bool { return strings.HasSuffix(u.uri, "@emea.contoso.com") }},
	"user-not-enabled":              {code: 404, victim: func(_ *forest, u *user) bool { return !u.enabled }},
	"signin-name-mismatch":          {code: 404, victim: heldTwice},
	"user-missing-from-database":    {code: 404, victim: answers(404)},
	"user-entry-damaged":            {code: 404, victim: func(f *forest, u *user) bool { return f.taken[u] }},
	"directory-connector-errors":    {code: 404, server: lcs02},
	"messenger-on-server":           {code: 405, server: lcs01},
	"user-being-moved":              {code: 480, victim: answers(480)},
	"sql-service-stopped":           {code: 503, server: lcs02},
	"outbound-certificate-missing":  {code: 504, phrase: "Cannot locate the next server", server: fe01},
	"static-route-invalid":          {code: 504, server: lcs01},
	"pstn-trust-on-client-server":   {server: lcs01, invite: true},
	"clock-skew":                    {code: 401, server: fe01},
	"dns-records-wrong":             {server: fe01},
	"certificate-expiring":          {code: 504, server: lcs01},
	"certificate-renewed-in-place":  {server: lcs01},
	"client-authentication-missing": {code: 504, server: lcs02},
	"certificate-name-mismatch":     {code: 504, server: lcs02},
	"ca-list-too-long":              {code: 400, phrase: viaPhrase, server: lcs02},
}

func heldTwice(f *forest, u *user) bool {
	return slices.ContainsFunc(f.users, func(other *user) bool { return other != u && other.uri == u.uri && u.uri != "" })
}

// ClientLog is what a client wrote down, whom a fault keeps from signing in.
type ClientLog struct {
	Exchanges []clientlog.Exchange
	User      string // URI
	Server    string // FQDN of the one that the client asked
	Code      int    // at the end; 0: no answer
	Signed    bool   // the client really talked to the lab; else the exchange is made up, with the article's code
}

// ClientLog lets a user sign in whom a fault keeps from it, or "none" keeps from
// nothing, and returns what his client writes down. Where the lab's servers
// would not answer as the article has it, nobody is asked and the exchange is
// made up.
func (l *Lab) ClientLog(ctx context.Context, fault string) (*ClientLog, error) {
	what, ok := symptoms[fault]
	if !ok {
		return nil, fmt.Errorf("a client's log of %s: a client does not see it", fault)
	}
	u, s := l.forest.client(what)
	if u == nil {
		return nil, fmt.Errorf("a client's log of %s: it concerns no user of the lab", fault)
	}
	out := &ClientLog{User: u.uri, Server: s.fqdn, Code: what.code}
	if l.forest.would(u, s) != what.code || what.code == 0 {
		out.Exchanges = l.pretend(what, u, s)
		return out, nil
	}
	var err error
	out.Exchanges, err = l.signIn(ctx, u, s)
	out.Signed = true
	return out, err
}

// client is the user whom a symptom is shown by, and the server that his client
// asks.
func (f *forest) client(what symptom) (*user, *server) {
	for _, u := range f.users {
		s := u.server
		if what.server != "" {
			s = f.server(what.server)
		}
		switch {
		case what.victim != nil && (!f.taken[u] || !what.victim(f, u)):
		case what.victim == nil && (f.taken[u] || s.database != nil && u.server != s || strings.ContainsAny(u.account, `'\`)):
		default:
			return u, s
		}
	}
	return nil, nil
}

// would is what a server answers a user in the end, or 0 if it does not answer
// as one.
func (f *forest) would(u *user, s *server) int {
	l := s.listener(facts.TCP)
	switch {
	case !l.open():
		return 0
	case l.holder != "":
		return 405
	case s.database == nil:
		return 0
	}
	return cmp.Or(s.signIn(u), 200)
}

// signIn signs in over the wire.
func (l *Lab) signIn(ctx context.Context, u *user, s *server) ([]clientlog.Exchange, error) {
	var tap clientlog.Tap
	source := wire.New(wire.Config{Dial: tap.Dial, ProbeUser: &wire.ProbeUser{
		URI: u.uri, Domain: u.domain.netbios, User: u.account,
		Password: func(context.Context) (string, error) { return l.password.user, nil },
		Server:   wire.Target{Host: s.fqdn, Port: s.listener(facts.TCP).port, Transport: facts.TCP, Address: s.address},
	}})
	var d facts.Deployment
	if err := new(collect.Runner).Run(ctx, &d, []collect.Source{source}); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", u.uri, err)
	}
	log := tap.Log()
	if len(log) == 0 {
		return nil, fmt.Errorf("sign in as %s: nothing was said", u.uri)
	}
	return log, nil
}

// pretend makes up what a client and its server would say.
func (l *Lab) pretend(what symptom, u *user, s *server) []clientlog.Exchange {
	c := clientlog.NewClient()
	c.Now, c.Zone, c.Skew = time.Now().UTC(), 0, -s.clock
	c.User, c.Server = u.uri, s.fqdn
	if tcp := s.listener(facts.TCP); tcp != nil {
		c.Peer, c.Local = at(s.address, tcp.port), at(loopback, 7519)
	}
	phrase := cmp.Or(what.phrase, sip.Phrase(what.code))
	switch {
	case what.invite:
		c.SignIn(200, "OK")
		c.Begin("31cc1ab5b6a443ed8d5e7a8b0c9d4f10")
		c.Invite("sip:" + l.forest.other(u).address())
		c.Answer(100, "Trying")
		c.Wait(4 * time.Minute)
		c.Begin("8ae1f6c2d7b34c0f9a6e5d4c3b2a1908")
		c.Say(true, "OPTIONS "+u.uri+" SIP/2.0", "1 OPTIONS", nil, "")
	case what.code == 0:
		c.Register("")
		c.Wait(40 * time.Second)
		c.Begin("c0a8f6c2d7b34c0f9a6e5d4c3b2a1908")
		c.Register("")
		c.Wait(40 * time.Second)
		c.Say(true, "OPTIONS "+u.uri+" SIP/2.0", "9 OPTIONS", nil, "")
	default:
		c.SignIn(what.code, phrase)
		c.Wait(time.Minute)
		c.Say(true, "OPTIONS "+u.uri+" SIP/2.0", "9 OPTIONS", nil, "")
	}
	return c.Log
}

// other is somebody else.
func (f *forest) other(u *user) *user {
	for _, o := range f.users {
		if o != u && o.server == u.server {
			return o
		}
	}
	return u
}
