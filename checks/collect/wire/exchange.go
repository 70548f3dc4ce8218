package wire

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// How long to wait after a handshake. A server that is silent may be busy, or
// be none that answers SIP; it is not asked for more.
const (
	verdictTime = 200 * time.Millisecond // for the verdict of TLS 1.3 on the client's certificate
	answerTime  = 2 * time.Second        // for the answer to a SIP request
)

// exchange sends a SIP request over a connection whose handshake is over and
// waits for the first octet of an answer. The error is nil if it came, a
// timeout if the server was silent or ctx ended, and else how the server ended
// it: a server of TLS 1.3 judges the client's certificate only now, and any
// server may close the connection of a client that it does not know.
func exchange(ctx context.Context, conn *tls.Conn, host string) error {
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })()
	first := make([]byte, 1) // with CBC in TLS 1.0 the first read gives no more
	if conn.ConnectionState().Version >= tls.VersionTLS13 {
		// The verdict could get lost if the server closed with a request unread.
		arm(ctx, conn, verdictTime)
		if n, err := conn.Read(first); n > 0 || !isTimeout(err) {
			return err
		}
	}
	arm(ctx, conn, answerTime)
	_, _ = conn.Write(options(host, conn.LocalAddr())) // how that fails, reading tells better
	n, err := conn.Read(first)
	if n > 0 {
		return nil
	}
	return err
}

// past is a deadline that wakes whoever waits.
var past = time.Unix(1, 0)

// arm gives a connection some time, but none if ctx has ended.
func arm(ctx context.Context, conn net.Conn, wait time.Duration) {
	_ = conn.SetDeadline(time.Now().Add(wait))
	if ctx.Err() != nil {
		_ = conn.SetDeadline(past)
	}
}

// options returns an OPTIONS request (RFC 3261, section 11) that no server may
// pass on, since it has no hops left.
func options(host string, local net.Addr) []byte {
	if ip, ok := parseIP(host); ok && ip.Is6() {
		host = "[" + ip.String() + "]"
	}
	id := rand.Text()
	return fmt.Appendf(nil, "OPTIONS sip:%[1]s SIP/2.0\r\n"+
		"Via: SIP/2.0/TLS %[2]s;branch=z9hG4bK%[3]s\r\n"+
		"Max-Forwards: 0\r\n"+
		"From: <sip:lcshealth@%[1]s>;tag=%[4]s;epid=%[4]s\r\n"+
		"To: <sip:%[1]s>\r\n"+
		"Call-ID: %[3]s\r\n"+
		"CSeq: 1 OPTIONS\r\n"+
		"Contact: <sip:lcshealth@%[2]s;transport=tls>\r\n"+
		"User-Agent: lcshealth\r\n"+
		"Content-Length: 0\r\n\r\n", host, local, id, id[:10])
}
