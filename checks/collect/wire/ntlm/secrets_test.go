package ntlm

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The password, the keys and the response stay out of every text, however the
// values that hold them are formatted (but for %p, which go vet refuses).
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	a := captureSession(t)
	cred := Credentials{Domain: "COSMO", User: "User", Password: Password("Pa$$word")}
	session := a.Session.SessionKey()

	var texts []string
	for _, value := range []any{cred, &cred, cred.Password, a, *a, a.Session, *a.Session, []any{cred, a}, struct{ C any }{cred}, map[string]any{"a": *a}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%c"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		out, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		texts = append(texts, string(out))
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		texts = append(texts, log.String())
	}
	c := parse(t, captureChallenge)
	for _, change := range []func(*Credentials){
		func(c *Credentials) { c.User = "" },
		func(c *Credentials) { c.User += "\xff" },
		func(c *Credentials) { c.Domain += "\xff" },
		func(c *Credentials) { c.Password = append(bytes.Clone(c.Password), 0xff) },
		func(c *Credentials) { c.User = strings.Repeat("x", 1<<15) },
	} {
		bad := cred
		change(&bad)
		_, err := Respond(c, bad, Options{})
		if err == nil {
			t.Fatal("no error")
		}
		texts = append(texts, err.Error())
	}

	for what, secret := range map[string][]byte{
		"password": []byte(cred.Password), "session key": session, "type 3": a.Message[72:],
		"client keys": a.Session.client.seal[:], "server keys": a.Session.server.sign[:],
	} {
		numbers := strings.Trim(fmt.Sprintf("%d", secret), "[]")
		goSyntax := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", secret), "[]byte{"), "}")
		forms := []string{string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret), numbers, goSyntax, strings.ReplaceAll(numbers, " ", ",")}
		for _, text := range texts {
			for _, form := range forms {
				if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
					t.Errorf("the %s is in %s", what, text)
				}
			}
		}
	}
}

func TestPasswordWipe(t *testing.T) {
	t.Parallel()
	octets := []byte("Pa$$word")
	Credentials{Password: octets}.Password.Wipe()
	if !bytes.Equal(octets, make([]byte, 8)) {
		t.Errorf("left: %q", octets)
	}
	if cred := exampleCredentials(); cred.Password.String() != "(hidden)" {
		t.Errorf("shown: %s", cred.Password.String())
	}
}

// Respond needs the password unchanged, and leaves it so: wiping is up to its
// owner.
func TestRespondLeavesPassword(t *testing.T) {
	t.Parallel()
	cred := exampleCredentials()
	if _, err := Respond(parse(t, captureChallenge), cred, Options{}); err != nil {
		t.Fatal(err)
	}
	if string(cred.Password) != "Password" {
		t.Error("the password was changed")
	}
}

// Where only FIPS 140-3 algorithms are permitted, MD5 panics and RC4 fails. That
// is an error here, in this test run again in such a process.
func TestFIPS(t *testing.T) {
	t.Parallel()
	const name = "NTLM_TEST_FIPS"
	if os.Getenv(name) != "" {
		s := newSessionUnchecked()
		_, responded := Respond(parse(t, captureChallenge), exampleCredentials(), Options{})
		_, signed := s.Sign("x")
		for _, err := range []error{responded, signed, s.Verify("x", strings.Repeat("00", 16))} {
			fmt.Println("got:", err)
		}
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestFIPS$", "-test.v")
	cmd.Env = append(cmd.Environ(), name+"=1", "GODEBUG=fips140=only")
	out, err := cmd.CombinedOutput()
	if n := strings.Count(string(out), "got: "+ErrFIPS.Error()); err != nil || n != 3 {
		t.Errorf("%v, %d of 3 errors:\n%s", err, n, out)
	}
}

// newSessionUnchecked is a session whose keys were not derived.
func newSessionUnchecked() *Session { return &Session{session: key{1}} }
