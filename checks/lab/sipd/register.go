package sipd

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks/collect/wire/ntlm"
	"lcshealth/checks/sip"
)

// realm is that of every Live Communications Server.
const realm = "SIP Communications Service"

// lifetime is how many seconds a registration lasts that asks for no time.
const lifetime = "7200"

// register answers a REGISTER.
func (c *conn) register(m *sip.Message) (*response, Step) {
	credentials, ok := c.credentials(m)
	if !ok {
		return c.challenge(), Anonymous
	}
	data, err := credentials.GSSAPIData()
	a := c.associations[credentials.Opaque()]
	switch {
	case err != nil:
		return c.challenge(), Misguided
	case data != nil && len(data) == 0 && credentials.Opaque() == "":
		return c.begin(), First
	case len(data) > 0 && a != nil && a.keys == nil:
		return c.attempt(m, credentials, a, data), Attempt
	case data == nil && a != nil && a.keys != nil:
		return c.signed(m, credentials, a), Signed
	}
	return c.challenge(), Misguided
}

// credentials returns those of NTLM that a request carries.
func (c *conn) credentials(m *sip.Message) (sip.Challenge, bool) {
	name := "Authorization"
	if c.cfg.Proxy {
		name = "Proxy-Authorization"
	}
	for _, value := range m.Values(name) {
		for _, credentials := range sip.ParseChallenges(value) {
			if strings.EqualFold(credentials.Scheme, "NTLM") {
				return credentials, true
			}
		}
	}
	return sip.Challenge{}, false
}

// challenge asks for credentials.
func (c *conn) challenge() *response {
	r := c.unauthorized()
	for _, scheme := range c.cfg.Schemes {
		target := c.cfg.FQDN
		if scheme == "Kerberos" {
			target = "sip/" + target
		}
		c.offer(r, scheme, target, "")
	}
	return r
}

// begin sends an NTLM challenge.
func (c *conn) begin() *response {
	a := newAssociation(c.cfg)
	opaque := rand.Text()[:8]
	c.associations[opaque] = a
	r := c.unauthorized()
	c.offer(r, "NTLM", c.cfg.FQDN, fmt.Sprintf(`, opaque="%s", gssapi-data="%s"`, opaque, base64.StdEncoding.EncodeToString(a.message)))
	return r
}

func (c *conn) unauthorized() *response {
	if c.cfg.Proxy {
		return &response{code: 407}
	}
	return &response{code: 401}
}

func (c *conn) offer(r *response, scheme, target, more string) {
	name := "WWW-Authenticate"
	if c.cfg.Proxy {
		name = "Proxy-Authenticate"
	}
	if c.cfg.Version != 0 {
		more += ", version=" + strconv.Itoa(c.cfg.Version)
	}
	r.add(name, fmt.Sprintf(`%s realm="%s", targetname="%s"%s`, scheme, realm, target, more))
}

// attempt judges the answer to a challenge, which is good for one.
func (c *conn) attempt(m *sip.Message, credentials sip.Challenge, a *association, data []byte) *response {
	delete(c.associations, credentials.Opaque())
	user, err := a.finish(c.cfg, data)
	if err != nil {
		return c.challenge()
	}
	if c.version() >= ntlm.Version4 && !c.verify(m, credentials, a) {
		return c.challenge()
	}
	a.user = user
	c.associations[credentials.Opaque()] = a
	return c.admit(m, credentials, a)
}

// signed judges a request of somebody who has signed in.
func (c *conn) signed(m *sip.Message, credentials sip.Challenge, a *association) *response {
	if !c.verify(m, credentials, a) {
		return c.challenge()
	}
	return c.admit(m, credentials, a)
}

// admit registers a user, or removes what he registered.
func (c *conn) admit(m *sip.Message, credentials sip.Challenge, a *association) *response {
	a.opaque = credentials.Opaque()
	from, _ := m.From()
	switch {
	case !strings.EqualFold(from.URI, a.user.URI):
		return &response{code: 403, signed: a}
	case a.user.Code != 0:
		r := &response{code: a.user.Code, signed: a}
		if a.user.Contact != "" {
			r.add("Contact", "<"+a.user.Contact+">")
		}
		return r
	}
	r := &response{code: 200, signed: a}
	expires := m.Get("Expires")
	if expires == "" {
		expires = lifetime
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(a.user.URI)
	if expires == "0" {
		delete(c.registered, key)
	} else if contacts := m.Contacts(); len(contacts) > 0 {
		c.registered[key] = contacts[0].URI
		r.add("Contact", "<"+contacts[0].URI+">;expires="+expires)
	}
	r.add("Expires", expires)
	return r
}

// verify checks the signature of a request.
func (c *conn) verify(m *sip.Message, credentials sip.Challenge, a *association) bool {
	fields := fieldsOf(m, credentials)
	fields.Rand, fields.Num = credentials.Get("crand"), credentials.Get("cnum")
	to, _ := m.To()
	fields.ToTag = to.Tag()
	want := a.keys.client.mac(ntlm.SignatureBuffer(c.version(), fields))
	return fields.Rand != "" && credentials.Get("response") == hex.EncodeToString(want)
}

// proof signs a response.
func (c *conn) proof(m *sip.Message, r *response, tag string) string {
	a := r.signed
	a.answered++
	srand, snum := strings.ToUpper(rand.Text()[:8]), strconv.Itoa(a.answered)
	fields := fieldsOf(m, sip.Challenge{Params: []sip.Param{{Name: "realm", Value: realm}, {Name: "targetname", Value: c.cfg.FQDN}}})
	fields.Rand, fields.Num, fields.ToTag, fields.Status, fields.Expires = srand, snum, tag, r.code, ""
	for _, h := range r.headers {
		if h.Name == "Expires" {
			fields.Expires = h.Value
		}
	}
	signer := a.keys.server
	if c.cfg.BadProof {
		signer = a.keys.client
	}
	rspauth := hex.EncodeToString(signer.mac(ntlm.SignatureBuffer(c.version(), fields)))
	return fmt.Sprintf(`NTLM rspauth="%s", srand="%s", snum="%s", opaque="%s", qop="auth", targetname="%s", realm="%s"`,
		rspauth, srand, snum, a.opaque, c.cfg.FQDN, realm)
}

// version is the version of the protocol that is spoken.
func (c *conn) version() int { return ntlm.Offer{Version: c.cfg.Version}.Protocol() }

// fieldsOf are the values that a request and its response have in common.
func fieldsOf(m *sip.Message, c sip.Challenge) ntlm.Fields {
	from, _ := m.From()
	to, _ := m.To()
	number, method, _ := strings.Cut(m.Get("CSeq"), " ")
	return ntlm.Fields{
		Realm: c.Realm(), TargetName: c.TargetName(), CallID: m.CallID(), CSeq: number, Method: method,
		FromURI: from.URI, FromTag: from.Tag(), ToURI: to.URI, Expires: m.Get("Expires"),
	}
}
