// Package load reads a report back: from a JSON report, or from the HTML page
// that holds one. It tells stored facts apart from both, so that a caller can
// have them judged first.
package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"lcshealth/report"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Errors of this package, to be told apart with errors.Is.
var (
	// ErrFacts says that the file holds facts that were stored, not a report
	// of them. Facts are a gzip file.
	ErrFacts = errors.New("holds facts, not a report")
	// ErrNotReport says that the file is neither.
	ErrNotReport = errors.New("not a report of lcshealth")
	// ErrTooLarge says that the file is larger than [MaxSize].
	ErrTooLarge = errors.New("too large to be a report")
)

// MaxSize bounds what is read, in octets: a report that names every one of a
// million users stays far below.
const MaxSize = 256 << 20

// File reads the report in a file. Its errors name the file.
func File(path string) (*report.Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	r, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Read reads a report. The first octets say what it is: 1F 8B stored facts
// (RFC 1952), < a page, { JSON. Byte order marks count, since shells of Windows
// write UTF-16. Errors take one line, whatever the input holds.
func Read(in io.Reader) (*report.Report, error) {
	return read(in, MaxSize)
}

func read(in io.Reader, limit int64) (*report.Report, error) {
	var head [2]byte
	n, err := io.ReadFull(in, head[:])
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: it is empty", ErrNotReport)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("read the report: %w", err)
	case n == 2 && head == [2]byte{0x1F, 0x8B}:
		return nil, ErrFacts
	}
	text := transform.NewReader(io.MultiReader(bytes.NewReader(head[:n]), in), unicode.BOMOverride(transform.Nop))
	data, err := io.ReadAll(io.LimitReader(text, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: it has more than %d MiB", ErrTooLarge, limit>>20)
	}
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] == '<' {
		if data, err = embedded(data, limit); err != nil {
			return nil, err
		}
	}
	return decode(data)
}
