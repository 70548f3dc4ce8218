package facts

import (
	"strings"
	"unicode"
)

// URIProblem says what is wrong with a SIP URI as the directory stores it, or
// nothing. It tests what no sign-in name can do without, not the whole grammar
// of RFC 3261.
func URIProblem(uri string) string {
	rest, scheme := strings.CutPrefix(strings.ToLower(uri), "sip:")
	user, domain, at := strings.Cut(rest, "@")
	switch {
	case uri == "":
		return "there is none"
	case !scheme:
		return "it does not begin with sip:"
	case strings.ContainsFunc(uri, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "it contains a blank or a control character"
	case !at || user == "":
		return "it has no user before @"
	case strings.Contains(domain, "@"):
		return "it has more than one @"
	case domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return "its domain is not a domain name"
	case strings.ContainsAny(rest, `<>"`):
		return "it contains a character that no SIP URI may have"
	}
	return ""
}
