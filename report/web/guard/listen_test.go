package guard

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestListenCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rules Rules
		want  string // of the error; empty for none
	}{
		{Rules{Addr: "localhost:8080", Users: true}, ""},
		{Rules{Addr: "127.0.0.2:0", Users: true}, ""},
		{Rules{Addr: "[::1]:8080", Users: true, TLS: true}, ""},
		{Rules{Addr: "[::ffff:127.0.0.1]:8080", Users: true}, ""},
		{Rules{Addr: "localhost:8080"}, "nobody who could sign in"},
		{Rules{Addr: "localhost:8080", TLS: true}, "--no-sign-in"},
		{Rules{Addr: "localhost:8080", NoSignIn: true}, ""},
		{Rules{Addr: "localhost:8080", NoSignIn: true, Users: true}, "there are users"},
		{Rules{Addr: ":8080", Users: true}, "in clear"},
		{Rules{Addr: "0.0.0.0:8080", Users: true}, "in clear"},
		{Rules{Addr: "[::]:8080", Users: true}, "in clear"},
		{Rules{Addr: "192.0.2.1:8080", Users: true}, "in clear"},
		{Rules{Addr: "lcs.contoso.com:8080", Users: true}, "give a certificate"},
		{Rules{Addr: "localhost.contoso.com:8080", Users: true}, "in clear"},
		{Rules{Addr: "192.0.2.1:8080", TLS: true}, "lcshealth user add"},
		{Rules{Addr: "192.0.2.1:8080", TLS: true, Users: true}, ""},
		{Rules{Addr: ":8080", TLS: true, Users: true}, ""},
		{Rules{Addr: ":8080", TLS: true, NoSignIn: true}, "everybody on the network"},
		{Rules{Addr: ":8080", TLS: true, NoSignIn: true, Users: true}, "everybody on the network"},
		{Rules{Addr: "8080", TLS: true, Users: true}, "host:port"},
		{Rules{Addr: "localhost:http", Users: true}, "port"},
		{Rules{Addr: "localhost:70000", Users: true}, "port"},
	} {
		err := ListenCheck(test.rules)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v", test.rules, err)
		}
	}
	if _, err := Listen(t.Context(), Rules{Addr: ":0", Users: true}); err == nil {
		t.Error("it listens")
	}
}

func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	if _, err := LoadCertificate(certFile, keyFile, nil, nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	writeCertificate(t, certFile, keyFile, "old.contoso.com")
	now := time.Now()
	c, err := LoadCertificate(certFile, keyFile, nil, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(http.NotFoundHandler(), c, nil)
	go func() { _ = Serve(t.Context(), s, l) }()
	defer s.Close()
	// name is what a new client sees.
	name := func(versions ...uint16) string {
		config := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the name is what is looked at
		if len(versions) > 0 {
			config.MinVersion, config.MaxVersion = versions[0], versions[0]
		}
		conn, err := (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			return err.Error()
		}
		defer conn.Close()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	want := func(want string) {
		t.Helper()
		if got := name(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	want("old.contoso.com")
	if got := name(tls.VersionTLS11); !strings.Contains(got, "version") {
		t.Errorf("TLS 1.1: %s", got)
	}
	if got := name(tls.VersionTLS12); got != "old.contoso.com" {
		t.Errorf("TLS 1.2: %s", got)
	}
	// Half of a renewal: the key does not fit.
	writeCertificate(t, certFile, filepath.Join(folder, "new.pem"), "a-longer-name.contoso.com")
	now = now.Add(certificateCheck)
	want("old.contoso.com")
	if err := os.Rename(filepath.Join(folder, "new.pem"), keyFile); err != nil {
		t.Fatal(err)
	}
	want("old.contoso.com") // not every handshake looks
	now = now.Add(certificateCheck)
	want("a-longer-name.contoso.com")
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	now = now.Add(certificateCheck)
	want("a-longer-name.contoso.com")
}
