package dcom

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// listen starts a listener whose connections are each given to serve.
func listen(t *testing.T, serve func(net.Conn)) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	host, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// saying serves each connection by reading one PDU and answering with octets.
func saying(answer []byte) func(net.Conn) {
	return func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := conn.Read(make([]byte, 4096)); err != nil {
			return
		}
		_, _ = conn.Write(answer)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
}

func configFor(host, port string) Config {
	return Config{
		Host: host, Port: port, Username: `CONTOSO\admin`, CallTimeout: 5 * time.Second, ConnectTimeout: 5 * time.Second,
		Password: func(context.Context) (string, error) { return "correct horse", nil },
	}
}

// expectFailure dials and checks why that failed.
func expectFailure(ctx context.Context, t *testing.T, cfg Config, class facts.Class, message, settle string) {
	t.Helper()
	conn, err := Dial(ctx, cfg)
	if err == nil {
		_ = conn.Close()
		t.Fatal("connected")
	}
	why := collect.Reason(err)
	if why.Class != class || !strings.Contains(why.Message, message) || !strings.Contains(why.Settle, settle) {
		t.Errorf("%s: %s\n(%s)\nwant %s: …%s… (…%s…)", why.Class, why.Message, why.Settle, class, message, settle)
	}
	if strings.ContainsAny(why.Message+why.Settle, "\n\r") {
		t.Errorf("more than one line: %q", why.Message)
	}
	if strings.Contains(why.Message, "correct horse") {
		t.Errorf("the password is told: %s", why.Message)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, closed, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cfg := configFor("127.0.0.1", closed)
	expectFailure(t.Context(), t, cfg, facts.Unreachable, "connect to 127.0.0.1:"+closed, "open TCP port 135")

	cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) { // as a firewall that drops
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
	cfg.ConnectTimeout = 50 * time.Millisecond
	expectFailure(t.Context(), t, cfg, facts.Timeout, "as if a firewall dropped it", "open TCP port 135")

	cfg.Dial = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "lcs09.contoso.com", IsNotFound: true}}
	}
	expectFailure(t.Context(), t, cfg, facts.Unreachable, "the name is not resolved", "DNS")
}

