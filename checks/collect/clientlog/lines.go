package clientlog

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxLine is how many octets of a line are read. That of a message is some
// hundred; a Kerberos ticket in one may have some thousand.
const maxLine = 64 << 10

// lines reads a text line by line, in UTF-8 or in a code page that agrees with
// it in ASCII.
type lines struct {
	from   *bufio.Reader
	sniff  error // that a first look met
	number int   // of the line at hand, from 1
	whole  bool  // the line at hand has its end
	long   bool  // the line at hand was cut at maxLine
	spare  []byte
}

func newLines(from io.Reader) *lines {
	l := &lines{from: bufio.NewReaderSize(from, maxLine)}
	head, err := l.from.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		l.sniff = err
	}
	wide := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = l.from.Discard(3) // of what is there
		return l
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		wide = unicode.BigEndian
	default:
		even, odd := zeros(head)
		switch {
		case odd > len(head)/4 && even < odd/4:
		case even > len(head)/4 && odd < even/4:
			wide = unicode.BigEndian
		default:
			return l
		}
	}
	decoder := unicode.UTF16(wide, unicode.UseBOM).NewDecoder()
	l.from = bufio.NewReaderSize(transform.NewReader(l.from, decoder), maxLine)
	return l
}

// sniffed is how many octets tell the encoding.
const sniffed = 1 << 10

// zeros counts the octets that are zero: of text in UTF-16 it is every other.
func zeros(head []byte) (even, odd int) {
	for i, c := range head {
		switch {
		case c != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	return even, odd
}

// next returns the next line without its end: LF, with any number of CR before.
// It is good until the next call. The error is io.EOF or that of the file.
func (l *lines) next() ([]byte, error) {
	line, err := l.from.ReadSlice('\n')
	l.long = false
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = true
		l.spare = append(l.spare[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.from.ReadSlice('\n')
		}
		line = l.spare
	}
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case err != nil && len(line) == 0:
		if l.sniff != nil {
			return nil, l.sniff
		}
		return nil, io.EOF
	}
	l.whole = err == nil
	l.number++
	line = bytes.TrimSuffix(line, []byte("\n"))
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, nil
}
