package directory

import (
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// dnKey gives a distinguished name in the form in which names are compared:
// without regard to case, blanks and ways of escaping. What is no
// distinguished name is only put in lower case.
func dnKey(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return strings.ToLower(dn)
	}
	for _, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			a.Value = strings.ToLower(a.Value)
		}
	}
	return parsed.String()
}

// parentDN cuts the first component off a distinguished name and leaves the
// rest as it is written. It is empty if there is only one.
func parentDN(dn string) string {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return strings.TrimLeft(dn[i+1:], " ")
		}
	}
	return ""
}

// commonName is the value of the first component.
func commonName(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return ""
	}
	return parsed.RDNs[0].Attributes[0].Value
}

// isBelow reports whether a name is base or lies below it.
func isBelow(dn, base string) bool {
	for key, baseKey := dn, dnKey(base); key != ""; key = parentDN(key) {
		if dnKey(key) == baseKey {
			return true
		}
	}
	return false
}

// isDN reports whether a text can be nothing but a distinguished name with at
// least two components.
func isDN(s string) bool {
	parsed, err := ldap.ParseDN(s)
	return err == nil && len(parsed.RDNs) > 1
}
