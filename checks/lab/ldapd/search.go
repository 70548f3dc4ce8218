package ldapd

import (
	"errors"
	"math"
	"net/url"
	"slices"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// A searchRequest is RFC 4511 section 4.5.1, without what an in-memory
// directory has no use for: alias handling and the time limit.
type searchRequest struct {
	base       string
	scope      int // as ldap.ScopeBaseObject
	sizeLimit  int // 0: none
	typesOnly  bool
	filter     *ber.Packet
	attributes []string
}

var scopeNames = [...]string{
	ldap.ScopeBaseObject: "base", ldap.ScopeSingleLevel: "one", ldap.ScopeWholeSubtree: "sub",
}

func parseSearch(p *ber.Packet) (searchRequest, error) {
	f := fieldsOf(p)
	req := searchRequest{
		base:  f.octets(),
		scope: int(f.integer(ber.TagEnumerated, ldap.ScopeBaseObject, ldap.ScopeWholeSubtree)),
	}
	f.integer(ber.TagEnumerated, 0, 3) // derefAliases: there are no aliases
	req.sizeLimit = int(f.integer(ber.TagInteger, 0, math.MaxInt32))
	f.integer(ber.TagInteger, 0, math.MaxInt32) // timeLimit
	req.typesOnly = f.boolean(false)
	req.filter = f.next()
	list := f.next()
	if f.err != nil {
		return searchRequest{}, f.err
	}
	for names := fieldsOf(list); len(names.left) > 0; {
		req.attributes = append(req.attributes, names.octets())
		if names.err != nil {
			return searchRequest{}, names.err
		}
	}
	return req, nil
}

// unsupported returns the refusal of a request with a critical control that
// the server does not know.
func (m *message) unsupported() *result {
	for _, c := range m.controls {
		if c.critical && !slices.Contains(SupportedControls(), c.oid) {
			return &result{code: ldap.LDAPResultUnavailableCriticalExtension, text: textControl}
		}
	}
	return nil
}

// search answers a search request: entries, references, and how it ended.
func (c *conn) search(m message) error {
	req, err := parseSearch(m.op)
	if err != nil {
		return err
	}
	f, err := compileFilter(req.filter, c.srv.schema)
	r := m.request(KindSearch)
	r.DN, r.Scope, r.Attributes = req.base, scopeNames[req.scope], req.attributes
	r.Filter = filterText(req.filter)
	c.record(r)
	if errors.Is(err, errConstructed) {
		return c.respond(m, tagSearchDone, result{code: ldap.LDAPResultInappropriateMatching, text: textConstructed})
	}
	if err != nil {
		return c.respond(m, tagSearchDone, result{code: ldap.LDAPResultProtocolError, text: textFilter})
	}
	if bad := m.unsupported(); bad != nil {
		return c.respond(m, tagSearchDone, *bad)
	}
	sr := search{conn: c, id: m.id, req: &req, filter: f, view: c.viewer(), wanted: selectionOf(req.attributes)}
	return sr.run(&m)
}

// filterText is the filter as RFC 4515 text, or what the library makes of a
// malformed one.
func filterText(p *ber.Packet) string {
	text, err := ldap.DecompileFilter(p)
	if err != nil {
		return "(malformed)"
	}
	return text
}

// A search is one search request being answered.
type search struct {
	conn   *conn
	id     int64
	req    *searchRequest
	filter filter
	view   viewer
	wanted selection

	paged bool
	page  page
	start position
}

// run finds where to look, looks, and says how it went.
func (s *search) run(m *message) error {
	if control := m.find(oidPaged); control != nil {
		var err error
		if s.page, err = parsePage(control.value); err != nil {
			return s.done(result{code: ldap.LDAPResultProtocolError, text: textControl}, "")
		}
		s.paged = true
		var ok bool
		if s.start, ok = s.conn.srv.pages.position(s.page.cookie, s.req); !ok {
			return s.done(result{code: ldap.LDAPResultUnwillingToPerform, text: textControl}, "")
		}
	}
	if s.req.base == "" && s.req.scope == ldap.ScopeBaseObject {
		return s.readDSE()
	}
	if !s.conn.bound {
		return s.done(result{code: ldap.LDAPResultOperationsError, text: textNoBind}, "")
	}
	candidates, below, res := s.find()
	if res.code != 0 {
		return s.done(res, "")
	}
	if s.paged && s.page.size == 0 {
		return s.done(result{}, "") // RFC 2696: the client gives the search up
	}
	res, cookie, err := s.send(candidates)
	if err != nil {
		return err
	}
	if res.code == 0 && cookie == "" && m.find(oidDomainScope) == nil {
		if err := s.refer(below); err != nil {
			return err
		}
	}
	return s.done(res, cookie)
}

// find returns the entries in the search's scope, in order, and the
// partitions below that it does not go into.
func (s *search) find() (candidates, below []*node, res result) {
	t := s.conn.srv.tree
	base, err := parseName(s.req.base)
	if err != nil {
		return nil, nil, result{code: ldap.LDAPResultInvalidDNSyntax, text: textBadName(s.req.base)}
	}
	if len(base) == 0 && s.conn.srv.cfg.GlobalCatalog {
		if s.req.scope == ldap.ScopeSingleLevel {
			return t.roots, nil, result{}
		}
		return t.nodes, nil, result{}
	}
	n, exact := t.nearest(base)
	for n != nil && s.view.denied(n) {
		n, exact = n.parent, false
	}
	switch {
	case n == nil && base.dnsHost() != "" && !t.holds(base.key()):
		return nil, nil, result{
			code: ldap.LDAPResultReferral, text: textReferral(base.dnsHost()),
			referrals: []string{ldapURL(base.dnsHost(), s.req.base)},
		}
	case n == nil:
		return nil, nil, result{code: ldap.LDAPResultNoSuchObject, text: textNoObject("")}
	case !exact:
		return nil, nil, result{code: ldap.LDAPResultNoSuchObject, matched: n.dn, text: textNoObject(n.dn)}
	}
	switch s.req.scope {
	case ldap.ScopeBaseObject:
		return t.nodes[n.pos : n.pos+1], nil, result{}
	case ldap.ScopeSingleLevel:
		return n.children, t.below(n, false), result{}
	}
	return t.nodes[n.pos:n.end], t.below(n, true), result{}
}

// send sends the entries among the candidates that are seen and match, as many
// as may go into one answer. The cookie says where the next page starts.
func (s *search) send(candidates []*node) (result, string, error) {
	limit := uint64(s.conn.srv.cfg.PageLimit)
	if s.paged {
		limit = min(limit, uint64(s.page.size))
	}
	sent := uint64(0)
	for i := s.start.next; i < uint64(len(candidates)); i++ {
		n := candidates[i]
		if s.filter.match(n, s.view) != isTrue || s.view.denied(n) {
			continue
		}
		total := s.start.sent + sent
		switch {
		case s.req.sizeLimit > 0 && total == uint64(s.req.sizeLimit), sent == limit && !s.paged:
			return result{code: ldap.LDAPResultSizeLimitExceeded}, "", nil
		case sent == limit:
			return result{}, s.conn.srv.pages.cookie(position{next: i, sent: total}, s.req), nil
		}
		if err := s.sendEntry(n); err != nil {
			return result{}, "", err
		}
		sent++
	}
	return result{}, "", nil
}

func (s *search) sendEntry(n *node) error {
	e := &s.conn.enc
	s.conn.beginMessage(s.id, tagSearchEntry)
	e.octets(tagOctets, n.dn)
	e.begin(tagSequence)
	for i := range n.attributes {
		a := &n.attributes[i]
		if !s.wanted.has(a.typ) || s.view.hidden(n, a) {
			continue
		}
		e.begin(tagSequence)
		e.octets(tagOctets, a.name)
		e.begin(tagSet)
		if !s.req.typesOnly {
			for _, value := range a.values {
				e.octets(tagOctets, value)
			}
		}
		e.end()
		e.end()
	}
	e.end()
	e.end()
	return s.conn.send(false)
}

// refer sends a reference for each partition, with the URL that Active
// Directory takes from the partition's crossRef: the domain's DNS name.
func (s *search) refer(partitions []*node) error {
	for _, head := range partitions {
		n, err := parseName(head.dn)
		if err != nil {
			return err
		}
		s.conn.beginMessage(s.id, tagSearchReference)
		s.conn.enc.octets(tagOctets, ldapURL(n.dnsHost(), head.dn))
		s.conn.enc.end()
		if err := s.conn.send(false); err != nil {
			return err
		}
	}
	return nil
}

// readDSE answers with the rootDSE, which everybody may read. No filter but
// one that is true of every object finds it.
func (s *search) readDSE() error {
	dse := s.conn.srv.dseNow()
	if s.filter.match(dse, viewer{}) == isTrue {
		s.wanted.all = s.wanted.all || s.wanted.operational // which they all are, RFC 4512 section 5.1
		if err := s.sendEntry(dse); err != nil {
			return err
		}
	}
	return s.done(result{}, "")
}

// done ends the search, with the paging control if the request had one.
func (s *search) done(r result, cookie string) error {
	s.conn.beginMessage(s.id, tagSearchDone)
	s.conn.enc.result(r)
	s.conn.enc.end()
	if s.paged {
		s.conn.enc.pageControl(cookie)
	}
	return s.conn.send(true)
}

// ldapURL is the URL of an entry on a host, RFC 4516.
func ldapURL(host, dn string) string {
	u := url.URL{Scheme: "ldap", Host: host, Path: "/" + dn}
	return u.String()
}
