package pki_test

import (
	"crypto/x509"
	"strings"
	"testing"

	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

func TestWalk(t *testing.T) {
	top := root(t, pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA})
	middle := subordinate(t, top, pkitest.Options{CN: "Contoso Issuing CA"})
	leaf := issue(t, middle, pkitest.Server("lcs01.contoso.com"))

	// A renewed authority has the same name and a new key; both are in use.
	renewed := subordinate(t, top, pkitest.Options{CN: "Contoso Issuing CA"})
	renewedLeaf := issue(t, renewed, pkitest.Server("lcs02.contoso.com"))
	// So has an impostor, whom the root did not sign.
	otherKey, err := pkitest.NewKey(pkitest.RSA)
	if err != nil {
		t.Fatal(err)
	}
	impostor := root(t, pkitest.Options{CN: "Contoso Root CA", Signer: otherKey})

	cert := func(all ...*pkitest.Authority) (out []*x509.Certificate) {
		for _, a := range all {
			out = append(out, a.Certificate)
		}
		return out
	}
	for _, tt := range []struct {
		name                 string
		leaf                 *x509.Certificate
		intermediates, roots []*x509.Certificate
		want                 pki.End
		path                 string
	}{
		{"sound", leaf, cert(middle), cert(top), pki.Trusted, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"renewed authority first", leaf, cert(renewed, middle), cert(top), pki.Trusted, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"renewed authority last", leaf, cert(middle, renewed), cert(top), pki.Trusted, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"of the renewed authority", renewedLeaf, cert(middle, renewed), cert(top), pki.Trusted, "lcs02.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"only the renewed authority is there", leaf, cert(renewed), cert(top), pki.WrongIssuer, "lcs01.contoso.com"},
		{"the issuing authority itself is trusted", leaf, nil, cert(middle), pki.Trusted, "lcs01.contoso.com, Contoso Issuing CA"},
		{"the root is not trusted", leaf, cert(middle, top), nil, pki.SelfSigned, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"the root is nowhere", leaf, cert(middle), nil, pki.IssuerMissing, "lcs01.contoso.com, Contoso Issuing CA"},
		{"the issuing authority is missing", leaf, nil, cert(top), pki.IssuerMissing, "lcs01.contoso.com"},
		{"an impostor is trusted instead of the root", leaf, cert(middle), cert(impostor), pki.WrongIssuer, "lcs01.contoso.com, Contoso Issuing CA"},
		{"an impostor is trusted, the root is at hand", leaf, cert(middle, top), cert(impostor), pki.SelfSigned, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"an impostor beside the root", leaf, cert(middle), cert(impostor, top), pki.Trusted, "lcs01.contoso.com, Contoso Issuing CA, Contoso Root CA"},
		{"self-signed and trusted", top.Certificate, nil, cert(top), pki.Trusted, "Contoso Root CA"},
		{"self-signed and not trusted", top.Certificate, nil, nil, pki.SelfSigned, "Contoso Root CA"},
		{"nothing at all", leaf, nil, nil, pki.IssuerMissing, "lcs01.contoso.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			chain := pki.Walk(tt.leaf, tt.intermediates, tt.roots)
			if chain.End != tt.want || path(chain.Path) != tt.path {
				t.Errorf("ends %d with %s; want %d with %s", chain.End, path(chain.Path), tt.want, tt.path)
			}
			if len(chain.Weak) > 0 {
				t.Errorf("weak: %s", path(chain.Weak))
			}
		})
	}
}

