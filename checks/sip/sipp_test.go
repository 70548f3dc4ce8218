package sip_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
	"lcshealth/checks/sip"
)

// scenario lets sipp take a request that it can parse and answer as a server
// with NTLM does, naming the request's own headers.
const scenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="register">
  <recv request="%s"/>
  <send><![CDATA[

    SIP/2.0 401 Unauthorized
    Date: Thu, 21 Apr 2005 02:38:50 GMT
    WWW-Authenticate: NTLM realm="SIP Communications Service", targetname="lcs01.contoso.com"
    WWW-Authenticate: Kerberos realm="SIP Communications Service", targetname="sip/lcs01.contoso.com"
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
`

// Another program understands what is written, and what it answers is read.
func TestSIPp(t *testing.T) {
	peer.Need(t, "sipp")
	for _, method := range []string{"REGISTER", "OPTIONS"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
			defer cancel()
			conn := dialSIPp(ctx, t, method)
			dialog, err := sip.NewDialog(&counting{})
			if err != nil {
				t.Fatal(err)
			}
			r := sip.Request{
				Method: method, URI: "sip:contoso.com", Transport: "TCP", SentBy: conn.LocalAddr().String(),
				From: "sip:kim@contoso.com", To: "sip:kim@contoso.com", Dialog: dialog, Sequence: 1,
				UserAgent: "lcshealth", Contact: "sip:" + conn.LocalAddr().String() + ";transport=tcp",
			}
			ask, err := r.Message(&counting{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(ask.Raw); err != nil {
				t.Fatal(err)
			}
			m, err := sip.NewReader(conn, sip.Limits{}).Read()
			if err != nil {
				t.Fatal(err)
			}
			from, _ := m.From()
			if m.Code != 401 || !m.Answers(ask) || len(m.Challenges()) != 2 || from.Epid() != dialog.Epid ||
				len(m.Vias()) != 1 || m.Vias()[0].Branch() != ask.Vias()[0].Branch() {
				t.Errorf("answer to\n%s\nis\n%s", ask, m)
			}
		})
	}
}

// dialSIPp starts sipp on a free port and connects to it.
func dialSIPp(ctx context.Context, t *testing.T, method string) net.Conn {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "scenario.xml")
	if err := os.WriteFile(file, fmt.Appendf(nil, scenario, method), 0o600); err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, "sipp", "-sf", file, "-t", "t1", "-i", host, "-p", port, "-nostdin", "-m", "1", "-timeout", "40s")
	cmd.Dir = dir
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Env = append(os.Environ(), "TERM=dumb")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // killed
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			tail := log.Bytes()
			t.Logf("sipp: %s", tail[max(0, len(tail)-2000):])
		}
	})
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			t.Cleanup(func() {
				if err := conn.Close(); err != nil && !errors.Is(err, io.EOF) {
					t.Error(err)
				}
			})
			deadline, _ := ctx.Deadline()
			if err := conn.SetDeadline(deadline); err != nil {
				t.Fatal(err)
			}
			return conn
		}
		select {
		case <-ended:
			t.Fatalf("sipp ended before it served: %s", log.String())
		case <-ctx.Done():
			t.Fatalf("connect to sipp: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
