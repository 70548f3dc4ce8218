package sip_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lcshealth/checks/sip"
)

// What is no SIP is told at its first wrong octet, and never waited for.
func TestGarbage(t *testing.T) {
	for text, want := range map[string]string{
		"\x15\x03\x01\x00\x02\x02\x28":        "not a SIP message but a TLS alert: 15 03 01 00 02 02 28",
		"\x16\x03\x01\x00\x51\x01":            "not a SIP message but a TLS record: 16 03 01 00 51 01",
		"HTTP/1.1 400 Bad Request\r\n\r\n":    `not a SIP message but HTTP: "HTTP/1.1 400 Bad Request\r\n\r\n"`,
		"GET / HTTP/1.1\r\nHost: x\r\n":       `not a SIP message but HTTP: "GET / HTTP/1.1\r\nHost: x\r\n"`,
		"220 mail.contoso.com ESMTP\r\n":      `not a SIP message: "220 mail.contoso.com ESMTP\r\n"`,
		"\xff\xfd\x18":                        "not a SIP message: ff fd 18",
		" SIP/2.0 200 OK\r\n\r\n":             `not a SIP message: " SIP/2.0 200 OK\r\n\r\n"`,
		"SIP/2.0 20 OK\r\n":                   `not a SIP message: "SIP/2.0 20 OK\r\n"`,
		"SIP/2.0 2000 OK\r\n":                 `not a SIP message: "SIP/2.0 2000 OK\r\n"`,
		"SIP/2.0 -20 OK\r\n":                  `not a SIP message: "SIP/2.0 -20 OK\r\n"`,
		"SIP/2.0 099 OK\r\n":                  `not a SIP message: "SIP/2.0 099 OK\r\n"`,
		"SIP/two 200 OK\r\n":                  `not a SIP message: "SIP/two 200 OK\r\n"`,
		"OPTIONS sip:contoso.com\r\n":         `not a SIP message: "OPTIONS sip:contoso.com\r\n"`,
		"<html>" + strings.Repeat("x", 50):    `not a SIP message: "<html>xxxxxxxxxxxxxxxxxxxxxxxxxx"`,
		"REGISTER \x00sip:contoso.com SIP/2.": "not a SIP message: 52 45 47 49 53 54 45 52 20 00 73 69 70 3a 63 6f 6e 74 6f 73 6f 2e 63 6f 6d 20 53 49 50 2f 32 2e",
	} {
		r := sip.NewReader(silent("\r\n"+text), sip.Limits{})
		m, err := r.Read()
		var garbage *sip.GarbageError
		if m != nil || !errors.As(err, &garbage) || err.Error() != want {
			t.Errorf("%q: message %v, error %q, want %q", text, m, err, want)
		}
		if _, again := r.Read(); !errors.Is(again, err) {
			t.Errorf("%q: then %v", text, again)
		}
	}
	if _, err := sip.Parse([]byte("HTTP/1.1 200 OK\r\n\r\n")); err == nil || err.Error() != `not a SIP message but HTTP: "HTTP/1.1 200 OK\r\n\r\n"` {
		t.Errorf("parse: %v", err)
	}
}

