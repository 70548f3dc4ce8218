// Package clientlog writes traces as SIP clients and servers do, of an exchange
// that a test or the lab makes up: in every frame, encoding and form in which
// they reach a reader.
//
// What it writes holds the messages whole, with their bodies and credentials.
package clientlog

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"lcshealth/checks/sip/trace"
)

// Exchange is a message, or a fault that a server noted.
type Exchange struct {
	At          time.Time // as the clock on the wall shows it; the zone is not written
	Sent        bool      // by who writes the trace
	Peer, Local string    // host:port
	Text        string    // the whole message, with CR LF

	Fault *trace.Diagnostic // instead of Text; only servers write them
	Data  string            // of the fault, as it stands in the trace
}

// Encoding is how the characters of a trace are written.
type Encoding string

// The encodings. LE and BE are the orders of the octets of UTF-16, with the
// byte order mark before them or without.
const (
	UTF8        Encoding = ""
	UTF8BOM     Encoding = "utf-8 bom"
	UTF16LE     Encoding = "utf-16le bom"
	UTF16BE     Encoding = "utf-16be bom"
	UTF16LEBare Encoding = "utf-16le"
	UTF16BEBare Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// Encodings has all of them.
var Encodings = [...]Encoding{UTF8, UTF8BOM, UTF16LE, UTF16BE, UTF16LEBare, UTF16BEBare, Windows1252}

// Options say in which form a trace is written. The zero value is that of an
// undamaged file.
type Options struct {
	Encoding Encoding
	LineEnd  string // empty means CR LF; text streams make CR CR LF of it
	Spaced   bool   // an empty line stands after every line
	Quote    string // stands before every line, as "> " in a mail
	Wrap     int    // lines are broken at the last blank before so many octets; 0: never
	PID, TID uint32 // zero means 33C and B00
}

// Write writes a trace.
func Write(w io.Writer, frame trace.Frame, exchanges []Exchange, o Options) error {
	if o.PID == 0 && o.TID == 0 {
		o.PID, o.TID = 0x33C, 0xB00
	}
	var b strings.Builder
	for i, e := range exchanges {
		frameOf(&b, frame, e, o, i)
	}
	octets, err := encode(o.form(b.String()), o.Encoding)
	if err != nil {
		return fmt.Errorf("write trace in %s: %w", o.Encoding, err)
	}
	if _, err := w.Write(octets); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}

// form makes of lines that end in LF what a mail or a text stream does.
func (o Options) form(text string) string {
	end := o.LineEnd
	if end == "" {
		end = "\r\n"
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for o.Wrap > 0 && len(line) > o.Wrap {
			at := strings.LastIndexByte(line[:o.Wrap], ' ')
			if at < 1 {
				break
			}
			b.WriteString(o.Quote + line[:at] + end)
			line = line[at+1:]
		}
		b.WriteString(o.Quote + line + end)
		if o.Spaced {
			b.WriteString(o.Quote + end)
		}
	}
	return b.String()
}

func encode(text string, as Encoding) ([]byte, error) {
	switch as {
	case UTF8:
		return []byte(text), nil
	case UTF8BOM:
		return []byte("\ufeff" + text), nil
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case UTF16LEBare:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	case UTF16BEBare:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	case Windows1252:
		return charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	default:
		return nil, fmt.Errorf("there is no encoding %q", string(as))
	}
}
