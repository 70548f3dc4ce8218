package catalog

import "strings"

// match is what a static route's MatchURI selects.
type match struct {
	user  string // in lower case; empty or * is every user
	host  string // in lower case; may be a wildcard such as *.contoso.com, or * for every destination
	phone bool   // for telephone numbers: user=phone (RFC 3261, section 19.1.1), or a tel URI (RFC 3966)
}

func parseMatch(uri string) (m match) {
	s := strings.ToLower(strings.TrimSpace(uri))
	if strings.HasPrefix(s, "tel:") {
		return match{phone: true}
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "sips:"), "sip:")
	s, parameters, _ := strings.Cut(s, ";")
	for p := range strings.SplitSeq(parameters, ";") {
		m.phone = m.phone || strings.TrimSpace(p) == "user=phone"
	}
	if user, host, found := strings.Cut(s, "@"); found {
		m.user, s = strings.TrimSpace(user), host
	}
	m.host = strings.TrimSpace(s)
	return m
}

// everyUser reports whether the match is for a domain and not for one user.
func (m match) everyUser() bool { return m.user == "" || m.user == "*" }

// covers reports whether a listed domain, which may be a wildcard such as
// *.contoso.com, covers a domain. A wildcard stands for any number of labels,
// but at least one.
func covers(listed, domain string) bool {
	listed, domain = strings.ToLower(strings.TrimSpace(listed)), strings.ToLower(domain)
	if parent, ok := strings.CutPrefix(listed, "*"); ok && strings.HasPrefix(parent, ".") {
		return len(domain) > len(parent) && strings.HasSuffix(domain, parent)
	}
	return listed == domain
}
