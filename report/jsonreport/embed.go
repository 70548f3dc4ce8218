package jsonreport

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lcshealth/report"
)

// A page holds its report as JSON in one element,
//
//	<script type="application/json" id="report">{…}</script>
//
// which browsers do not run, as its type is none of a script's. See [Embedded]
// for what is escaped, and for the form that large reports have.
const (
	ElementType = "application/json"
	ElementID   = "report"
)

// mostPlain is the largest report, in octets of JSON, that a page holds for
// everybody to read. Larger ones say the same few things of many servers, so
// that packed they take a tenth.
const mostPlain = 512 << 10

// ErrTooLarge says that an unpacked report is larger than allowed.
var ErrTooLarge = errors.New("the report is too large")

// Embedded returns the report on one line, fit to stand in that element: <, >
// and & are written as \u003c, \u003e and \u0026, so that nothing in it can
// end the element or begin a comment. Otherwise it is what [Write] writes.
//
// A report of more than half a megabyte is packed: the element then holds one
// JSON string, the same text compressed with gzip (RFC 1952) in base64 (RFC
// 4648, section 4). [Unpack] undoes that.
func Embedded(r *report.Report) ([]byte, error) {
	encoded, err := json.Marshal(complete(*r)) // escapes <, > and &
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	encoded = Escape(encoded)
	if len(encoded) <= mostPlain {
		return encoded, nil
	}
	return pack(encoded)
}

func pack(plain []byte) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("pack the report: %w", err)
	}
	if _, err := z.Write(plain); err != nil {
		return nil, fmt.Errorf("pack the report: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the report: %w", err)
	}
	return json.Marshal(packed.Bytes()) // as base64
}

// Unpack returns the JSON of a report from what an element holds, packed or
// not. It unpacks no more than limit octets and fails with [ErrTooLarge] if
// there are more.
func Unpack(data []byte, limit int64) ([]byte, error) {
	if len(data) == 0 || data[0] != '"' {
		return data, nil
	}
	var packed []byte
	if err := json.Unmarshal(data, &packed); err != nil {
		return nil, fmt.Errorf("unpack the report: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the report: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, fmt.Errorf("unpack the report: %w", err)
	}
	if int64(len(plain)) > limit {
		return nil, fmt.Errorf("unpack the report: %w", ErrTooLarge)
	}
	return plain, nil
}
