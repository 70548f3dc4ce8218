package host

import (
	"crypto/x509"
	"fmt"
	"strings"

	"lcshealth/checks/facts"
)

// certificate decodes a certificate of a store. One that cannot be parsed is
// kept as it is, so that nobody takes it for absent, and warned of.
func (d *Decoder) certificate(p *part, r *row) func() {
	c := facts.Certificate{Profile: r.text("profile"), DER: r.octets("der")}
	var bad error
	if blob := r.octets("blob"); blob != nil && c.DER == nil {
		der, key, err := parseBlob(blob)
		if err != nil {
			c.DER, bad = blob, err
		} else {
			c.DER, c.HasPrivateKey = der, &key
		}
	}
	if len(c.DER) == 0 {
		r.fail("der is missing")
	}
	if _, told := r.get("hasPrivateKey"); told != nil {
		key := r.flag("hasPrivateKey")
		c.HasPrivateKey = &key
	}
	number := p.rows
	return func() {
		switch store := p.name.key().Of; store {
		case `localmachine\my`, `localmachine\ca`, `localmachine\root`:
			_, name, _ := strings.Cut(store, `\`)
			c.Store, c.Profile = strings.ToUpper(name), ""
			d.got.certificates = append(d.got.certificates, c)
		case `currentuser\root`:
			c.Store = "ROOT"
			d.got.userRoots = append(d.got.userRoots, c)
		default: // no fact needs this store
			return
		}
		if bad == nil {
			_, bad = x509.ParseCertificate(c.DER)
		}
		if bad != nil {
			d.warns = append(d.warns, fmt.Sprintf("certificate %d in %s: %v", number, p.name.Of, bad))
		}
	}
}
