package sip

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Limits bound what a [Reader] holds of one message, in octets. Zero means 64
// KiB.
type Limits struct {
	Head int // start line and headers, and the empty lines before them
	Body int
}

const defaultLimit = 64 << 10

// Reader reads messages from a stream, such as a TCP or TLS connection.
type Reader struct {
	from   *bufio.Reader
	limits Limits
	err    error // what ended the stream for good
}

// NewReader returns a reader of a stream.
func NewReader(from io.Reader, limits Limits) *Reader {
	if limits.Head <= 0 {
		limits.Head = defaultLimit
	}
	if limits.Body <= 0 {
		limits.Body = defaultLimit
	}
	return &Reader{from: bufio.NewReader(from), limits: limits}
}

// Read returns the next message. It never waits for more than the message
// needs: without a valid Content-Length there is no body, so that the answer of
// an old server, which has none, comes at once.
//
// With an error comes what was read of the message if that has a start line,
// else nil: the headers of a cut answer are worth a report. Errors are io.EOF
// where the stream ends between messages, [*GarbageError], [*LimitError] (a
// body that is too large is cut, and the message is otherwise complete),
// [*TruncatedError], or that of the stream. All but an error of the stream
// between two messages are final.
func (r *Reader) Read() (*Message, error) {
	if r.err != nil {
		return nil, r.err
	}
	if err := r.skipEmptyLines(); err != nil {
		return nil, err
	}
	raw, err := r.head()
	if err != nil {
		r.err = err
		m, ok := parseHead(raw)
		if ok {
			m.setRaw(raw, len(raw), len(raw))
		}
		return m, err
	}
	m, _ := parseHead(raw)
	head := len(raw)
	raw, r.err = r.body(raw, m)
	m.setRaw(raw, head, len(raw))
	return m, r.err
}

// skipEmptyLines skips what may come between messages (RFC 3261, section 7.5),
// such as the CR LF CR LF by which clients keep a connection alive.
func (r *Reader) skipEmptyLines() error {
	for range r.limits.Head {
		c, err := r.from.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return fmt.Errorf("read SIP message: %w", err)
		case c != '\r' && c != '\n':
			return r.from.UnreadByte()
		}
	}
	r.err = &LimitError{"head", r.limits.Head}
	return r.err
}

// head reads up to the empty line. What it returns with an error was read
// before.
func (r *Reader) head() (raw []byte, err error) {
	var start opening
	line := 0 // where the line at hand begins
	for {
		c, err := r.from.ReadByte()
		if err != nil {
			return raw, truncated(raw, line, err)
		}
		if len(raw) == r.limits.Head {
			return raw, &LimitError{"head", r.limits.Head}
		}
		raw = append(raw, c)
		if line == 0 && !start.next(c) {
			return nil, r.garbage(raw)
		}
		if c != '\n' {
			continue
		}
		text := trimEnd(string(raw[line:]))
		if line == 0 {
			if _, ok := parseStart(text); !ok {
				return nil, r.garbage(raw)
			}
		} else if text == "" {
			return raw, nil
		}
		line = len(raw)
	}
}

// garbage returns the error for what is no start line, with what else is there
// already.
func (r *Reader) garbage(raw []byte) error {
	more, _ := r.from.Peek(r.from.Buffered()) // does not read
	return &GarbageError{First: first(append(raw, more...))}
}

// body appends the body to raw. Nothing is allocated for octets that are only
// promised.
func (r *Reader) body(raw []byte, m *Message) ([]byte, error) {
	length, ok := m.ContentLength()
	if !ok {
		return raw, nil
	}
	for left := min(length, int64(r.limits.Body)); left > 0; {
		if _, err := r.from.Peek(1); err != nil {
			return raw, &TruncatedError{"body", first(raw), unexpected(err)}
		}
		here, _ := r.from.Peek(int(min(left, int64(r.from.Buffered())))) // does not read
		raw = append(raw, here...)
		left -= int64(len(here))
		_, _ = r.from.Discard(len(here)) // of what is there
	}
	if length > int64(r.limits.Body) {
		return raw, &LimitError{"body", r.limits.Body}
	}
	return raw, nil
}

func truncated(raw []byte, line int, err error) error {
	part := "head"
	if line == 0 {
		part = "start line"
	}
	return &TruncatedError{part, first(raw), unexpected(err)}
}

// unexpected turns the end of a stream into an error that says that more was to
// come.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
