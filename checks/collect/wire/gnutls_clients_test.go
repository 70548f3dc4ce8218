package wire

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/peer"
)

// Whether a server asks for a client certificate, insists on it and takes ours
// are told apart. gnutls-serv has unusual alerts for some of it.
func TestGnuTLSClientCertificate(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "gnutls-serv")
	root := authority(t, pkitest.Options{CN: "Contoso Root CA", Name: directoryName("Contoso Root CA")})
	other := authority(t, pkitest.Options{CN: "Fabrikam Root CA"})
	server := issue(t, root, pkitest.Server("lcs01.contoso.com")).TLS()
	ours := issue(t, root, pkitest.Server("lcs02.contoso.com")).TLS()
	theirs := issue(t, other, pkitest.Server("lcs02.contoso.com")).TLS()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	writeFile(t, roots, pkitest.PEM(root.Certificate))
	const quiet = ""
	tests := []struct {
		name      string
		priority  string
		args      []string
		own       *tls.Certificate
		asked     bool
		without   string // how a handshake is refused
		with      string
		notOfList bool
	}{
		{"not asked for", rc4SHA, []string{"--disable-client-cert"}, &ours, false, quiet, quiet, false},
		{"asked for", rc4SHA, nil, &ours, true, quiet, quiet, false},
		{"asked for, ours of another authority", rc4SHA, nil, &theirs, true, quiet, quiet, true},
		{"required, none there", rc4SHA, []string{"--require-client-cert"}, nil, true, "decode_error (50)", quiet, false},
		{"required, ours accepted", rc4SHA, []string{"--require-client-cert", "--verify-client-cert"}, &ours, true, "decode_error (50)", quiet, false},
		{"required, ours refused", rc4SHA, []string{"--require-client-cert", "--verify-client-cert"}, &theirs, true, "decode_error (50)", "access_denied (49)", true},
		{"3DES, required, ours accepted", des3SHA, []string{"--require-client-cert", "--verify-client-cert"}, &ours, true, "decode_error (50)", quiet, false},
		{"TLS 1.3, required, ours accepted", "NORMAL:-VERS-ALL:+VERS-TLS1.3", []string{"--require-client-cert", "--verify-client-cert"}, &ours, true, "certificate_required (116)", quiet, false},
		{"TLS 1.3, required, ours refused", "NORMAL:-VERS-ALL:+VERS-TLS1.3", []string{"--require-client-cert", "--verify-client-cert"}, &theirs, true, "certificate_required (116)", "access_denied (49)", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"--priority", test.priority, "--x509cafile", roots}, test.args...)
			port := gnutls(t, program, server, args...)
			cfg := Config{ClientCertificate: test.own, ClientCertificateName: "lcs02.pfx"}
			got := get(t, only(t, cfg, Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS}).TLS)
			if got.ClientCertificate != test.asked {
				t.Errorf("asked for: %t", got.ClientCertificate)
			}
			if test.asked && (len(got.AcceptableCAs) != 1 || !bytes.Equal(got.AcceptableCAs[0], root.Certificate.RawSubject) ||
				got.CAListBytes != len(root.Certificate.RawSubject)+2) {
				t.Errorf("authorities %q, %d octets", got.AcceptableCAs, got.CAListBytes)
			}
			if old := got.Version <= tls.VersionTLS12; test.asked && slices.Contains(got.CertificateTypes, 1) != old {
				t.Errorf("types %d", got.CertificateTypes)
			}
			ends(t, got.Handshake, "", test.without)
			if !test.asked || test.own == nil {
				if got.WithCertificate != nil {
					t.Errorf("with a certificate: %+v", got.WithCertificate)
				}
				return
			}
			ends(t, got.WithCertificate, "lcs02.pfx", test.with)
			if got.WithCertificate.NotOfList != test.notOfList {
				t.Errorf("not of the list: %t", got.WithCertificate.NotOfList)
			}
		})
	}
}

// ends checks that a handshake was done or refused in the given words, and with
// which certificate.
func ends(t *testing.T, h *facts.TLSHandshake, certificate, refused string) {
	t.Helper()
	switch {
	case h == nil:
		t.Errorf("no handshake with %q", certificate)
	case h.Refused != refused || h.Certificate != certificate || h.Unfinished != "",
		refused == "" && (!h.Done || !h.Answered || h.Alert != 0 || h.Stage != ""),
		refused != "" && (h.Answered || h.Stage == "" || h.Stage == facts.TLSHello || (h.Stage == facts.TLSExchange) != h.Done):
		t.Errorf("handshake %+v; want %q refused with %q", h, certificate, refused)
	}
}

// directoryName is the subject of an authority of Active Directory.
func directoryName(cn string) pkix.RDNSequence {
	part := func(id asn1.ObjectIdentifier, value any) pkix.RelativeDistinguishedNameSET {
		return pkix.RelativeDistinguishedNameSET{{Type: id, Value: value}}
	}
	component := asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	return pkix.RDNSequence{
		part(component, asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte("com")}),
		part(component, asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte("contoso")}),
		part(asn1.ObjectIdentifier{2, 5, 4, 3}, cn),
	}
}

// Windows has hundreds of roots, and names them all.
func TestGnuTLSManyAuthorities(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "gnutls-serv")
	const count = 250
	var roots []*x509.Certificate
	octets := 0
	for i := range count {
		a, err := pkitest.NewAuthority(fmt.Sprintf("Authority %03d of many that a server of Contoso Pharmaceuticals trusts for no good reason", i))
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, a.Certificate)
		octets += 2 + len(a.Certificate.RawSubject)
	}
	file := filepath.Join(t.TempDir(), "roots.pem")
	writeFile(t, file, pkitest.PEM(roots...))
	server := issue(t, authority(t, pkitest.Options{CN: "Contoso Root CA"}), pkitest.Server("lcs01.contoso.com"))
	for name, priority := range map[string]string{"TLS 1.0, RC4-MD5": rc4MD5, "TLS 1.0": rc4SHA, "TLS 1.2": "NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS 1.3": "NORMAL:-VERS-ALL:+VERS-TLS1.3"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := gnutls(t, program, server.TLS(), "--priority", priority, "--x509cafile", file)
			got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS}).TLS)
			if !got.ClientCertificate || len(got.AcceptableCAs) != count || got.CAListBytes != octets || octets < 16<<10 {
				t.Fatalf("asked for %t, %d authorities in %d octets; want %d", got.ClientCertificate, len(got.AcceptableCAs), got.CAListBytes, octets)
			}
			for _, root := range roots {
				if !slices.ContainsFunc(got.AcceptableCAs, func(name []byte) bool { return bytes.Equal(name, root.RawSubject) }) {
					t.Errorf("%s is missing", root.Subject)
				}
			}
		})
	}
}
