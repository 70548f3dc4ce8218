package tds71

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// The options of PRELOGIN (MS-TDS 2.2.6.5).
const (
	optionVersion    = 0x00
	optionEncryption = 0x01
	optionTraceID    = 0x05
	optionEnd        = 0xFF
)

// encryptNotSupported is the encryption option of those who do without.
const encryptNotSupported = 2

// version is the version of a server.
type version struct {
	major, minor byte
	build        uint16
}

// String returns the version as SQL Server writes it, such as 8.00.760.
func (v version) String() string { return fmt.Sprintf("%d.%02d.%d", v.major, v.minor, v.build) }

// translated reports whether the server is older than SQL Server 2005.
func (v version) translated() bool { return v.major < 9 }

// option is one option of PRELOGIN.
type option struct {
	token byte
	value []byte
}

// parsePrelogin reads a PRELOGIN message: a table of options, each with offset
// and length of its value, and the values. SQL Server 2000 gives THREADID no
// value, and an offset behind the last octet.
func parsePrelogin(b []byte) (options []option, ok bool) {
	for table := b; ; table = table[5:] {
		switch {
		case len(table) > 0 && table[0] == optionEnd:
			return options, true
		case len(table) < 5:
			return nil, false
		}
		offset, length := int(binary.BigEndian.Uint16(table[1:])), int(binary.BigEndian.Uint16(table[3:]))
		if offset+length > len(b) {
			return nil, false
		}
		options = append(options, option{table[0], b[offset : offset+length]})
	}
}

func buildPrelogin(options []option) []byte {
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

func find(options []option, token byte) []byte {
	i := slices.IndexFunc(options, func(o option) bool { return o.token == token })
	if i < 0 {
		return nil
	}
	return options[i].value
}

// withoutTraceID returns a client's PRELOGIN message without the option that
// SQL Server 2012 added for tracing, and whether it had one.
//
// It has to be taken away before anything is known of the server. There is no
// document that says what SQL Server 2000 does with an option it does not
// know, nor a second try once it closed the connection. No server needs it: it
// only lets an administrator find a client's connection in the server's trace.
// The options after it, of federated logins, are left for the servers that
// have these.
func withoutTraceID(b []byte) (without []byte, had bool) {
	options, ok := parsePrelogin(b)
	if !ok || find(options, optionTraceID) == nil {
		return b, false
	}
	options = slices.DeleteFunc(options, func(o option) bool { return o.token == optionTraceID })
	return buildPrelogin(options), true
}

// serverVersion returns the version in a server's PRELOGIN message. ok is false
// when this is no such message.
func serverVersion(b []byte) (v version, ok bool) {
	options, ok := parsePrelogin(b)
	value := find(options, optionVersion)
	if !ok || len(value) < 4 {
		return version{}, false
	}
	return version{value[0], value[1], binary.BigEndian.Uint16(value[2:])}, true
}

// translatePrelogin returns the PRELOGIN message of SQL Server 2000 as later
// ones send it, without options that have no value, and the encryption option.
func translatePrelogin(b []byte) (translated []byte, encryption byte, err error) {
	options, _ := parsePrelogin(b)
	value := find(options, optionEncryption)
	if len(value) != 1 {
		return nil, 0, badReply("PRELOGIN without an encryption option")
	}
	options = slices.DeleteFunc(options, func(o option) bool { return len(o.value) == 0 })
	return buildPrelogin(options), value[0], nil
}