// Whatever cuts a message off, what came of it is not lost.
func TestTruncated(t *testing.T) {
	for text, want := range map[string]struct {
		part          string
		code, headers int
		body          string
	}{
		"SIP/2":                                              {"start line", 0, 0, ""},
		"SIP/2.0 401 Unauth":                                 {"start line", 401, 0, ""},
		"SIP/2.0 401 Unauthorized\r\n":                       {"head", 401, 0, ""},
		"SIP/2.0 401 X\r\nA: b\r\nB: c":                      {"head", 401, 2, ""},
		"SIP/2.0 401 X\r\nA: b\r\n\r":                        {"head", 401, 1, ""},
		"SIP/2.0 401 X\r\nl: 3\r\n\r\nab":                    {"body", 401, 1, "ab"},
		"SIP/2.0 401 X\r\nl: 99999999999999999999\r\n\r\nab": {"body", 401, 1, "ab"}, // beyond 64 bits
	} {
		for _, c := range []struct {
			from io.Reader
			end  error
		}{{strings.NewReader(text), io.ErrUnexpectedEOF}, {silent(text), errSilent}} {
			r := sip.NewReader(c.from, sip.Limits{})
			m, err := r.Read()
			var cut *sip.TruncatedError
			if !errors.As(err, &cut) || cut.Part != want.part || !errors.Is(err, c.end) || !strings.HasPrefix(text, string(cut.First)) {
				t.Errorf("%q: error %v", text, err)
			}
			switch {
			case m == nil:
				if want.code != 0 {
					t.Errorf("%q: no message", text)
				}
			case m.Code != want.code || len(m.Headers) != want.headers || string(m.Body) != want.body || string(m.Raw) != text:
				t.Errorf("%q: read %d, %v, %q", text, m.Code, m.Headers, m.Body)
			}
			if _, again := r.Read(); !errors.Is(again, err) {
				t.Errorf("%q: then %v", text, again)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	const head = "SIP/2.0 200 OK\r\nl: 100\r\n\r\n"
	for name, c := range map[string]struct {
		text    string
		limits  sip.Limits
		want    string
		message bool
		body    int
	}{
		"empty lines":     {strings.Repeat("\r\n", 33<<10), sip.Limits{}, "read SIP message: the head has more than 65536 octets", false, 0},
		"start line":      {strings.Repeat("A", 70<<10), sip.Limits{}, "read SIP message: the head has more than 65536 octets", false, 0},
		"headers":         {with("X: " + strings.Repeat("x", 70<<10)), sip.Limits{}, "read SIP message: the head has more than 65536 octets", true, 0},
		"configured head": {head, sip.Limits{Head: len(head) - 1}, "read SIP message: the head has more than 25 octets", true, 0},
		"configured body": {head + strings.Repeat("x", 100), sip.Limits{Body: 99}, "read SIP message: the body has more than 99 octets", true, 99},
		"body": {"SIP/2.0 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n" + strings.Repeat("x", 70<<10),
			sip.Limits{}, "read SIP message: the body has more than 65536 octets", true, 64 << 10},
	} {
		m, err := sip.NewReader(silent(c.text), c.limits).Read()
		var limit *sip.LimitError
		if !errors.As(err, &limit) || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if (m != nil) != c.message || m != nil && (len(m.Body) != c.body || m.Code == 0) {
			t.Errorf("%s: message %v", name, m)
		}
	}
	for _, limits := range []sip.Limits{{Head: len(head), Body: 100}, {}} {
		if m, err := sip.NewReader(silent(head+strings.Repeat("x", 100)), limits).Read(); err != nil || len(m.Body) != 100 {
			t.Errorf("just within %+v: %v", limits, err)
		}
	}
}

// What is promised costs nothing before it comes.
func TestAllocatesNothingForAPromise(t *testing.T) {
	text := []byte("SIP/2.0 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n")
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sip.NewReader(bytes.NewReader(text), sip.Limits{Head: 1 << 40, Body: 1 << 40}).Read(); !errors.Is(err, io.ErrUnexpectedEOF) {
				b.Fatal(err)
			}
		}
	})
	if got := result.AllocedBytesPerOp(); got == 0 || got > 16<<10 {
		t.Errorf("%d octets are allocated", got)
	}
}

// The end of a stream between messages is io.EOF, and a deadline that passes
// there can be set anew.
func TestBetweenMessages(t *testing.T) {
	r := sip.NewReader(strings.NewReader(lines(answer...)+"\r\n\r\n"), sip.Limits{})
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	if m, err := r.Read(); m != nil || !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v, %v", m, err)
	}

	r = sip.NewReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("\r\n"+lines(answer...)))), sip.Limits{})
	if m, err := r.Read(); m != nil || !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("at the deadline: %v, %v", m, err)
	}
	if m, err := r.Read(); err != nil || m.Code != 401 {
		t.Errorf("behind it: %v, %v", m, err)
	}
}

// An old server's answer has no Content-Length, and its connection stays open.
func TestAnswerComesAtOnceOnAConnection(t *testing.T) {
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served, read := make(chan error, 1), make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, err = io.WriteString(conn, without("Content-Length"))
			<-read // and nothing more
			err = errors.Join(err, conn.Close())
		}
		served <- err
	}()
	var d net.Dialer
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	m, err := sip.NewReader(conn, sip.Limits{}).Read()
	if err != nil || m.Code != 401 {
		t.Errorf("read %v, %v", m, err)
	}
	close(read)
	if err := errors.Join(conn.Close(), <-served, listener.Close()); err != nil {
		t.Error(err)
	}
}
