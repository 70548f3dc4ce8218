package tdsd

import (
	"encoding/binary"
	"fmt"
)

// Encryption is the encryption setting of a server (MS-TDS 2.2.6.5).
type Encryption uint8

const (
	// EncryptNotSupported is a server without a certificate: nothing is
	// encrypted, and a client that insists gives up.
	EncryptNotSupported Encryption = iota
	// EncryptOff encrypts the login packet alone, all of the session for a
	// client that asks for it, and nothing for one that cannot encrypt.
	EncryptOff
	// EncryptOn requires that all of the session is encrypted.
	EncryptOn
)

// The values of the ENCRYPTION option on the wire.
const (
	wireEncryptOff      = 0
	wireEncryptOn       = 1
	wireEncryptNotSup   = 2
	wireEncryptRequired = 3
)

// protection is how much of a session is under TLS.
type protection uint8

const (
	protectNothing protection = iota
	protectLogin
	protectAll
)

// negotiate returns what to reply to the ENCRYPTION option of a client, and
// what follows. ok is false when the two cannot agree; the client is still
// told, so that it can say why.
func (e Encryption) negotiate(client byte) (reply byte, p protection, ok bool) {
	wants := client &^ 0x80 // the bit for a client certificate changes nothing else
	switch {
	case e == EncryptNotSupported:
		return wireEncryptNotSup, protectNothing, wants != wireEncryptOn && wants != wireEncryptRequired
	case wants == wireEncryptOn || wants == wireEncryptRequired:
		return wireEncryptOn, protectAll, true
	case e == EncryptOn && wants == wireEncryptOff:
		return wireEncryptRequired, protectAll, true
	case e == EncryptOn:
		return wireEncryptRequired, protectNothing, false
	case wants == wireEncryptOff:
		return wireEncryptOff, protectLogin, true
	default:
		return wireEncryptNotSup, protectNothing, true
	}
}

// The options of a PRELOGIN message.
const (
	optionVersion    = 0x00
	optionEncryption = 0x01
	optionInstance   = 0x02
	optionThread     = 0x03
	optionMARS       = 0x04
	optionEnd        = 0xFF
)

// prelogin is what matters of a client's PRELOGIN message.
type prelogin struct {
	encryption byte
	instance   string
}

// parsePrelogin reads a PRELOGIN message: a table of options, each with
// offset and length (big-endian) of its value, and the values.
func parsePrelogin(data []byte) (prelogin, error) {
	p := prelogin{encryption: wireEncryptNotSup}
	for table := data; ; table = table[5:] {
		if len(table) > 0 && table[0] == optionEnd {
			break
		}
		if len(table) < 5 {
			return p, fmt.Errorf("parse prelogin: %w: option table without end", errProtocol)
		}
		offset := int(binary.BigEndian.Uint16(table[1:]))
		length := int(binary.BigEndian.Uint16(table[3:]))
		if offset+length > len(data) {
			return p, fmt.Errorf("parse prelogin: %w: option %#02x ends at byte %d of %d",
				errProtocol, table[0], offset+length, len(data))
		}
		value := data[offset : offset+length]
		switch {
		case table[0] == optionEncryption && length > 0:
			p.encryption = value[0]
		case table[0] == optionInstance:
			for len(value) > 0 && value[len(value)-1] == 0 {
				value = value[:len(value)-1]
			}
			p.instance = string(value)
		}
	}
	if data[0] != optionVersion {
		return p, fmt.Errorf("parse prelogin: %w: first option is %#02x, not the version", errProtocol, data[0])
	}
	return p, nil
}

// preloginReply builds the reply. SQL Server 2000 sends four options, of which
// the last is empty and lies just behind the end of the message; later ones
// add a fifth, for MARS, which is not supported here.
func preloginReply(l Layout, v productVersion, encryption byte) []byte {
	version := binary.BigEndian.AppendUint16(v.append(nil), v.sub)
	options := []struct {
		token byte
		value []byte
	}{
		{optionVersion, version},
		{optionEncryption, []byte{encryption}},
		{optionInstance, []byte{0}}, // the instance is the one asked for
		{optionThread, nil},
	}
	if l != TDS71 {
		options = append(options, struct {
			token byte
			value []byte
		}{optionMARS, []byte{0}})
	}
	var table, values []byte
	start := 5*len(options) + 1
	for _, o := range options {
		table = append(table, o.token)
		table = binary.BigEndian.AppendUint16(table, uint16(start+len(values)))
		table = binary.BigEndian.AppendUint16(table, uint16(len(o.value)))
		values = append(values, o.value...)
	}
	return append(append(table, optionEnd), values...)
}
