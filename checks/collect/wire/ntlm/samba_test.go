package ntlm

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

	"lcshealth/checks/lab/peer"
)

// samba is Samba's own server side of NTLM, with a single account. It is asked
// line by line, as a web proxy does.
type samba struct {
	in  io.Writer
	out *bufio.Reader
}

func startSamba(t *testing.T, domain, user, password string) samba {
	t.Helper()
	peer.Need(t, "ntlm_auth")
	dir := t.TempDir()
	conf := filepath.Join(dir, "smb.conf")
	settings := fmt.Sprintf("[global]\nworkgroup = %s\nnetbios name = LCS1\nlock directory = %[2]s\nstate directory = %[2]s\ncache directory = %[2]s\nprivate dir = %[2]s\npid directory = %[2]s\n", domain, dir)
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	cmd := exec.CommandContext(ctx, "ntlm_auth", "--helper-protocol=squid-2.5-ntlmssp",
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
		cancel()
	})
	return samba{in: in, out: bufio.NewReader(out)}
}

// ask sends a command with a message and returns what comes back for it.
func (s samba) ask(t *testing.T, command string, message []byte) (answer, rest string) {
	t.Helper()
	if _, err := fmt.Fprintln(s.in, command, base64.StdEncoding.EncodeToString(message)); err != nil {
		t.Fatal(err)
	}
	line, err := s.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	answer, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
	return answer, rest
}

// challenge gets a type 2 message. Samba wants a type 1 before it, which SIP does
// not have, and knows no connectionless NTLM: the two flags that say so are added
// to what it offers.
func (s samba) challenge(t *testing.T, flags Flags) *Challenge {
	t.Helper()
	negotiate := make([]byte, 32)
	copy(negotiate, messageSignature)
	negotiate[8] = 1
	binary.LittleEndian.PutUint32(negotiate[12:], uint32(flags|RequestTarget)) // else no target information
	answer, rest := s.ask(t, "YR", negotiate)
	if answer != "TT" {
		t.Fatalf("to a type 1 message: %s %s", answer, rest)
	}
	c, err := Offer{GSSAPIData: rest}.Challenge()
	if err != nil {
		t.Fatalf("%s: %v", rest, err)
	}
	c.Flags |= Datagram | Identify
	return c
}

// A program that has one password judges the answers: Samba takes the names out
// of the message, and computes with its own tables and hashes.
func TestSamba(t *testing.T) {
	t.Parallel()
	const plain = "Pa$$word"
	long := strings.Repeat("0123456789", 12)
	any := required | AlwaysSign | RequestTarget | Version
	tests := []struct {
		name   string
		flags  Flags
		user   string
		right  string // the account's password
		sent   string
		ours   bool // the time is the client's, as with a server that gives none
		answer string
	}{
		{"right", any, "alice", plain, plain, false, `AF CONTOSO\alice`},
		{"client's time, LMv2", any, "alice", plain, plain, true, `AF CONTOSO\alice`},
		{"fewest flags", required | RequestTarget, "alice", plain, plain, true, `AF CONTOSO\alice`},
		{"more flags", any | Seal | Key56 | LMKey | OEM, "alice", plain, plain, false, `AF CONTOSO\alice`},
		{"name beyond ASCII", any, "jürgen.жук", plain, plain, false, `AF CONTOSO\jürgen.жук`},
		{"letters that are raised", any, everyLetter(), plain, plain, false, `AF CONTOSO\` + everyLetter()},
		{"user principal name", any, "alice@contoso.com", plain, plain, false, `AF \alice@contoso.com`},
		{"password beyond ASCII", any, "alice", "pä$$wörd Ж€😀", "pä$$wörd Ж€😀", false, `AF CONTOSO\alice`},
		{"long password", any, "alice", long, long, false, `AF CONTOSO\alice`},
		{"wrong password", any, "alice", plain, "pa$$word", false, "NA NT_STATUS_LOGON_FAILURE"},
		{"wrong password, client's time", any, "alice", plain, plain + " ", true, "NA NT_STATUS_LOGON_FAILURE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := startSamba(t, "CONTOSO", "alice", test.right)
			c := s.challenge(t, test.flags)
			if c.TargetInfo.NetBIOSDomain == "" || c.TargetInfo.Timestamp.IsZero() {
				t.Errorf("it calls itself %+v", c.TargetInfo)
			}
			if test.ours {
				c.TargetInfo.Timestamp = time.Time{}
			}
			domain := "CONTOSO"
			if strings.Contains(test.user, "@") {
				domain = ""
			}
			a, err := Respond(c, Credentials{domain, test.user, Password(test.sent)}, Options{Workstation: "CLIENT"})
			if err != nil {
				t.Fatal(err)
			}
			if answer, rest := s.ask(t, "KK", a.Message); answer+" "+rest != test.answer {
				t.Errorf("%s %s, want %s", answer, rest, test.answer)
			}
		})
	}
}

// everyLetter is a name of all letters that [upper] raises.
func everyLetter() string {
	var name []rune
	for _, r := range raised.R16 {
		for letter := rune(r.Lo); letter <= rune(r.Hi); letter++ {
			name = append(name, letter)
		}
	}
	return string(name)
}

// An answer is good for the challenge it was made for, and no other.
func TestSambaReplay(t *testing.T) {
	t.Parallel()
	s := startSamba(t, "CONTOSO", "alice", "Pa$$word")
	a, err := Respond(s.challenge(t, required), Credentials{"CONTOSO", "alice", Password("Pa$$word")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"AF", "NA"} {
		if i > 0 {
			s.challenge(t, required)
		}
		if answer, rest := s.ask(t, "KK", a.Message); answer != want {
			t.Errorf("attempt %d: %s %s, want %s", i, answer, rest, want)
		}
	}
}
