package directory

import (
	"strings"

	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// term asks a domain for one name, and knows an account that has it.
type term struct {
	at     int    // place of the name among the lookups
	filter string // for the directory
	key    string // of the account, see [keysOf]
}

// terms are what each domain is to be asked so that nobody who may be meant by
// a name is left out. A name is a distinguished name, DOMAIN\name, name@domain,
// a logon name, a SID or a GUID; one that nobody in this forest can have is
// asked of no domain.
func (f *forest) terms(names []string) map[*domain][]term {
	out := map[*domain][]term{}
	for i, name := range names {
		name = strings.TrimSpace(name)
		everywhere := func(filter, key string) {
			for _, d := range f.domains {
				out[d] = append(out[d], term{i, filter, key})
			}
		}
		logon := func(d *domain, name string) {
			out[d] = append(out[d], term{i, "(sAMAccountName=" + ldap.EscapeFilter(name) + ")", keyOf("logon", name)})
		}
		if name == "" {
			continue
		}
		if guid, ok := facts.ParseGUID(name); ok {
			everywhere("(objectGUID="+octetFilter(guid[:])+")", keyOf("guid", facts.GUIDString(guid)))
			continue
		}
		if sid, err := facts.ParseSID(name); err == nil {
			everywhere("(objectSid="+octetFilter(sid)+")", keyOf("sid", name))
			continue
		}
		if isDN(name) {
			if p := f.owner(name); p != nil && p.domain != nil {
				out[p.domain] = append(out[p.domain], term{i, "(distinguishedName=" + ldap.EscapeFilter(name) + ")", "dn:" + dnKey(name)})
			}
			continue
		}
		if domain, account, ok := strings.Cut(name, `\`); ok {
			for _, d := range f.domains {
				// Without the right to read it a NetBIOS name is nobody's, so
				// that every domain may have it.
				if d.netbios == "" || strings.EqualFold(d.netbios, domain) || strings.EqualFold(d.name, domain) {
					logon(d, account)
				}
			}
			continue
		}
		if account, suffix, ok := cutLast(name, "@"); ok {
			// Beside the name that is set, an account has the one of its logon
			// name and domain (MS-ADTS 5.1.1.1.1).
			everywhere("(userPrincipalName="+ldap.EscapeFilter(name)+")", keyOf("upn", name))
			for _, d := range f.domains {
				if strings.EqualFold(d.name, suffix) || d.netbios != "" && strings.EqualFold(d.netbios, suffix) {
					logon(d, account)
				}
			}
			continue
		}
		for _, d := range f.domains {
			logon(d, name)
		}
	}
	return out
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func keyOf(kind, name string) string { return kind + ":" + strings.ToLower(name) }

// keysOf are the keys by which an account may have been asked for.
func keysOf(e *ldap.Entry, a facts.FoundAccount) []string {
	return []string{
		"dn:" + dnKey(a.DN), keyOf("sid", a.SID), keyOf("guid", a.GUID),
		keyOf("logon", text(e, "sAMAccountName")), keyOf("upn", text(e, "userPrincipalName")),
	}
}

// octetFilter writes octets as a filter's value (RFC 4515 section 3).
func octetFilter(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 3*len(b))
	for _, octet := range b {
		out = append(out, '\\', digits[octet>>4], digits[octet&15])
	}
	return string(out)
}
