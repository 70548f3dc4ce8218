package rtcdb

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/facts"
)

// hardClose is how long the driver may take, once ctx has ended, to cancel its
// query in an orderly way before the connection is closed under it. It is
// shorter than the time for which a source is waited for.
const hardClose = 100 * time.Millisecond

// dialer opens the connection for the driver and watches what travels on it.
// Having a host name of its own, it is asked for names and not for addresses:
// the driver would look them up without regard to ctx.
type dialer struct {
	ctx  context.Context // of the run: the driver's own ends with the login
	host string
	dial DialFunc

	// guardPassword refuses to send a login that is not under TLS.
	guardPassword bool

	plainLogin, plainRequest atomic.Bool // whether such a packet was sent without TLS
	legacy                   atomic.Bool // whether it is SQL Server 2000
}

// HostName returns the name of the host that is connected to.
func (d *dialer) HostName() string { return d.host }

// DialContext opens a connection that closes soon after the run's ctx ends.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(network, "tcp") {
		conn = tds71.Wrap(conn, tds71.Options{Legacy: func(string) { d.legacy.Store(true) }})
	}
	l := &link{Conn: conn, dialer: d, closed: make(chan struct{})}
	l.stop = context.AfterFunc(d.ctx, func() {
		late := time.NewTimer(hardClose)
		defer late.Stop()
		select {
		case <-late.C:
			_ = l.Conn.Close() // ends the driver's reads and writes
		case <-l.closed:
		}
	})
	return l, nil
}

// link is the connection as the driver sees it. Each of the driver's writes is
// one packet, or one TLS record, so that the first octet tells what it is.
type link struct {
	net.Conn
	dialer *dialer
	stop   func() bool // what ctx would do to the connection
	once   sync.Once
	closed chan struct{}
}

// The packet types (MS-TDS 2.2.3.1.1) that matter. The content types of TLS
// records, 20 to 23, are different from all.
const (
	packetBatch = 0x01
	packetLogin = 0x10
)

// Write notes packets that are not under TLS, and refuses one with a password.
func (l *link) Write(b []byte) (int, error) {
	if len(b) > 0 {
		switch b[0] {
		case packetLogin:
			if l.dialer.guardPassword {
				settle := settleNoTLS
				if l.dialer.legacy.Load() {
					settle = settleLegacy
				}
				return 0, collect.Fail(facts.Protocol, settle, "the server offers no TLS, without which the password would travel readable")
			}
			l.dialer.plainLogin.Store(true)
		case packetBatch:
			l.dialer.plainRequest.Store(true)
		}
	}
	return l.Conn.Write(b)
}

// Close closes the connection.
func (l *link) Close() error {
	l.once.Do(func() {
		l.stop()
		close(l.closed)
	})
	return l.Conn.Close()
}
