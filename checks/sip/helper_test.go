package sip_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"lcshealth/checks/sip"
)

// errSilent is what a connection gives that stays open and says nothing more.
// Who reads as far as here would have waited for the deadline.
var errSilent = errors.New("the peer says nothing more")

// silent is a stream that stays open behind the text.
func silent(text string) io.Reader {
	return io.MultiReader(strings.NewReader(text), iotest.ErrReader(errSilent))
}

// segments are the ways in which the octets of a stream may arrive. TLS 1.0
// sends the first octet alone.
var segments = map[string]func(io.Reader) io.Reader{
	"at once":      func(r io.Reader) io.Reader { return r },
	"octet-wise":   iotest.OneByteReader,
	"half by half": iotest.HalfReader,
	"with the end": iotest.DataErrReader,
}

// lines writes a message with the line ends of SIP. The last of the lines is
// followed by the empty line.
func lines(all ...string) string { return strings.Join(all, "\r\n") + "\r\n\r\n" }

func parse(t *testing.T, text string) *sip.Message {
	t.Helper()
	m, err := sip.Parse([]byte(text))
	if err != nil {
		t.Fatalf("parse %q: %v", text, err)
	}
	return m
}

// counting is a source of octets that are not random: 0, 1, 2, …
type counting struct{ next byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}
