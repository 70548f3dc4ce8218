package wire

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
)

// freePort returns a port on which nobody listens at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// scenario has sipp answer every request with one answer. An empty line would
// end the headers.
const scenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="answer">
  <recv request="OPTIONS|REGISTER" regexp_match="true"/>
  <send><![CDATA[

%s

  ]]></send>
</scenario>
`

// TestSIPp asks sipp, which checks the requests as it reads them.
func TestSIPp(t *testing.T) {
	t.Parallel()
	peer.Need(t, "sipp")
	const whole = "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]\nServer: RTC/2.0\n"
	const length = "Content-Length: 0"
	challenges := "WWW-Authenticate: NTLM realm=\"SIP Communications Service\", targetname=\"lcs01.contoso.com\"\n" +
		"WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", targetname=\"sip/lcs01.contoso.com\"\n"
	tests := []struct {
		name, answer string
		code         int
		reason       string
		challenges   int
	}{
		{"200", "SIP/2.0 200 OK\n" + whole + length, 200, "OK", 0},
		{"301", "SIP/2.0 301 Redirect request to Home Server\n" + whole + "Contact: <sip:192.0.2.1:5060>\n" + length, 301, "Redirect request to Home Server", 0},
		{"400", "SIP/2.0 400 Missing correct VIA header\n" + whole + length, 400, "Missing correct VIA header", 0},
		{"401", "SIP/2.0 401 Unauthorized\n" + whole + challenges + length, 401, "Unauthorized", 2},
		{"403", "SIP/2.0 403 Forbidden\n" + whole + length, 403, "Forbidden", 0},
		{"404", "SIP/2.0 404 Not Found\n" + whole + length, 404, "Not Found", 0},
		{"405", "SIP/2.0 405 Method not supported\n" + whole + "Allow: INVITE, ACK\n" + length, 405, "Method not supported", 0},
		{"480", "SIP/2.0 480 Temporarily Unavailable\n" + whole + length, 480, "Temporarily Unavailable", 0},
		{"503", "SIP/2.0 503 Service Unavailable\n" + whole + length, 503, "Service Unavailable", 0},
		{"504", "SIP/2.0 504 Cannot locate the next server\n" + whole + length, 504, "Cannot locate the next server", 0},
		{"no Content-Length", "SIP/2.0 504 Server Time-out\n" + whole, 504, "Server Time-out", 0},
		{"a damaged Via", "SIP/2.0 400 Missing correct VIA header\nVia: SIP/2.0/TCP ;;branch\n" + strings.TrimPrefix(whole, "[last_Via:]\n") + length, 400, "Missing correct VIA header", 0},
		{"nothing of the request", "SIP/2.0 400 Bad Request\n" + length, 400, "Bad Request", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scenario.xml")
			if err := os.WriteFile(file, fmt.Appendf(nil, scenario, test.answer), 0o600); err != nil {
				t.Fatal(err)
			}
			port := freePort(t)
			peer.Serve(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), "sipp", "-sf", file, "-t", "t1", "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-nostdin", "-timeout", "50s")
			e := only(t, Config{SIP: true, ConnectTimeout: 20 * time.Second}, sipTarget(port, facts.TCP))
			for _, answer := range []facts.SIPAnswer{get(t, e.Options), get(t, e.Register)} {
				if answer.Code != test.code || answer.Reason != test.reason || len(answer.Challenges) != test.challenges || answer.Damaged != 0 {
					t.Errorf("%+v", answer)
				}
			}
		})
	}
}
