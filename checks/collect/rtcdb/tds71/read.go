package tds71

import (
	"errors"
	"io"
)

// Read reads what the server sends, translated.
func (c *Conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	for {
		switch {
		case len(c.ready) > 0:
			n := copy(p, c.ready)
			c.ready = c.ready[n:]
			return n, nil
		case c.deadError() != nil:
			return 0, c.deadError()
		case c.stage.Load() == stagePass:
			if c.in != nil && c.in.Buffered() > 0 {
				return c.in.Read(p)
			}
			c.in = nil
			return c.Conn.Read(p)
		}
		if err := c.more(); err != nil && len(c.ready) == 0 {
			return 0, err
		}
	}
}

// more reads until there is something for the driver, or the stage changes.
func (c *Conn) more() (err error) {
	defer c.guard(&err)
	switch c.stage.Load() {
	case stagePass:
		return nil
	case stageTranslate:
		return c.nextReply()
	default:
		return c.firstReply()
	}
}

// peek returns the next n octets. At the end of the stream there may be fewer,
// with io.EOF if there is none.
func (c *Conn) peek(n int) ([]byte, error) {
	b, err := c.in.Peek(n)
	switch {
	case err == nil:
	case c.deadError() != nil: // which closed the connection
		err = c.deadError()
	case errors.Is(err, io.EOF) && len(b) > 0:
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

// firstReply reads the server's first message, which is its PRELOGIN message.
// It counts as complete even if it does not say so: SQL Server 2000 without a
// service pack leaves the end bit out.
func (c *Conn) firstReply() error {
	packet, ok, err := c.firstPacket()
	if err != nil {
		return err
	}
	var v version
	if ok {
		v, ok = serverVersion(packet[headerSize:])
	}
	if ok {
		c.version.Store(&v)
	}
	if !ok || !v.translated() {
		c.stage.Store(stagePass)
		return nil
	}
	if c.legacy != nil {
		c.legacy(v.String())
	}
	reply, encryption, err := translatePrelogin(packet[headerSize:])
	if err != nil {
		return c.fail(err)
	}
	if encryption != encryptNotSupported {
		return c.fail(&TLSError{Version: v.String(), Option: encryption})
	}
	c.ready = c.frames.append(nil, reply, defaultSize, true)
	_, _ = c.in.Discard(len(packet)) // it is there
	c.stage.Store(stageTranslate)
	return nil
}

// firstPacket returns the server's first packet, which stays in the buffer. ok
// is false when it is none of TDS, or not the answer to a PRELOGIN.
func (c *Conn) firstPacket() (packet []byte, ok bool, err error) {
	want := 1
	for {
		b, err := c.peek(want)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, false, nil
		case err != nil:
			return nil, false, err
		case b[0] != packetReply, c.stage.Load() != stageAsked:
			return nil, false, nil
		case want == 1:
			want = headerSize
		case packetSize(b) <= headerSize:
			return nil, false, nil
		case want == packetSize(b):
			return b, true, nil
		default:
			want = packetSize(b)
		}
	}
}

// nextReply reads packets until some of what they become can be handed on.
func (c *Conn) nextReply() error {
	c.buffer = c.buffer[:0]
	for {
		header, err := c.peek(headerSize)
		if err == nil && packetSize(header) < headerSize {
			err = c.fail(badReply("a packet of %d octets", packetSize(header)))
		}
		if err != nil {
			return c.midway(err)
		}
		if header[0] != packetReply {
			return c.fail(badReply("a packet of type 0x%02X", header[0]))
		}
		packet, err := c.peek(packetSize(header))
		if err != nil {
			return err
		}
		c.frames.spid = [2]byte(packet[4:6])
		end := packet[1]&statusEnd != 0
		err = c.replies.feed(packet[headerSize:])
		if err == nil && end {
			err = c.replies.end()
		}
		if err != nil {
			c.handOn(false)
			return c.fail(err)
		}
		_, _ = c.in.Discard(len(packet)) // it is there
		if end || !c.anotherPacket() {
			c.handOn(end)
			if len(c.ready) > 0 {
				return nil
			}
		}
	}
}

// midway returns the error for the end of a stream, of which an octet is kept
// back when it is within a message.
func (c *Conn) midway(err error) error {
	if errors.Is(err, io.EOF) && (len(c.replies.out) > 0 || len(c.replies.rest) > 0) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// anotherPacket reports whether a whole packet can be had without waiting.
func (c *Conn) anotherPacket() bool {
	if c.in.Buffered() < headerSize {
		return false
	}
	header, _ := c.in.Peek(headerSize) // they are there
	return c.in.Buffered() >= packetSize(header)
}

// handOn makes packets of what was translated. Unless the message ends, it
// keeps one octet back: go-mssqldb cannot read an empty packet, and the next
// one may turn out to be empty but for the end.
func (c *Conn) handOn(end bool) {
	r := &c.replies
	n := len(r.out)
	if !end {
		n--
	}
	size := int(c.size.Load())
	if r.size > 0 {
		// The driver applies a new size when it comes to it, somewhere in this
		// message; the server does so with the next.
		size = min(size, r.size)
	}
	if n > 0 {
		c.buffer = c.frames.append(c.buffer, r.out[:n], size, end)
		r.out = append(r.out[:0], r.out[n:]...)
	}
	c.ready = c.buffer
	if end && r.size > 0 {
		c.size.Store(int32(r.size))
		r.size = 0
	}
}
