package redact

import (
	"strings"
	"unicode"
)

// runs replaces each run of characters of one kind. What is between them stays.
// The function is given the run and what stands before it.
func runs(s string, kind func(rune) bool, replace func(run, before string) string) string {
	var b strings.Builder
	for rest := s; rest != ""; {
		start := strings.IndexFunc(rest, kind)
		if start < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:start])
		rest = rest[start:]
		end := strings.IndexFunc(rest, func(c rune) bool { return !kind(c) })
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(replace(rest[:end], b.String()))
		rest = rest[end:]
	}
	return b.String()
}

// isWord reports characters of names: all but what has a meaning in addresses,
// and blanks, so that what is malformed stays so.
func isWord(c rune) bool {
	switch {
	case c >= 0x80:
		return !unicode.IsSpace(c) && !unicode.IsControl(c)
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.ContainsRune(".-_", c)
}

func isHost(c rune) bool { return isWord(c) || c == '*' || c == '$' }

func isUser(c rune) bool { return isWord(c) || c == '+' }

// host replaces a DNS name label by label, so that subdomains stay below their
// domains and wildcards go on covering what they did. It takes whatever a
// directory may hold as one: an address, a port behind it, blanks.
func (r *Redactor) host(s string) string { return r.again("host", s, r.hostOf) }

func (r *Redactor) hostOf(s string) string {
	if out, ok := r.ipText(s); ok {
		return out
	}
	return runs(s, isHost, func(run, before string) string {
		if strings.HasSuffix(before, ":") && isNumber(run) {
			return run // a port
		}
		if out, ok := r.ipText(run); ok {
			return out
		}
		labels := strings.Split(run, ".")
		for i, l := range labels {
			labels[i] = r.label(l)
		}
		return strings.Join(labels, ".")
	})
}

// label replaces a label of a DNS name, or another name of one word.
func (r *Redactor) label(s string) string {
	lower := strings.ToLower(s)
	switch bare := strings.TrimRight(lower, "$"); {
	case lower == "" || lower == "*" || lower == "$" || publicLabels[lower]:
		return lower
	case bare == "":
		return r.pseudonym(lower, short)
	default:
		return r.pseudonym(bare, short) + lower[len(bare):] // LCS01$ is the account of LCS01
	}
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// address replaces user@domain: the user's part as a whole, apart from
// characters that no address should have, and the domain as a host.
func (r *Redactor) address(s string) string {
	user, domain := s, ""
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		user, domain = s[:at], "@"+r.host(strings.ToLower(s[at+1:]))
	}
	return runs(strings.ToLower(user), isUser, func(run, _ string) string { return r.user(run) }) + domain
}

// user replaces a user's name. Letters beyond ASCII, and what is neither letter
// nor digit, decide which commands a remedy may give: they leave their kind.
func (r *Redactor) user(s string) string {
	out := r.name(s)
	if strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 && isSafe(c) }) {
		out += "ö"
	}
	if strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 && !isSafe(c) }) {
		out += "\u02bc"
	}
	return out
}

func isSafe(c rune) bool {
	return unicode.In(c, unicode.Ll, unicode.Lu, unicode.Lt, unicode.Lo, unicode.Nd)
}

// schemes are those of addresses of people.
var schemes = []string{"sip:", "sips:", "tel:", "im:", "smtp:", "mailto:"}

// uri replaces a SIP URI, or user@domain. Addresses that are equal to the
// product (facts.NormalizeAddress) are so afterwards, and others are not.
func (r *Redactor) uri(s string) string {
	body := strings.TrimLeftFunc(s, unicode.IsSpace)
	start := s[:len(s)-len(body)]
	for _, scheme := range schemes {
		if len(body) >= len(scheme) && strings.EqualFold(body[:len(scheme)], scheme) {
			start, body = start+body[:len(scheme)], body[len(scheme):]
			break
		}
	}
	return start + r.address(body)
}

// match replaces the MatchURI of a static route, in which every user may be
// meant, and telephone numbers.
func (r *Redactor) match(s string) string {
	address, parameters, found := strings.Cut(s, ";")
	user, domain, at := strings.Cut(address, "@")
	var out string
	switch {
	case at && strings.TrimSpace(user[strings.LastIndexByte(user, ':')+1:]) == "*":
		out = user + "@" + r.host(domain)
	case at:
		out = r.uri(address)
	default: // a domain without user, or a number
		scheme := ""
		if i := strings.IndexByte(address, ':'); i >= 0 {
			for _, known := range schemes {
				if strings.EqualFold(strings.TrimSpace(address[:i+1]), known) {
					scheme = address[:i+1]
				}
			}
		}
		out = scheme + r.host(address[len(scheme):])
	}
	for found {
		var p string
		p, parameters, found = strings.Cut(parameters, ";")
		if !publicParameters[strings.ToLower(strings.TrimSpace(p))] {
			p = r.host(p)
		}
		out += ";" + p
	}
	return out
}

// service replaces a service principal name, sip/host, or the host alone.
func (r *Redactor) service(s string) string {
	class, host, found := strings.Cut(s, "/")
	if !found || !publicWords[strings.ToLower(class)] {
		return r.value(s)
	}
	return class + "/" + r.host(host)
}
