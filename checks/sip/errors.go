package sip

import (
	"bytes"
	"fmt"
)

// GarbageError says that what came is no SIP message.
type GarbageError struct {
	First []byte // its first octets, at most 32
}

func (e *GarbageError) Error() string {
	if kind := e.Kind(); kind != "" {
		return fmt.Sprintf("not a SIP message but %s: %s", kind, show(e.First))
	}
	return "not a SIP message: " + show(e.First)
}

// Kind says what it is instead, as "a TLS alert", or "" if that is not known.
func (e *GarbageError) Kind() string {
	switch f := e.First; {
	case len(f) >= 2 && f[0] == 21 && f[1] == 3: // record types of RFC 8446, section 5.1
		return "a TLS alert"
	case len(f) >= 2 && 20 <= f[0] && f[0] <= 23 && f[1] == 3:
		return "a TLS record"
	case bytes.HasPrefix(f, []byte("HTTP/")), bytes.HasPrefix(f, []byte("GET ")), bytes.HasPrefix(f, []byte("POST ")):
		return "HTTP"
	default:
		return ""
	}
}

// LimitError says that a part of a message is larger than the reader takes.
type LimitError struct {
	Part  string // "head" or "body"
	Limit int    // octets
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("read SIP message: the %s has more than %d octets", e.Part, e.Limit)
}

// TruncatedError says that a stream ended, or failed, within a message.
type TruncatedError struct {
	Part  string // "start line", "head" or "body"
	First []byte // the first octets of the message, at most 32
	Err   error  // what ended it: io.ErrUnexpectedEOF, a timeout of the connection
}

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("read SIP message %s: ended within the %s: %v", show(e.First), e.Part, e.Err)
}

// Unwrap gives the error of the stream.
func (e *TruncatedError) Unwrap() error { return e.Err }

// FieldError says which field of a [Request] cannot be written.
type FieldError struct {
	Field   string // as it is called in Request
	Problem string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("write SIP request: %s %s", e.Field, e.Problem)
}

// shown is how many octets an error shows: enough to tell one protocol from
// another, too few to give a secret away.
const shown = 32

func first(octets []byte) []byte { return bytes.Clone(octets[:min(len(octets), shown)]) }

// show writes octets for people: as text if they are, else in hexadecimal.
func show(octets []byte) string {
	for _, c := range octets {
		if (c < ' ' || c > '~') && c != '\r' && c != '\n' && c != '\t' {
			return fmt.Sprintf("% x", octets)
		}
	}
	return fmt.Sprintf("%q", octets)
}