// Signatures of 2003 count if they are right, and only then.
func TestWalkWeakSignatures(t *testing.T) {
	otherKey, err := pkitest.NewKey(pkitest.RSA)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		signature pkitest.Signature
		weak      string
		sound     pki.End
		forged    pki.End
	}{
		{"SHA-256", pkitest.SHA256, "", pki.Trusted, pki.WrongIssuer},
		{"SHA-1", pkitest.SHA1, "lcs01.contoso.com", pki.Trusted, pki.WrongIssuer},
		{"MD5", pkitest.MD5, "lcs01.contoso.com", pki.Trusted, pki.WrongIssuer},
		{"MD2, which cannot be checked", pkitest.MD2, "", pki.Unchecked, pki.Unchecked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := root(t, pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA, Signature: tt.signature})
			impostor := root(t, pkitest.Options{CN: "Contoso Root CA", Signer: otherKey, Signature: tt.signature})
			o := pkitest.Server("lcs01.contoso.com")
			o.Signature = tt.signature
			leaf := issue(t, top, o)
			chain := pki.Walk(leaf, nil, []*x509.Certificate{top.Certificate})
			if chain.End != tt.sound || path(chain.Weak) != tt.weak {
				t.Errorf("sound: ends %d, weak %q; want %d, %q", chain.End, path(chain.Weak), tt.sound, tt.weak)
			}
			if chain := pki.Walk(leaf, nil, []*x509.Certificate{impostor.Certificate}); chain.End != tt.forged {
				t.Errorf("signed by another of the name: ends %d, want %d", chain.End, tt.forged)
			}
			// A root outside the store is told as such, if only because nobody
			// else has its name.
			if chain := pki.Walk(leaf, []*x509.Certificate{top.Certificate}, nil); tt.signature != pkitest.MD2 && chain.End != pki.SelfSigned {
				t.Errorf("root not in the store: ends %d, want %d", chain.End, pki.SelfSigned)
			}
			if chain := pki.Walk(top.Certificate, nil, nil); chain.End != pki.SelfSigned {
				t.Errorf("the root itself, not in the store: ends %d, want %d", chain.End, pki.SelfSigned)
			}
		})
	}
	// An RSA signature cannot come from another kind of key.
	top := root(t, pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA})
	elliptic := root(t, pkitest.Options{CN: "Contoso Root CA"})
	for _, signature := range []pkitest.Signature{pkitest.SHA1, pkitest.MD5} {
		leaf := issue(t, top, pkitest.Options{CN: "lcs01.contoso.com", Signature: signature})
		if chain := pki.Walk(leaf, nil, []*x509.Certificate{elliptic.Certificate}); chain.End != pki.WrongIssuer {
			t.Errorf("signature %d under an ECDSA root: ends %d, want %d", signature, chain.End, pki.WrongIssuer)
		}
	}
}

// Authorities that sign each other over and over do not keep Walk busy: it
// looks at each certificate once. Without that, the paths through 2×12
// certificates are more than any computer can try.
func TestWalkEndsInCircles(t *testing.T) {
	a, b := root(t, pkitest.Options{CN: "A"}), root(t, pkitest.Options{CN: "B"})
	var crossed []*x509.Certificate
	for range 12 {
		crossed = append(crossed,
			issue(t, a, pkitest.Options{CN: "B", CA: true, Signer: b.Key}),
			issue(t, b, pkitest.Options{CN: "A", CA: true, Signer: a.Key}))
	}
	leaf := issue(t, a, pkitest.Server("lcs01.contoso.com"))
	if chain := pki.Walk(leaf, crossed, nil); chain.End != pki.SelfSigned || len(chain.Issuers) != 2 {
		t.Errorf("ends %d, looked for %d names; want %d, 2", chain.End, len(chain.Issuers), pki.SelfSigned)
	}
	// The way out is found all the same.
	if chain := pki.Walk(leaf, crossed, []*x509.Certificate{b.Certificate}); chain.End != pki.Trusted || path(chain.Path) != "lcs01.contoso.com, A, B" {
		t.Errorf("ends %d with %s, want %d", chain.End, path(chain.Path), pki.Trusted)
	}
}

func path(certificates []*x509.Certificate) string {
	var names []string
	for _, c := range certificates {
		names = append(names, c.Subject.CommonName)
	}
	return strings.Join(names, ", ")
}
