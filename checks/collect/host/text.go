package host

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decodeText returns the UTF-8 text in a stream that may be compressed with
// gzip and, as Windows scripts write it, in UTF-16 or with a byte order mark.
func decodeText(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		zip, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(zip, 64<<10)
	}
	begin, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	decoder := unicode.BOMOverride(transform.Nop)
	if string(begin) == "{\x00" { // UTF-16 without a mark
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return bufio.NewReaderSize(transform.NewReader(in, decoder), 64<<10), nil
}

const (
	maxLine = 1 << 20   // of one line
	maxSkip = 16 << 20  // of a line that is too long and passed over
	maxFile = 512 << 20 // of the text, since much of it is kept; a host has far less to tell
)

// brokenLine is the error for a line that cannot be understood, while the next
// one may be.
type brokenLine string

func (e brokenLine) Error() string { return string(e) }

// tooMuch is the error for text that is not worth reading on.
type tooMuch string

func (e tooMuch) Error() string { return string(e) }

// lines reads a text line by line.
type lines struct {
	in     *bufio.Reader
	number int // of the line last read
	read   int // octets
	buf    []byte
}

// next returns the next line without its end, valid until the following call.
// Lines without anything but blanks are passed over. After the last one it
// returns io.EOF.
func (l *lines) next() ([]byte, error) {
	for {
		text, err := l.line()
		if err != nil {
			return nil, err
		}
		text = trimBlanks(text)
		if len(text) == 0 {
			continue
		}
		if !utf8.Valid(text) {
			return nil, brokenLine("not UTF-8; other than ASCII is best written as \\u escapes")
		}
		return text, nil
	}
}

func (l *lines) line() ([]byte, error) {
	l.number++
	l.buf = l.buf[:0]
	size := 0
	for {
		piece, err := l.in.ReadSlice('\n')
		size += len(piece)
		l.read += len(piece)
		if size <= maxLine+2 { // its end does not count
			l.buf = append(l.buf, piece...)
		}
		switch {
		case l.read > maxFile:
			return nil, tooMuch(fmt.Sprintf("the file has more than %d MiB", maxFile>>20))
		case size > maxSkip:
			return nil, tooMuch(fmt.Sprintf("the line is longer than %d MiB", maxSkip>>20))
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && size == 0, err != nil && !errors.Is(err, io.EOF):
			l.number-- // this line was not read
			return nil, err
		case len(trimBlanks(l.buf)) > maxLine || size > maxLine+2:
			return nil, brokenLine(fmt.Sprintf("the line is longer than %d MiB", maxLine>>20))
		}
		return l.buf, nil
	}
}

func trimBlanks(b []byte) []byte {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}
