package wire

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/sip"
)

// sambaRegistrar asks Samba who signs in: it has one account, and computes with
// its own tables and hashes. Everything else of a registrar it does itself.
type sambaRegistrar struct {
	in  io.Writer
	out *bufio.Reader

	mu       sync.Mutex
	attempts int
}

// startSamba starts Samba's side of NTLM with an account, as a web proxy does.
func startSamba(t *testing.T, domain, user, password string) *sambaRegistrar {
	t.Helper()
	peer.Need(t, "ntlm_auth")
	dir := t.TempDir()
	conf := filepath.Join(dir, "smb.conf")
	settings := fmt.Sprintf("[global]\nworkgroup = %s\nnetbios name = LCS1\nlock directory = %[2]s\nstate directory = %[2]s\ncache directory = %[2]s\nprivate dir = %[2]s\npid directory = %[2]s\n", domain, dir)
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	cmd := exec.CommandContext(ctx, "ntlm_auth", "--helper-protocol=squid-2.5-ntlmssp",
		"--username="+user, "--domain="+domain, "--password="+password, "--configfile="+conf)
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
		cancel()
	})
	return &sambaRegistrar{in: in, out: bufio.NewReader(out)}
}

// ask sends a command with a message and returns what comes back for it.
func (s *sambaRegistrar) ask(command string, message []byte) (answer, rest string, err error) {
	if _, err := fmt.Fprintln(s.in, command, base64.StdEncoding.EncodeToString(message)); err != nil {
		return "", "", err
	}
	line, err := s.out.ReadString('\n')
	answer, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
	return answer, rest, err
}

// challenge gets a type 2 message. Samba wants a type 1 before it, which SIP
// does not have, and knows no connectionless NTLM: the two flags that say so are
// added to what it offers.
func (s *sambaRegistrar) challenge() (string, error) {
	const wanted = 0x60000000 | 0x00880000 | 0x00008000 | 0x00000200 | 0x00000010 | 0x00000004 | 0x00000001
	negotiate := make([]byte, 32)
	copy(negotiate, "NTLMSSP\x00\x01")
	binary.LittleEndian.PutUint32(negotiate[12:], wanted)
	answer, rest, err := s.ask("YR", negotiate)
	if err != nil || answer != "TT" {
		return "", fmt.Errorf("to a type 1 message: %s %s: %w", answer, rest, err)
	}
	message, err := base64.StdEncoding.DecodeString(rest)
	if err != nil || len(message) < 24 {
		return "", fmt.Errorf("type 2 %s: %w", rest, err)
	}
	flags := binary.LittleEndian.Uint32(message[20:])
	binary.LittleEndian.PutUint32(message[20:], flags|0x40|0x100000)
	return base64.StdEncoding.EncodeToString(message), nil
}

// serve answers the requests of a connection.
func (s *sambaRegistrar) serve(conn net.Conn) {
	reader := sip.NewReader(conn, sip.Limits{})
	for {
		m, err := reader.Read()
		if err != nil {
			return
		}
		s.mu.Lock()
		status, headers := s.register(m)
		s.mu.Unlock()
		lines := []string{"SIP/2.0 " + status}
		for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
			lines = append(lines, name+": "+m.Get(name))
		}
		lines = append(append(lines, headers...), "Content-Length: 0", "", "")
		if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")); err != nil {
			return
		}
	}
}

func (s *sambaRegistrar) register(m *sip.Message) (status string, headers []string) {
	const offer = `WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="lcs1.contoso.com"`
	for _, c := range sip.ParseChallenges(m.Get("Authorization")) {
		data, err := c.GSSAPIData()
		switch {
		case err != nil:
			return "400 " + err.Error(), nil
		case data == nil:
			return "200 OK", nil // its signature is nothing that Samba would judge
		case len(data) == 0:
			message, err := s.challenge()
			if err != nil {
				return "500 " + err.Error(), nil
			}
			return "401 Unauthorized", []string{offer + `, opaque="1", gssapi-data="` + message + `"`}
		}
		s.attempts++
		switch answer, rest, err := s.ask("KK", data); {
		case err != nil:
			return "500 " + err.Error(), nil
		case answer == "AF":
			return "200 " + rest, nil // who signed in, in Samba's words
		default:
			return "401 " + rest, []string{offer}
		}
	}
	return "401 Unauthorized", []string{offer}
}

// TestSambaSignIn has Samba judge the passwords.
func TestSambaSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, right string
		code        int
		reason      string
		steps       string
	}{
		{"right password", secret, 200, `CONTOSO\kim`, "ask 401, challenge 401, respond 200, deregister 200"},
		{"wrong password", "other", 401, "NT_STATUS_LOGON_FAILURE", "ask 401, challenge 401, respond 401"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			samba := startSamba(t, "CONTOSO", "kim", test.right)
			s, _ := tried(t.Context(), t, Config{ProbeUser: kim(accept(t, samba.serve), facts.TCP), ConnectTimeout: 20 * time.Second})
			got := get(t, s.Final)
			if got.Code != test.code || got.Reason != test.reason || steps(s) != test.steps {
				t.Errorf("%d %s after %s", got.Code, got.Reason, steps(s))
			}
			samba.mu.Lock()
			defer samba.mu.Unlock()
			if samba.attempts != 1 || !s.Attempted {
				t.Errorf("%d attempts", samba.attempts)
			}
			if s.Names == nil || s.Names.NetBIOSDomain == "" {
				t.Errorf("names %+v", s.Names)
			}
		})
	}
}
