package tds71

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// Options of a connection. The zero value is ready for use.
type Options struct {
	// Legacy, if not nil, is called once if the server is older than SQL
	// Server 2005, with its version (8.00.760, say), before the driver gets the
	// first answer. It must not use the connection.
	Legacy func(version string)
}

// Conn is a connection to a SQL Server of any version. Its methods may be
// called by several goroutines, and the deadlines are those of the connection
// below. A read may wait for all of a packet, which has at most 32 KB.
//
// Once something could not be translated, every read and write fails with the
// same error, a [*net.OpError] that wraps [ErrRefused], [ErrRequest],
// [ErrReply] or a [*TLSError]; the connection below is closed. What came before
// can still be read.
type Conn struct {
	net.Conn
	legacy func(string)
	close  func() error

	stage   atomic.Uint32
	version atomic.Pointer[version]
	size    atomic.Int32 // of the packets of a login and later
	dead    atomic.Pointer[deadly]

	reading sync.Mutex // guards what follows
	in      *bufio.Reader
	replies replies
	frames  framer
	buffer  []byte // behind ready
	ready   []byte // packets for the driver

	writing  sync.Mutex // guards what follows; nothing waits for a reply holding it
	requests requests
	hello    []byte // the packets of PRELOGIN as they came
}

// The stages of a connection.
const (
	stageStart     uint32 = iota // the client has sent no PRELOGIN
	stageAsked                   // the server has not replied to it
	stageTranslate               // the server is older than SQL Server 2005
	stagePass                    // every octet is passed
)

// deadly is why a connection cannot be used any more.
type deadly struct{ err error }

// Wrap returns a connection that translates if it has to. The client's first
// message decides as well: if it is no PRELOGIN, every octet is passed.
func Wrap(conn net.Conn, o Options) *Conn {
	c := &Conn{
		Conn: conn, legacy: o.Legacy, close: sync.OnceValue(conn.Close),
		in:     bufio.NewReaderSize(conn, largestSize+1),
		frames: framer{typ: packetReply},
	}
	c.size.Store(defaultSize)
	return c
}

// Version returns the version of the server. It is known once the server's
// first answer was read, if that was one to PRELOGIN.
func (c *Conn) Version() (major, minor byte, build uint16, known bool) {
	v := c.version.Load()
	if v == nil {
		return 0, 0, 0, false
	}
	return v.major, v.minor, v.build, true
}

// Close closes the connection below.
func (c *Conn) Close() error { return c.close() }

// fail ends the connection because of a translation error, and returns the
// error that everyone gets from now on.
func (c *Conn) fail(err error) error {
	network := "tcp"
	if addr := c.RemoteAddr(); addr != nil {
		network = addr.Network()
	}
	return c.kill(&net.OpError{Op: "translate", Net: network, Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err})
}

// kill ends the connection because of err.
func (c *Conn) kill(err error) error {
	c.dead.CompareAndSwap(nil, &deadly{err})
	_ = c.close() // wakes up whoever waits
	return c.deadError()
}

func (c *Conn) deadError() error {
	if d := c.dead.Load(); d != nil {
		return d.err
	}
	return nil
}

// guard turns a panic into an error of this connection.
func (c *Conn) guard(err *error) {
	if p := recover(); p != nil {
		*err = c.fail(fmt.Errorf("%w: %v", errPanic, p))
	}
}
