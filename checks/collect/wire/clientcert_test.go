package wire

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/peer"

	"software.sslmate.com/src/go-pkcs12"
)

// given is a password that is at hand.
func given(password string) func() (string, error) {
	return func() (string, error) { return password, nil }
}

// own is a certificate of an issuing authority, with its key as PEM.
func own(t *testing.T) (issued *pkitest.Issued, middle, root *pkitest.Authority, key []byte) {
	t.Helper()
	root = authority(t, pkitest.Options{CN: "Contoso Root CA"})
	middle, err := root.Subordinate(pkitest.Options{CN: "Contoso Issuing CA", Key: pkitest.RSA})
	if err != nil {
		t.Fatal(err)
	}
	issued = issue(t, middle, pkitest.Server("lcs02.contoso.com"))
	if key, err = issued.KeyPEM(); err != nil {
		t.Fatal(err)
	}
	return issued, middle, root, key
}

func TestLoadClientCertificate(t *testing.T) {
	t.Parallel()
	issued, middle, root, key := own(t)
	pfx := func(encoder *pkcs12.Encoder, password string) []byte {
		// The authorities in an order that is not that of TLS.
		data, err := encoder.Encode(issued.Key, issued.Certificate, []*x509.Certificate{root.Certificate, middle.Certificate}, password)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKeyOf(t, issued))})
	all := pkitest.PEM(root.Certificate, middle.Certificate, issued.Certificate)
	tests := []struct {
		name      string
		cert, key []byte // no key: in the same file
		password  func() (string, error)
		sent      int
	}{
		{"PFX of Windows Server 2003", pfx(pkcs12.LegacyRC2, "Pa$$w0rd"), nil, given("Pa$$w0rd"), 3},
		{"PFX with 3DES", pfx(pkcs12.LegacyDES, "Pa$$w0rd"), nil, given("Pa$$w0rd"), 3},
		{"PFX of today", pfx(pkcs12.Modern, "Pa$$w0rd"), nil, given("Pa$$w0rd"), 3},
		{"PFX, empty password", pfx(pkcs12.LegacyRC2, ""), nil, nil, 3},
		{"PEM", pkitest.PEM(issued.Certificate), key, nil, 1},
		{"PEM, PKCS #1", pkitest.PEM(issued.Certificate), pkcs1, nil, 1},
		{"PEM, everything in one file", append(bytes.Clone(key), all...), nil, nil, 3},
		{"PEM, the root first", all, key, nil, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			certFile, keyFile := filepath.Join(t.TempDir(), "own"), ""
			writeFile(t, certFile, test.cert)
			if test.key != nil {
				keyFile = certFile + ".key"
				writeFile(t, keyFile, test.key)
			}
			got, err := LoadClientCertificate(certFile, keyFile, test.password)
			if err != nil {
				t.Fatal(err)
			}
			want := issued.TLS(middle, root).Certificate[:test.sent]
			if len(got.Certificate) != len(want) || got.Leaf == nil || certificateName(got) != "CN=lcs02.contoso.com" {
				t.Fatalf("%d certificates, leaf %v", len(got.Certificate), got.Leaf)
			}
			for i := range want {
				if !bytes.Equal(got.Certificate[i], want[i]) {
					t.Errorf("certificate %d is another", i)
				}
			}
			if !rsaKeyOf(t, issued).Equal(got.PrivateKey) {
				t.Error("another key")
			}
		})
	}
}

