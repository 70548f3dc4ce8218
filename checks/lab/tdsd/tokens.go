package tdsd

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// The tokens of a reply (MS-TDS 2.2.7).
const (
	tokenReturnStatus = 0x79
	tokenColMetadata  = 0x81
	tokenError        = 0xAA
	tokenInfo         = 0xAB
	tokenLoginAck     = 0xAD
	tokenRow          = 0xD1
	tokenEnvChange    = 0xE3
	tokenSSPI         = 0xED
	tokenDone         = 0xFD
	tokenDoneProc     = 0xFE
	tokenDoneInProc   = 0xFF
)

// The status bits of the DONE tokens, and the command of a SELECT.
const (
	doneMore      = 0x01
	doneError     = 0x02
	doneCount     = 0x10
	doneAttention = 0x20

	commandSelect = 0xC1
)

// done is the content of a DONE, DONEPROC or DONEINPROC token.
type done struct {
	status, command uint16
	rows            uint64
	errno           int32 // number of the error, which is not sent
}

func appendDone(b []byte, l Layout, token byte, d done) []byte {
	b = append(b, token)
	b = binary.LittleEndian.AppendUint16(b, d.status)
	b = binary.LittleEndian.AppendUint16(b, d.command)
	return l.appendRowCount(b, d.rows)
}

// appendSized appends a token that has a length in two bytes.
func appendSized(b []byte, token byte, body []byte) []byte {
	b = append(b, token)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(body))), body...)
}

// appendError appends e as an ERROR, or up to class 10 as an INFO.
func appendError(b []byte, l Layout, server string, e *Error) []byte {
	body := binary.LittleEndian.AppendUint32(nil, uint32(e.Number))
	body = append(body, e.State, e.Class)
	body = appendUSVarChar(body, e.Message)
	body = appendBVarChar(body, server)
	body = appendBVarChar(body, e.Procedure)
	body = l.appendLine(body, max(e.Line, 1))
	token := byte(tokenError)
	if !e.failed() {
		token = tokenInfo
	}
	return appendSized(b, token, body)
}

// failed tells an error from a message.
func (e *Error) failed() bool { return e.Class > 10 }

// The kinds of ENVCHANGE (MS-TDS 2.2.7.9).
const (
	envDatabase   = 1
	envLanguage   = 2
	envPacketSize = 4
	envCollation  = 7
	envReset      = 18
)

func appendEnvChange(b []byte, kind byte, now, before string) []byte {
	return appendSized(b, tokenEnvChange, appendBVarChar(appendBVarChar([]byte{kind}, now), before))
}

func appendEnvCollation(b []byte) []byte {
	body := append([]byte{envCollation, byte(len(collation))}, collation...)
	return appendSized(b, tokenEnvChange, append(body, 0))
}

// appendDatabase tells of a change of database, both in the way programs read
// and in the way people do.
func appendDatabase(b []byte, l Layout, server, now, before string) []byte {
	b = appendEnvChange(b, envDatabase, now, before)
	return appendError(b, l, server, &Error{Number: 5701, State: 2,
		Message: fmt.Sprintf("Changed database context to '%s'.", now)})
}

func appendLanguage(b []byte, l Layout, server string) []byte {
	b = appendEnvChange(b, envLanguage, "us_english", "")
	return appendError(b, l, server, &Error{Number: 5703, State: 1,
		Message: "Changed language setting to us_english."})
}

func appendPacketSize(b []byte, now int) []byte {
	return appendEnvChange(b, envPacketSize, strconv.Itoa(now), strconv.Itoa(defaultPacketSize))
}

// appendLoginAck appends a LOGINACK. Its version is big-endian, unlike that
// of LOGIN7, and SQL Server pads its own name with two NULs.
func appendLoginAck(b []byte, version uint32, product productVersion) []byte {
	body := binary.BigEndian.AppendUint32([]byte{1}, version) // 1: Transact-SQL
	body = appendBVarChar(body, "Microsoft SQL Server\x00\x00")
	return appendSized(b, tokenLoginAck, product.append(body))
}

func appendReturnStatus(b []byte, status int32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, tokenReturnStatus), uint32(status))
}

// maxName is how many UTF-16 code units an identifier can have.
const maxName = 128

// appendColumns appends the COLMETADATA of a result.
func appendColumns(b []byte, l Layout, columns []Column) ([]byte, error) {
	const maxColumns = 4096 // of a SELECT
	if len(columns) > maxColumns {
		return b, fmt.Errorf("%d columns in one result", len(columns))
	}
	b = append(b, tokenColMetadata)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(columns)))
	for _, col := range columns {
		if len(encodeUTF16(col.Name)) > 2*maxName {
			return b, fmt.Errorf("column name %q is too long", col.Name)
		}
		const nullable = 0x0001
		b = l.appendUserType(b)
		b = binary.LittleEndian.AppendUint16(b, nullable)
		var err error
		if b, err = col.appendTypeInfo(b, l); err != nil {
			return b, fmt.Errorf("column %q: %w", col.Name, err)
		}
		b = appendBVarChar(b, col.Name)
	}
	return b, nil
}

// appendRow appends one ROW.
func appendRow(b []byte, columns []Column, row []any) ([]byte, error) {
	if len(row) != len(columns) {
		return b, fmt.Errorf("%d values for %d columns", len(row), len(columns))
	}
	b = append(b, tokenRow)
	for i, col := range columns {
		var err error
		if b, err = col.appendValue(b, row[i]); err != nil {
			return b, fmt.Errorf("column %q: %w", col.Name, err)
		}
	}
	return b, nil
}
