package tdsd

import (
	"crypto/subtle"
	"fmt"
	"strings"
)

// login7 is what matters of a LOGIN7 message (MS-TDS 2.2.6.4).
type login7 struct {
	version    uint32
	packetSize uint32
	dbFatal    bool // the login is worth nothing without the database
	integrated bool // sspi holds the first message of the authentication

	host, user, password, application, server, database string

	sspi []byte
}

const (
	login7Min    = 86 // fixed part in TDS 7.1; 7.2 adds eight bytes
	flagDBFatal  = 0x40
	flagSecurity = 0x80
	longSSPI     = 0xFFFF
)

// parseLogin7 reads a LOGIN7 message: a fixed part, with offset and length of
// each string, and the strings.
func parseLogin7(data []byte) (login7, error) {
	var l login7
	c := &cursor{rest: data}
	length := c.u32()
	if c.err == nil && (length < login7Min || uint64(length) > uint64(len(data))) {
		c.fail("length of %d in a message of %d bytes", length, len(data))
	}
	if c.err != nil {
		return l, fmt.Errorf("parse login7: %w", c.err)
	}
	data = data[:length]
	l.version = c.u32()
	l.packetSize = c.u32()
	c.take(12) // client program version, process id and connection id
	l.dbFatal = c.u8()&flagDBFatal != 0
	l.integrated = c.u8()&flagSecurity != 0
	c.take(2 + 8) // type flags, option flags 3, time zone and locale

	// field returns the bytes that the next offset and length stand for.
	field := func(name string, unit int) []byte {
		offset, n := int(c.u16()), int(c.u16())*unit
		if c.err != nil || n == 0 {
			return nil // an offset without length may point anywhere
		}
		if offset+n > len(data) {
			c.fail("%s ends at byte %d of %d", name, offset+n, len(data))
			return nil
		}
		return data[offset : offset+n]
	}
	l.host = decodeUTF16(field("host name", 2))
	l.user = decodeUTF16(field("user name", 2))
	l.password = decodeUTF16(revealPassword(field("password", 2)))
	l.application = decodeUTF16(field("application name", 2))
	l.server = decodeUTF16(field("server name", 2))
	c.take(4 + 4 + 4) // extension, library name and language
	l.database = decodeUTF16(field("database", 2))
	c.take(6) // client id
	l.sspi = l.parseSSPI(c, data, field)
	if c.err != nil {
		return l, fmt.Errorf("parse login7: %w", c.err)
	}
	return l, nil
}

// parseSSPI reads the authentication message, which since 7.2 may be longer
// than its two-byte length can say.
func (l *login7) parseSSPI(c *cursor, data []byte, field func(string, int) []byte) []byte {
	at := *c
	offset, short := int(at.u16()), at.u16()
	if short != longSSPI || l.version <= version71 {
		return field("authentication", 1)
	}
	c.take(4 + 4 + 4) // this field, database file and new password
	n := uint64(c.u32())
	if c.err == nil && uint64(offset)+n > uint64(len(data)) {
		c.fail("authentication ends at byte %d of %d", uint64(offset)+n, len(data))
	}
	if c.err != nil {
		return nil
	}
	return data[offset : uint64(offset)+n]
}

// revealPassword undoes what LOGIN7 does to a password: it swaps the halves of
// each byte and inverts some bits. It hides nothing from anyone.
func revealPassword(b []byte) []byte {
	plain := make([]byte, len(b))
	for i, v := range b {
		v ^= 0xA5
		plain[i] = v<<4 | v>>4
	}
	return plain
}

// negotiatePacketSize returns the packet size of a session.
func negotiatePacketSize(asked uint32, p protection) int {
	if asked == 0 {
		return defaultPacketSize
	}
	largest := uint32(maxPacketSize)
	if p == protectAll {
		largest = maxTLSPacketSize
	}
	return int(min(max(asked, minPacketSize), largest))
}

// authenticate checks a SQL login.
func (cfg *Config) authenticate(l login7) *Error {
	if len(cfg.Logins) == 0 {
		return notTrusted(l.user)
	}
	for name, password := range cfg.Logins {
		if strings.EqualFold(name, l.user) {
			if subtle.ConstantTimeCompare([]byte(password), []byte(l.password)) == 1 {
				return nil
			}
			break
		}
	}
	return loginFailed(l.user)
}

// database returns the name of a database as configured.
func (cfg *Config) database(name string) (string, bool) {
	for _, d := range cfg.Databases {
		if strings.EqualFold(d, name) {
			return d, true
		}
	}
	return "", false
}
