package mail_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lcshealth/checks/facts/pki/pkitest"
)

// python is the interpreter that sees Debian's packages.
const python = "/usr/bin/python3"

// wants says what the mail server is to do; see testdata/smtpd.py.
type wants struct {
	Cert     string            `json:"cert,omitempty"`
	Key      string            `json:"key,omitempty"`
	TLS      bool              `json:"tls,omitempty"`   // from the first byte, instead of STARTTLS
	Plain    bool              `json:"plain,omitempty"` // authentication without TLS
	Password string            `json:"password,omitempty"`
	Without  []string          `json:"without,omitempty"` // ways to authenticate that it does not have
	Refuse   map[string]string `json:"refuse,omitempty"`  // recipients and what it says to them
	Data     []string          `json:"data,omitempty"`    // what it says to the first mails
	Die      int               `json:"die,omitempty"`     // so many connections, in the middle of a mail
}

// server is a running mail server.
type server struct {
	port   int
	caFile string
	lines  chan string // what it says
}

// taken is a mail that it took.
type taken struct {
	From, Hello string
	To          []string
	TLS, Login  bool
	Data        []byte
}

// start runs aiosmtpd, a mail server that others wrote. Without it the test is
// skipped, or fails where the environment says CI=true.
func start(t *testing.T, w wants, secure bool) *server {
	t.Helper()
	if err := exec.CommandContext(t.Context(), python, "-c", "import aiosmtpd").Run(); err != nil {
		const missing = "NOT TESTED: no mail server to send to (apt-get install python3-aiosmtpd)"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	s := &server{}
	if secure {
		w.Cert, w.Key, s.caFile = certificate(t)
	}
	argument, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), python, "testdata/smtpd.py", string(argument))
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("the mail server says:\n%s", stderr.String())
		}
	})
	s.lines = make(chan string, 100) // more than any test has mails
	go func() {
		defer close(s.lines)
		out := bufio.NewScanner(stdout)
		out.Buffer(nil, 32<<20)
		for out.Scan() {
			s.lines <- out.Text()
		}
	}()
	s.read(t, &s.port)
	return s
}

func (s *server) read(t *testing.T, into any) {
	t.Helper()
	select {
	case line, ok := <-s.lines:
		if !ok {
			t.Fatal("the mail server has ended")
		}
		if err := json.Unmarshal([]byte(line), into); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	case <-time.After(20 * time.Second): // lest a lost mail holds up the tests for ever
		t.Fatal("the mail server took no mail")
	}
}

// mail returns the next mail that the server took.
func (s *server) mail(t *testing.T) (taken, *netmail.Message) {
	t.Helper()
	var got taken
	s.read(t, &got)
	m, err := netmail.ReadMessage(bytes.NewReader(got.Data))
	if err != nil {
		t.Fatalf("%v:\n%s", err, got.Data)
	}
	return got, m
}

// certificate writes the files of a certificate of localhost.
func certificate(t *testing.T) (cert, key, ca string) {
	t.Helper()
	authority, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.Issue(pkitest.Server("localhost"))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := issued.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", pkitest.PEM(issued.Certificate)), write("key.pem", encoded), write("ca.pem", pkitest.PEM(authority.Certificate))
}
