package tdsd

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// adaptTLS returns a configuration with what the protocol demands.
func adaptTLS(cfg *tls.Config) *tls.Config {
	cfg = cfg.Clone()
	cfg.MaxVersion = tls.VersionTLS12
	// Some clients expect a packet in one record, not in several small ones.
	cfg.DynamicRecordSizingDisabled = true
	return cfg
}

// startTLS does a TLS handshake as server, its records wrapped in PRELOGIN
// packets, and returns the connection under TLS. From then on its records are
// bare.
func startTLS(ctx context.Context, raw net.Conn, cfg *tls.Config, spid uint16) (*tls.Conn, error) {
	hc := &handshakeConn{
		Conn: raw, wrapped: true,
		out: packetWriter{w: raw, typ: packetPrelogin, spid: spid, size: defaultPacketSize},
	}
	tc := tls.Server(hc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		// The alert that tells the client why is in the last packet.
		_ = hc.out.finish()
		return nil, fmt.Errorf("tls handshake with %s: %w", raw.RemoteAddr(), err)
	}
	if err := hc.out.finish(); err != nil {
		return nil, fmt.Errorf("tls handshake with %s: %w", raw.RemoteAddr(), err)
	}
	hc.wrapped = false
	return tc, nil
}

// handshakeConn carries the records of a TLS connection, first in PRELOGIN
// packets and then bare.
//
// It never takes more than the current record from the connection below. With
// a login that is encrypted in its first packet alone, the bytes behind that
// packet's record are plain, and nothing could give them back.
type handshakeConn struct {
	net.Conn
	wrapped bool

	in  []byte // rest of the packet being read
	out packetWriter

	header [5]byte // of the bare record being read
	have   int     // bytes of header read
	given  int     // bytes of header handed on
	body   int     // bytes of the record still to be read
}

func (c *handshakeConn) Read(p []byte) (int, error) {
	if !c.wrapped {
		return c.readRecord(p)
	}
	// The client waits for this side's records before it sends its own.
	if err := c.out.finish(); err != nil {
		return 0, err
	}
	for len(c.in) == 0 {
		typ, _, payload, err := readPacket(c.Conn)
		if err != nil {
			return 0, err
		}
		if typ != packetPrelogin {
			return 0, fmt.Errorf("%w: packet type %#02x within a tls handshake", errProtocol, typ)
		}
		c.in = payload
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}

func (c *handshakeConn) Write(p []byte) (int, error) {
	if c.wrapped {
		return c.out.Write(p)
	}
	return c.Conn.Write(p)
}

func (c *handshakeConn) readRecord(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.given == len(c.header) && c.body == 0 {
		c.have, c.given = 0, 0
	}
	if c.have < len(c.header) {
		n, err := io.ReadFull(c.Conn, c.header[c.have:])
		c.have += n
		if err != nil {
			return 0, err
		}
		c.body = int(binary.BigEndian.Uint16(c.header[3:]))
	}
	if c.given < len(c.header) {
		n := copy(p, c.header[c.given:])
		c.given += n
		return n, nil
	}
	n, err := c.Conn.Read(p[:min(len(p), c.body)])
	c.body -= n
	return n, err
}
