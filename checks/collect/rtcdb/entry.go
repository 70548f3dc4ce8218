package rtcdb

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"lcshealth/checks/facts"
)

// Row is a row of the table Resource and what belongs to it, as it came from
// the database. Text is a string, and other values are octets ([]byte); nil is
// NULL.
type Row struct {
	ResourceID  int64
	Address     any   // UserAtHost
	SID         any   // octets (MS-DTYP 2.4.2.2) or text
	GUID        any   // the 16 octets of a uniqueidentifier, or text
	InDirectory *bool // whether there is a directory row; nil if no such table is known
}

// Entry returns the fact that a row stands for. Nothing is refused: what is
// malformed is kept so that it can be shown.
func Entry(database string, r Row) facts.Entry {
	e := facts.Entry{Database: database, ResourceID: r.ResourceID, SID: sidText(r.SID), GUID: guidText(r.GUID), DirectoryRow: r.InDirectory}
	if address := text(r.Address); address != nil {
		e.Address = *address
	}
	return e
}

// text returns a value as text, octets in hexadecimal.
func text(v any) *string {
	var s string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		s = v
	case []byte:
		s = "0x" + hex.EncodeToString(v)
	default:
		s = fmt.Sprint(v)
	}
	return &s
}

// sidText returns a SID in its canonical form, or the raw value if it is none.
func sidText(v any) *string {
	switch v := v.(type) {
	case []byte:
		if s, err := facts.SIDString(withoutPadding(v)); err == nil {
			return &s
		}
	case string:
		v = strings.TrimSpace(v)
		if octets, err := facts.ParseSID(v); err == nil {
			if s, err := facts.SIDString(octets); err == nil {
				return &s
			}
		}
		return &v
	}
	return text(v)
}

// withoutPadding drops the zeros that a binary column of fixed length adds to
// a shorter SID.
func withoutPadding(b []byte) []byte {
	if len(b) < 8 {
		return b
	}
	end := 8 + 4*int(b[1])
	if end >= len(b) {
		return b
	}
	for _, octet := range b[end:] {
		if octet != 0 {
			return b
		}
	}
	return b[:end]
}

var guidForm = regexp.MustCompile(`^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$`)

// guidText returns a GUID in lower case with dashes, or the raw value if it is
// none.
func guidText(v any) *string {
	switch v := v.(type) {
	case []byte:
		if len(v) == 16 {
			s := facts.GUIDString([16]byte(v))
			return &s
		}
	case string:
		v = strings.TrimSpace(v)
		if m := guidForm.FindStringSubmatch(strings.ToLower(v)); m != nil {
			return &m[1]
		}
		return &v
	}
	return text(v)
}
