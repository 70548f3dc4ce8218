package ldapd

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// A name is a distinguished name in a form that is equal for equal names: one
// string for each RDN, that of the entry itself first.
type name []string

// parseName reads a DN. Case is not significant, nor is space around "," and "=".
func parseName(dn string) (name, error) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return nil, fmt.Errorf("parse DN %q: %w", dn, err)
	}
	n := make(name, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			a.Value = strings.ToLower(a.Value)
		}
		n[i] = rdn.String()
	}
	return n, nil
}

// key is the whole name as one string, to compare and to look up by.
func (n name) key() string { return strings.Join(n, ",") }

// dnsHost is the DNS name of the domain that n belongs to, from its DC
// components, as in a crossRef's dnsRoot; "" when it has none.
func (n name) dnsHost() string {
	var labels []string
	for _, rdn := range n {
		if label, ok := strings.CutPrefix(rdn, "dc="); ok {
			labels = append(labels, label)
		}
	}
	return strings.Join(labels, ".")
}
