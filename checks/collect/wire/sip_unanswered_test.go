package wire

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// An answer that is not there leaves what is known of the connection.
func TestSIPUnanswered(t *testing.T) {
	t.Parallel()
	after := func(answer string, then func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			if _, err := conn.Read(make([]byte, 4096)); err != nil {
				return
			}
			_, _ = io.WriteString(conn, answer)
			then(conn)
		}
	}
	hang := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	leave := func(net.Conn) {}
	tests := []struct {
		name  string
		serve func(net.Conn)
		class facts.Class
		text  string
		later string // of REGISTER, if it is another
	}{
		{name: "silent", serve: hang, class: facts.Timeout, text: "accepted the connection but did not answer OPTIONS within 300ms"},
		{name: "closes", serve: after("", leave), class: facts.Protocol, text: "closed the connection instead of answering OPTIONS"},
		{name: "hangs after 100", serve: after("SIP/2.0 100 Trying\r\n\r\n", hang), class: facts.Timeout, text: "did not answer OPTIONS within 300ms after 100"},
		{name: "HTTP", serve: after("HTTP/1.1 400 Bad Request\r\n\r\n", hang), class: facts.Protocol, text: "to OPTIONS is not a SIP message but HTTP: \"HTTP/1.1 400 Bad Request"},
		{name: "TLS", serve: after("\x15\x03\x01\x00\x02\x02\x0a", hang), class: facts.Protocol, text: "to OPTIONS is not a SIP message but a TLS alert"},
		{name: "an echo", serve: func(conn net.Conn) { _, _ = io.Copy(conn, conn) }, class: facts.Timeout, text: "did not answer OPTIONS within 300ms"},
		{name: "half a line", serve: after("SIP/2.0 20", hang), class: facts.Timeout, text: "did not answer OPTIONS within 300ms"},
		{name: "answers to others", serve: after("SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\nSIP/2.0 200 OK\r\nCSeq: 77 OPTIONS\r\n\r\n", hang), class: facts.Timeout, text: "did not answer OPTIONS within 300ms"},
		{name: "a message without end", serve: after("SIP/2.0 100 Trying\r\n"+strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 70), hang), class: facts.Protocol, text: "the head has more than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wire, account := observe(t.Context(), t, Config{
				SIP: true, ConnectTimeout: 300 * time.Millisecond, Targets: []Target{sipTarget(accept(t, test.serve), facts.TCP)},
			})
			e := wire.Endpoints[0]
			if !get(t, e.Connected) {
				t.Error("not connected")
			}
			unknown(t, e.Options, test.class, test.text)
			unknown(t, e.Register, test.class, strings.ReplaceAll(test.text, "OPTIONS", "REGISTER"))
			if account.Status != facts.Partial {
				t.Errorf("account %+v", account)
			}
		})
	}
}

// A server that is silent to OPTIONS may answer REGISTER.
func TestSIPOnlyRegister(t *testing.T) {
	t.Parallel()
	server := lcs01(nil)
	port := accept(t, func(conn net.Conn) {
		first := make([]byte, 1)
		if _, err := io.ReadFull(conn, first); err != nil || first[0] == 'O' {
			_, _ = io.Copy(io.Discard, conn)
			return
		}
		server.ServeConn(t.Context(), unread{conn, io.MultiReader(strings.NewReader(string(first)), conn)})
	})
	e := only(t, Config{SIP: true, ConnectTimeout: 300 * time.Millisecond}, sipTarget(port, facts.TCP))
	unknown(t, e.Options, facts.Timeout, "did not answer OPTIONS")
	if code := get(t, e.Register).Code; code != 401 {
		t.Errorf("code %d", code)
	}
}

// unread is a connection of which something was read already.
type unread struct {
	net.Conn
	from io.Reader
}

func (u unread) Read(b []byte) (int, error) { return u.from.Read(b) }

func TestSIPRefused(t *testing.T) {
	t.Parallel()
	wire, account := observe(t.Context(), t, Config{SIP: true, Targets: []Target{sipTarget(refusing(t), facts.TCP)}})
	e := wire.Endpoints[0]
	if get(t, e.Connected) {
		t.Error("connected")
	}
	unknown(t, e.Options, facts.Unreachable, "refuses connections")
	unknown(t, e.Register, facts.Unreachable, "refuses connections")
	if account.Status != facts.OK {
		t.Errorf("account %+v", account)
	}
}

// An answer may be cut, damaged and written in an old code page.
func TestSIPDamaged(t *testing.T) {
	t.Parallel()
	answer := "SIP/2.0 403 Verbot\xe9n\r\nno header\r\nWarning: 309 lcs01 \"a\"\r\nms-diagnostics: 1;reason=\"b\"\r\nContent-Length: 100\r\n\r\ncut"
	port := accept(t, func(conn net.Conn) {
		if _, err := conn.Read(make([]byte, 4096)); err == nil {
			_, _ = io.WriteString(conn, answer)
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}
	})
	e := only(t, Config{SIP: true}, sipTarget(port, facts.TCP))
	got := get(t, e.Options)
	want := facts.SIPAnswer{
		Code: 403, Reason: "Verbotén", Warnings: []string{`309 lcs01 "a"`}, Diagnostics: []string{`1;reason="b"`},
		Received: got.Received, Transport: "TCP", Milliseconds: got.Milliseconds, Damaged: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// When time runs out, what was known before stays.
func TestSIPTimeRunsOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	port := accept(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		cancel(context.DeadlineExceeded)
		_, _ = io.Copy(io.Discard, conn)
	})
	observed, err := New(Config{SIP: true, ConnectTimeout: time.Minute, Targets: []Target{sipTarget(port, facts.TCP)}}).Collect(ctx, collect.NewSession("wire", "network", nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	observed.AddTo(&d)
	e := d.Wire.Endpoints[0]
	if !get(t, e.Connected) {
		t.Error("not connected")
	}
	unknown(t, e.Options, facts.Timeout, "the time for the network ended")
	unknown(t, e.Register, facts.Timeout, "the time for the network ended")
}
