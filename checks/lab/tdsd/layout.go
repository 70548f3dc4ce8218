package tdsd

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Layout is a layout of the protocol stream. This file holds all that differs
// between the two, apart from the PRELOGIN reply:
//
//	                               TDS71         TDS74
//	row count of DONE              4 bytes       8 bytes
//	line number of ERROR and INFO  2 bytes       4 bytes
//	user type of COLMETADATA       2 bytes       4 bytes
//	table of text columns          one name      a list of name parts
//	ALL_HEADERS before a request   absent        present
//	(max) types of parameters      unknown       partially length-prefixed
//	acknowledged connection reset  no            ENVCHANGE 18
type Layout uint8

const (
	// TDS74 is the layout from TDS 7.2 (SQL Server 2005) to 7.4. These differ
	// in token and type kinds that this server does not send.
	TDS74 Layout = iota
	// TDS71 is the layout of TDS 7.1 (SQL Server 2000 and MSDE 2000).
	TDS71
)

// String returns the version that names the layout.
func (l Layout) String() string {
	if l == TDS71 {
		return "7.1"
	}
	return "7.4"
}

func (l Layout) appendRowCount(b []byte, rows uint64) []byte {
	if l == TDS71 {
		return binary.LittleEndian.AppendUint32(b, uint32(rows))
	}
	return binary.LittleEndian.AppendUint64(b, rows)
}

func (l Layout) appendLine(b []byte, line int32) []byte {
	if l == TDS71 {
		return binary.LittleEndian.AppendUint16(b, uint16(line))
	}
	return binary.LittleEndian.AppendUint32(b, uint32(line))
}

func (l Layout) appendUserType(b []byte) []byte {
	if l == TDS71 {
		return append(b, 0, 0)
	}
	return append(b, 0, 0, 0, 0)
}

// appendTable appends the table name of a text, ntext or image column.
func (l Layout) appendTable(b []byte, table string) []byte {
	if l == TDS71 {
		return appendUSVarChar(b, table)
	}
	if table == "" {
		return append(b, 0)
	}
	parts := strings.Split(table, ".")
	if len(parts) > 4 { // server, database, owner and object
		parts = []string{table}
	}
	b = append(b, byte(len(parts)))
	for _, part := range parts {
		b = appendUSVarChar(b, part)
	}
	return b
}

// skipHeaders takes the ALL_HEADERS from a request (MS-TDS 2.2.5.3).
func (l Layout) skipHeaders(c *cursor) {
	if l == TDS71 {
		return
	}
	total := c.u32()
	if c.err == nil && (total < 4 || uint64(total)-4 > uint64(len(c.rest))) {
		c.fail("ALL_HEADERS of %d bytes in a request of %d", total, len(c.rest)+4)
		return
	}
	c.take(int(total) - 4)
}

func (l Layout) hasMaxTypes() bool { return l != TDS71 }

func (l Layout) acknowledgesReset() bool { return l != TDS71 }

func (l Layout) defaultProduct() string {
	if l == TDS71 {
		return "8.00.760"
	}
	return "9.00.1399"
}

// The protocol versions of LOGIN7 and LOGINACK (MS-TDS 2.2.7.14). The two of
// 7.1 are those of SQL Server 2000 without and with a service pack.
const (
	version71RTM = 0x07010000
	version71    = 0x71000001
	version72    = 0x72090002
	version73A   = 0x730A0003
	version73B   = 0x730B0003
	version74    = 0x74000004
)

// negotiate returns the layout and the protocol version of a session: the
// newest that the client, the configured layout and the claimed product have
// in common.
func (l Layout) negotiate(client uint32, product productVersion) (Layout, uint32) {
	newest := uint32(version74)
	switch {
	case l == TDS71:
		newest = version71
	case product.major == 9:
		newest = version72
	case product.major == 10:
		newest = version73B
	}
	newest = min(newest, client)
	for _, v := range []uint32{version74, version73B, version73A, version72} {
		if newest >= v {
			return TDS74, v
		}
	}
	if product.withoutServicePack() {
		return TDS71, version71RTM
	}
	return TDS71, version71
}

// productVersion is a version of SQL Server, such as 9.00.1399.06.
type productVersion struct {
	major, minor byte
	build, sub   uint16
}

func parseProductVersion(s string) (productVersion, error) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 && len(parts) != 4 {
		return productVersion{}, fmt.Errorf("product version %q: want major.minor.build", s)
	}
	var n [4]uint64
	for i, part := range parts {
		bits := 16
		if i < 2 {
			bits = 8
		}
		v, err := strconv.ParseUint(part, 10, bits)
		if err != nil {
			return productVersion{}, fmt.Errorf("product version %q: %w", s, err)
		}
		n[i] = v
	}
	return productVersion{byte(n[0]), byte(n[1]), uint16(n[2]), uint16(n[3])}, nil
}

// withoutServicePack tells SQL Server 2000 as first released (8.00.194) from
// its service packs, of which the first is 8.00.384.
func (v productVersion) withoutServicePack() bool {
	return v.major == 8 && v.build < 384
}

// append appends the four bytes that PRELOGIN and LOGINACK share.
func (v productVersion) append(b []byte) []byte {
	return binary.BigEndian.AppendUint16(append(b, v.major, v.minor), v.build)
}
