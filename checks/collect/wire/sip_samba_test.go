package wire

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/sip"
)

// sambaRegistrar asks Samba who signs in. Everything else of a registrar it does
// itself.
type sambaRegistrar struct {
	ntlm *peer.NTLMAuth

	mu       sync.Mutex
	attempts int
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
			message, err := s.ntlm.Challenge(0x60000000 | 0x00880000 | 0x00008000 | 0x00000200 | 0x00000010 | 0x00000004 | 0x00000001)
			if err != nil {
				return "500 " + err.Error(), nil
			}
			return "401 Unauthorized", []string{offer + `, opaque="1", gssapi-data="` + message + `"`}
		}
		s.attempts++
		switch answer, rest, err := s.ntlm.Ask("KK", data); {
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
			samba := &sambaRegistrar{ntlm: peer.StartNTLMAuth(t, "CONTOSO", "kim", test.right)}
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
