package peer

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// NTLMAuth is Samba's own server side of NTLM, with a single account: it
// computes with its own tables and hashes. It is asked line by line, as a web
// proxy does. Its methods are not safe for concurrent use.
type NTLMAuth struct {
	in  io.Writer
	out *bufio.Reader
}

// StartNTLMAuth starts it for as long as the test runs, a minute at the most.
// Where Samba is not installed the test ends as with [Need].
func StartNTLMAuth(t testing.TB, domain, user, password string) *NTLMAuth {
	t.Helper()
	program := Program(t, "ntlm_auth")
	dir := t.TempDir()
	conf := filepath.Join(dir, "smb.conf")
	settings := fmt.Sprintf("[global]\nworkgroup = %s\nnetbios name = LCS1\nlock directory = %[2]s\nstate directory = %[2]s\ncache directory = %[2]s\nprivate dir = %[2]s\npid directory = %[2]s\n", domain, dir)
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, "--helper-protocol=squid-2.5-ntlmssp",
		"--username="+user, "--domain="+domain, "--password="+password, "--configfile="+conf)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // its end of input
		_ = cmd.Wait()
	})
	return &NTLMAuth{in: in, out: bufio.NewReader(out)}
}

// Ask sends a command with a message and returns what comes back for it: AF and
// the account to KK with a type 3 message that is right, NA and why not to one
// that is not.
func (n *NTLMAuth) Ask(command string, message []byte) (answer, rest string, err error) {
	if _, err := fmt.Fprintln(n.in, command, base64.StdEncoding.EncodeToString(message)); err != nil {
		return "", "", fmt.Errorf("ask ntlm_auth: %w", err)
	}
	line, err := n.out.ReadString('\n')
	if err != nil {
		return "", "", fmt.Errorf("ask ntlm_auth: %w", err)
	}
	answer, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
	return answer, rest, nil
}

// Challenge gets a type 2 message, in base64, for a client that wants the given
// flags. Samba wants a type 1 before it, which SIP does not have, and knows no
// connectionless NTLM: the two flags that say so are added to what it offers.
func (n *NTLMAuth) Challenge(flags uint32) (string, error) {
	const datagram, identify = 0x40, 0x100000
	negotiate := make([]byte, 32)
	copy(negotiate, "NTLMSSP\x00\x01")
	binary.LittleEndian.PutUint32(negotiate[12:], flags)
	answer, rest, err := n.Ask("YR", negotiate)
	if err != nil {
		return "", err
	}
	message, err := base64.StdEncoding.DecodeString(rest)
	if err != nil || answer != "TT" || len(message) < 24 {
		return "", fmt.Errorf("ntlm_auth answers a type 1 message with %s %s", answer, rest)
	}
	offered := binary.LittleEndian.Uint32(message[20:])
	binary.LittleEndian.PutUint32(message[20:], offered|datagram|identify)
	return base64.StdEncoding.EncodeToString(message), nil
}
