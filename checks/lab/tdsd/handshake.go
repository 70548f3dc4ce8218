package tdsd

import (
	"context"
	"fmt"
)

// logIn takes a connection from its first packet to the end of the login. An
// error ends the connection; the client has been told of it unless the error
// is an errProtocol or one of the connection.
func (c *conn) logIn(ctx context.Context) error {
	msg, err := readMessage(c.in, c.in)
	if err != nil {
		return err
	}
	level := protectNothing
	switch {
	case msg.typ == packetPrelogin:
		if level, err = c.prelogin(ctx, msg.data); err != nil {
			return err
		}
		// At level protectLogin, only the first packet is under TLS.
		rest := c.in
		if level == protectLogin {
			rest = c.raw
		}
		if msg, err = readMessage(c.in, rest); err != nil {
			return err
		}
		if level == protectLogin {
			c.in, c.out = c.raw, c.raw
		}
	case c.cfg.Encrypt == EncryptOn:
		return fmt.Errorf("%w: no encryption was negotiated", errProtocol)
	}
	if msg.typ != packetLogin7 {
		return fmt.Errorf("%w: packet type %#02x before the login", errProtocol, byte(msg.typ))
	}
	l, err := parseLogin7(msg.data)
	if err != nil {
		return err
	}
	const tds71 = 0x71000000
	if l.version < tds71 {
		return fmt.Errorf("%w: tds version %#08x", errProtocol, l.version)
	}
	var version uint32
	c.layout, version = c.cfg.Layout.negotiate(l.version, c.product)
	c.session = Session{
		SPID: int(c.spid), User: l.user, Host: l.host, Application: l.application, Server: l.server,
		Encrypted: level == protectAll, Layout: c.layout,
	}
	size := negotiatePacketSize(l.packetSize, level)
	c.packetSize = min(size, defaultPacketSize) // until the client has been told
	if err := c.identify(l); err != nil {
		return err
	}
	return c.welcome(l, version, size)
}

// prelogin answers a PRELOGIN message and starts TLS where that was agreed.
func (c *conn) prelogin(ctx context.Context, data []byte) (protection, error) {
	p, err := parsePrelogin(data)
	if err != nil {
		return protectNothing, err
	}
	answer, level, ok := c.cfg.Encrypt.negotiate(p.encryption)
	w := c.reply().w
	w.noEOM = c.product.withoutServicePack()
	if _, err := w.Write(preloginReply(c.cfg.Layout, c.product, answer)); err != nil {
		return level, err
	}
	if err := w.finish(); err != nil {
		return level, err
	}
	if !ok {
		return level, fmt.Errorf("%w: client and server do not agree on encryption", errRefused)
	}
	if level == protectNothing {
		return level, nil
	}
	tc, err := startTLS(ctx, c.raw, c.cfg.TLS, c.spid)
	if err != nil {
		return level, err
	}
	c.in, c.out = tc, tc
	return level, nil
}

// identify finds out who the client is.
func (c *conn) identify(l login7) error {
	if !l.integrated {
		if e := c.cfg.authenticate(l); e != nil {
			return c.refuse(e)
		}
		return nil
	}
	exchange, err := newNTLM(c.cfg.ServerName, c.cfg.NTLMUsers, l.sspi)
	if err != nil {
		return c.refuse(notTrusted(""))
	}
	r := c.reply()
	r.add(appendSized(nil, tokenSSPI, exchange.challengeMessage()))
	if r.err == nil {
		r.err = r.w.finish()
	}
	if r.err != nil {
		return r.err
	}
	msg, err := readMessage(c.in, c.in)
	if err != nil {
		return err
	}
	if msg.typ != packetSSPI {
		return fmt.Errorf("%w: packet type %#02x within an authentication", errProtocol, byte(msg.typ))
	}
	user, err := exchange.verify(msg.data, c.cfg.NTLMUsers)
	if err != nil {
		return c.refuse(notTrusted(""))
	}
	c.session.User = user
	return nil
}

// welcome opens the database and completes the login.
func (c *conn) welcome(l login7, version uint32, packetSize int) error {
	const fallback = "master"
	r := c.reply()
	c.home = fallback
	if name, ok := c.cfg.database(l.database); ok {
		c.home = name
	} else if l.database != "" && l.dbFatal {
		return c.refuse(cannotOpen(l.database), loginFailed(c.session.User))
	} else if l.database != "" {
		r.add(appendError(nil, c.layout, c.cfg.ServerName, cannotOpenButConnected(l.database, fallback)))
	}
	c.changeDatabase(r, c.home)
	r.add(appendEnvCollation(nil))
	r.add(appendLanguage(nil, c.layout, c.cfg.ServerName))
	r.add(appendLoginAck(nil, version, c.product))
	r.add(appendPacketSize(nil, packetSize))
	err := r.end(tokenDone, done{})
	c.packetSize = packetSize
	if err != nil {
		return err
	}
	return c.awaitInput()
}
