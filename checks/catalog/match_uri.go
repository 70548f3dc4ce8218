package catalog

import "strings"

// matchHost returns the host part of a static route's MatchURI, in lower case,
// and whether the route is for telephone numbers (user=phone). The host may be
// a wildcard such as *.contoso.com, or * for every destination.
func matchHost(uri string) (host string, phone bool) {
	s := strings.ToLower(strings.TrimSpace(uri))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "sips:"), "sip:")
	s, parameters, _ := strings.Cut(s, ";")
	for p := range strings.SplitSeq(parameters, ";") {
		phone = phone || strings.TrimSpace(p) == "user=phone"
	}
	if _, after, found := strings.Cut(s, "@"); found {
		s = after
	}
	return strings.TrimSpace(s), phone
}

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
