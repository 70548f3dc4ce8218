package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// covers reports whether a listed domain, which may be a wildcard such as
// *.contoso.com, covers a domain. A wildcard stands for at least one label.
func covers(listed, domain string) bool {
	listed, domain = strings.ToLower(strings.TrimSpace(listed)), strings.ToLower(domain)
	if parent, ok := strings.CutPrefix(listed, "*"); ok && strings.HasPrefix(parent, ".") {
		return len(domain) > len(parent) && strings.HasSuffix(domain, parent)
	}
	return listed == domain
}

// lists reports whether a SIP domain is listed by that very name.
func lists(domains []facts.SIPDomain, name string) bool {
	return slices.ContainsFunc(domains, func(d facts.SIPDomain) bool {
		return strings.EqualFold(strings.TrimSpace(d.Name), strings.TrimSpace(name))
	})
}