// OpenSSL's old files are what people make of a PFX that they got by mail.
func TestLoadClientCertificateOpenSSL(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "openssl")
	issued, _, _, key := own(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "own.pem"), append(pkitest.PEM(issued.Certificate), key...))
	run := func(args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), program, args...)
		command.Dir = dir
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v\n%s", args, err, said)
		}
	}
	run("pkcs12", "-export", "-legacy", "-in", "own.pem", "-out", "own.pfx", "-passout", "pass:Pa$$w0rd")
	got, err := LoadClientCertificate(filepath.Join(dir, "own.pfx"), "", given("Pa$$w0rd"))
	if err != nil || !got.Leaf.Equal(issued.Certificate) {
		t.Errorf("PFX: %v", err)
	}
	run("pkcs12", "-legacy", "-in", "own.pfx", "-out", "bags.pem", "-passin", "pass:Pa$$w0rd", "-nodes")
	if got, err = LoadClientCertificate(filepath.Join(dir, "bags.pem"), "", nil); err != nil || !got.Leaf.Equal(issued.Certificate) {
		t.Errorf("PEM with bag attributes: %v", err)
	}
	run("pkcs8", "-topk8", "-in", "own.pem", "-out", "locked.key", "-passout", "pass:Pa$$w0rd")
	if _, err = LoadClientCertificate(filepath.Join(dir, "own.pem"), filepath.Join(dir, "locked.key"), nil); err == nil || !strings.Contains(err.Error(), "the key is encrypted") {
		t.Errorf("encrypted key: %v", err)
	}
}

func TestLoadClientCertificateRefuses(t *testing.T) {
	t.Parallel()
	issued, _, root, key := own(t)
	pfx, err := pkcs12.LegacyRC2.Encode(issued.Key, issued.Certificate, nil, "Pa$$w0rd")
	if err != nil {
		t.Fatal(err)
	}
	leaf := pkitest.PEM(issued.Certificate)
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"own.pfx": pfx, "own.pem": leaf, "own.key": key, "root.pem": pkitest.PEM(root.Certificate), "cut.pfx": pfx[:len(pfx)/2],
		"cut.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{0x30, 3, 2}}), "empty": nil, "huge": make([]byte, maxCertificateFile+1),
		"cut.pem": append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{0x30, 3, 2}}), key...),
	} {
		writeFile(t, filepath.Join(dir, name), data)
	}
	gone := func() (string, error) { return "", errors.New("the variable is not set") }
	tests := []struct {
		cert, key string
		password  func() (string, error)
		text      string
	}{
		{"own.pfx", "", given("password"), "the password of the PFX is wrong or missing"},
		{"own.pfx", "", nil, "the password of the PFX is wrong or missing"},
		{"own.pfx", "", gone, "the variable is not set"},
		{"own.pfx", "own.key", nil, "only PEM goes with a file for the key"},
		{"cut.pfx", "", nil, "neither PEM nor a PFX"},
		{"empty", "", nil, "neither PEM nor a PFX"},
		{"huge", "", nil, "longer than"},
		{"own.pem", "", nil, "there is no private key"},
		{"own.key", "", nil, "it holds no certificate in PEM form"},
		{"root.pem", "own.key", nil, "the key is not that of CN=Contoso Root CA"},
		{"own.pem", "cut.key", nil, "own.pem with the key in"},
		{"cut.pem", "", nil, "malformed certificate"},
		{"own.pem", "missing.key", nil, "missing.key"},
		{"missing.pem", "", nil, "missing.pem"},
	}
	for _, test := range tests {
		keyFile := test.key
		if keyFile != "" {
			keyFile = filepath.Join(dir, keyFile)
		}
		got, err := LoadClientCertificate(filepath.Join(dir, test.cert), keyFile, test.password)
		if err == nil || got != nil || !strings.Contains(err.Error(), test.text) || !strings.HasPrefix(err.Error(), "read client certificate") {
			t.Errorf("%s, %s: %v; want %q", test.cert, test.key, err, test.text)
		}
		if err != nil && strings.Contains(err.Error(), "Pa$$w0rd") {
			t.Errorf("the password is shown: %v", err)
		}
		if strings.HasPrefix(test.cert, "missing") && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
}

func rsaKeyOf(t *testing.T, issued *pkitest.Issued) *rsa.PrivateKey {
	t.Helper()
	key, ok := issued.Key.(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("a key of type %T", issued.Key)
	}
	return key
}