// TestHang has a host that takes connections and says nothing.
func TestHang(t *testing.T) {
	t.Parallel()
	host, port := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	cfg := configFor(host, port)
	cfg.CallTimeout = 100 * time.Millisecond
	expectFailure(t.Context(), t, cfg, facts.Timeout, "activate WMI at "+host+":"+port, "not hanging")

	// The context ends before the call's own time does.
	cfg.CallTimeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	expectFailure(ctx, t, cfg, facts.Timeout, "deadline exceeded", "")
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := Dial(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// ack is what answers a bind, with a token of authentication.
func ack(result, reason uint16, token []byte) []byte {
	b := newPDU(pduBindAck, 3, 1)
	b = binary.LittleEndian.AppendUint16(b, 5840)
	b = binary.LittleEndian.AppendUint16(b, 5840)
	b = binary.LittleEndian.AppendUint32(b, 0x1234)
	b = append(b, 4, 0, '1', '3', '5', 0, 0, 0) // the port, and padding to a word
	b = append(b, 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, result)
	b = binary.LittleEndian.AppendUint16(b, reason)
	b = ndr20.append(b)
	if token == nil {
		return finish(b, 0)
	}
	b = append(b, kindNTLM, levelPrivacy, 0, 0, 1, 0, 0, 0)
	return finish(append(b, token...), len(token))
}

// TestAnswers has what may answer the first bind.
func TestAnswers(t *testing.T) {
	t.Parallel()
	fault := func(status uint32) []byte {
		b := append(newPDU(pduFault, 3, 1), 0, 0, 0, 0, 0, 0, 0, 0)
		return finish(append(binary.LittleEndian.AppendUint32(b, status), 0, 0, 0, 0), 0)
	}
	nak := func(reason byte) []byte { return finish(append(newPDU(pduBindNak, 3, 1), reason, 0, 0, 0), 0) }
	set := func(b []byte, at int, v byte) []byte { b[at] = v; return b }
	for _, test := range []struct {
		name    string
		answer  []byte
		class   facts.Class
		message string
		settle  string
	}{
		{"nothing", nil, facts.Protocol, "closed the connection", ""},
		{"a web server", []byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), facts.Protocol, "does not speak RPC", "RPC service of Windows"},
		{"an alert of TLS", []byte{21, 3, 1, 0, 2, 2, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0}, facts.Protocol, "does not speak RPC", ""},
		{"half a header", ack(0, 0, nil)[:9], facts.Protocol, "after 9 octets of an answer", ""},
		{"half an answer", ack(0, 0, nil)[:40], facts.Protocol, "after 40 octets of an answer", ""},
		{"big endian", set(ack(0, 0, nil), 4, 0), facts.Protocol, "that no Windows uses", ""},
		{"shorter than its header", set(set(ack(0, 0, nil), 8, 3), 9, 0), facts.Protocol, "says that it has 3 octets", ""},
		{"longer than it is", set(ack(0, 0, nil), 9, 0xff), facts.Protocol, "octets of an answer", ""},
		{"a signature longer than all", set(ack(0, 0, nil), 11, 0x7f), facts.Protocol, "no room for a signature", ""},
		{"a cut ack", finish(ack(0, 0, nil)[:28], 0), facts.Protocol, "is cut", ""},
		{"not the answer", set(ack(0, 0, nil), 2, pduResponse), facts.Protocol, "not the answer to a bind", ""},
		{"the answer to another", set(ack(0, 0, nil), 12, 9), facts.Protocol, "not the answer to a bind", ""},
		{"no such interface", ack(2, 1, nil), facts.Missing, "there is no such interface", "as with Samba"},
		{"no authentication", ack(0, 0, nil), facts.Rights, "does not answer the authentication", "user name and the password"},
		{"a token that is none", ack(0, 0, []byte("hello")), facts.Rights, "authenticate", ""},
		{"an empty challenge", ack(0, 0, []byte("NTLMSSP\x00\x02\x00\x00\x00")), facts.Rights, "authenticate", ""},
		{"a challenge that points outside", ack(0, 0, append([]byte("NTLMSSP\x00\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x35\x82\x89\xe2"), make([]byte, 40)...)),
			facts.Rights, "authenticate", ""},
		{"refused", nak(0), facts.Protocol, "refuses to talk", ""},
		{"refused authentication", nak(8), facts.Rights, "does not know this kind of authentication", ""},
		{"refused version", nak(4), facts.Protocol, "another version of RPC", ""},
		{"denied", fault(5), facts.Rights, "access denied (0x80070005)", "Administrators"},
		{"logon failure", fault(1326), facts.Rights, "wrong password", "user name and the password"},
		{"fault", fault(0x1C010003), facts.Protocol, "0x1C010003", ""},
		{"a cut fault", finish(fault(5)[:20], 0), facts.Protocol, "a fault is cut", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			host, port := listen(t, saying(test.answer))
			expectFailure(t.Context(), t, configFor(host, port), test.class, test.message, test.settle)
		})
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	cfg := configFor("", "1")
	expectFailure(t.Context(), t, cfg, facts.NotAsked, "no host", "configuration")
	cfg = configFor("127.0.0.1", "1")
	cfg.Auth = "basic"
	expectFailure(t.Context(), t, cfg, facts.NotAsked, "not ntlm or kerberos", "configuration")
	cfg.Auth = Kerberos
	cfg.Kerberos.CCache = t.TempDir() + "/none"
	expectFailure(t.Context(), t, cfg, facts.Rights, "credential cache", "kinit")
	cfg.Kerberos = KerberosOptions{Keytab: t.TempDir() + "/none"}
	expectFailure(t.Context(), t, cfg, facts.Rights, "keytab", "keytab")
	for name, realm := range map[string]string{"anna@contoso.com": "CONTOSO.COM", `contoso.com\anna`: "CONTOSO.COM", `CONTOSO\anna`: "", "anna": ""} {
		c := Config{Username: name}
		if c.user() != "anna" || c.realm() != realm {
			t.Errorf("%s: %s in %s", name, c.user(), c.realm())
		}
	}
}
