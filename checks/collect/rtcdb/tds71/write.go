package tds71

// Write takes what the client sends. A message is sent on when it is complete;
// until then its packets are kept.
func (c *Conn) Write(b []byte) (int, error) {
	if c.stage.Load() == stagePass {
		return c.Conn.Write(b)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.deadError(); err != nil {
		return 0, err
	}
	return c.write(b)
}

func (c *Conn) write(b []byte) (written int, err error) {
	defer c.guard(&err)
	for written < len(b) {
		rest := b[written:]
		stage := c.stage.Load()
		if stage == stageStart && len(c.hello) == 0 && rest[0] != packetPrelogin {
			c.stage.Store(stagePass)
			stage = stagePass
		}
		if stage == stagePass {
			n, err := c.Conn.Write(rest)
			return written + n, err
		}
		n, m, err := c.requests.add(rest)
		if err != nil {
			return 0, c.fail(err)
		}
		if stage == stageStart {
			if c.hello = append(c.hello, rest[:n]...); len(c.hello) > maxRequest {
				return 0, c.fail(refused("a request of more than %d octets", maxRequest))
			}
		}
		if m != nil {
			if err := c.send(stage, m); err != nil {
				return 0, err
			}
		}
		written += n
	}
	return written, nil
}

// send sends a message.
func (c *Conn) send(stage uint32, m *message) error {
	var packets []byte
	switch stage {
	case stageStart:
		packets = preloginPackets(m, c.hello)
		c.hello = nil
		c.stage.CompareAndSwap(stageStart, stageAsked) // the answer may come at once
	case stageAsked:
		return c.fail(refused("a packet of type 0x%02X before the answer to PRELOGIN", m.typ))
	default:
		data, err := c.translate(m)
		if err != nil {
			return c.fail(err)
		}
		f := framer{typ: m.typ, first: m.status}
		packets = f.append(nil, data, int(c.size.Load()), true)
	}
	if _, err := c.Conn.Write(packets); err != nil {
		if dead := c.deadError(); dead != nil {
			return dead
		}
		return c.kill(err) // a part of it may be on its way
	}
	return nil
}

// translate returns the data of a message as TDS 7.1 has it.
func (c *Conn) translate(m *message) ([]byte, error) {
	switch m.typ {
	case packetPrelogin:
		// There has been one, so this holds the first record of TLS.
		return nil, &TLSError{Version: c.version.Load().String(), Option: encryptNotSupported}
	case packetLogin:
		asked, err := translateLogin(m.data)
		if err != nil {
			return nil, err
		}
		// Larger packets are read by neither side before the server agreed.
		c.size.Store(int32(min(asked, defaultSize)))
		return m.data, nil
	default:
		return translateRequest(m)
	}
}
