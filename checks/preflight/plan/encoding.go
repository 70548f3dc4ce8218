package plan

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decoded returns the text of a file as UTF-8 if its byte order mark tells how
// it is encoded. Without a mark it is left as it is.
func decoded(in *bufio.Reader) (io.Reader, error) {
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := in.Discard(3)
		return in, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errors.New("this is a workbook of Excel, not CSV: save it as \"CSV UTF-8 (comma delimited)\"")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, errors.New("it looks like UTF-16 without a byte order mark: save it as \"CSV UTF-8 (comma delimited)\"")
	}
	return in, nil
}
