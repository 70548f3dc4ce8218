package ntlm

import (
	"bytes"
	"encoding/binary"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// TargetInfo is what a server says of itself in a challenge ([MS-NLMP] 2.2.2.1).
// A name that it does not give is empty.
type TargetInfo struct {
	NetBIOSDomain   string
	NetBIOSComputer string
	DNSDomain       string
	DNSComputer     string
	DNSForest       string
	Timestamp       time.Time // the server's clock, UTC; zero when not given (before Windows Vista)

	raw []byte // an NTLMv2 response carries it octet for octet
}

// The attributes of a pair.
const (
	avEnd             = 0
	avNetBIOSComputer = 1
	avNetBIOSDomain   = 2
	avDNSComputer     = 3
	avDNSDomain       = 4
	avDNSForest       = 5
	avTimestamp       = 7
)

// parseTargetInfo reads pairs up to the one that ends them, which has to be the
// last. Attributes of other kinds are kept and not looked at. The information
// begins at the given octet of the message.
func parseTargetInfo(info []byte, at int) (*TargetInfo, error) {
	const part = "target info"
	t := &TargetInfo{}
	names := map[uint16]*string{
		avNetBIOSComputer: &t.NetBIOSComputer,
		avNetBIOSDomain:   &t.NetBIOSDomain,
		avDNSDomain:       &t.DNSDomain,
		avDNSComputer:     &t.DNSComputer,
		avDNSForest:       &t.DNSForest,
	}
	for rest := info; ; {
		here := at + len(info) - len(rest)
		if len(rest) < 4 {
			return nil, &MalformedError{here, part, "has no end"}
		}
		id, length := binary.LittleEndian.Uint16(rest), int(binary.LittleEndian.Uint16(rest[2:]))
		rest = rest[4:]
		if id == avEnd {
			if length != 0 || len(rest) != 0 {
				return nil, &MalformedError{here, part, "goes on after its end"}
			}
			t.raw = bytes.Clone(info)
			return t, nil
		}
		if length > len(rest) {
			return nil, &MalformedError{here, part, "a pair runs past its end"}
		}
		value := rest[:length]
		rest = rest[length:]
		if name, ok := names[id]; ok {
			if length%2 != 0 {
				return nil, &MalformedError{here, part, "a name ends inside a character"}
			}
			*name = decodeUTF16(value)
			continue
		}
		if id != avTimestamp {
			continue
		}
		if length != 8 {
			return nil, &MalformedError{here, part, "a timestamp is not 8 octets long"}
		}
		stamp, ok := fromFileTime(binary.LittleEndian.Uint64(value))
		if !ok {
			return nil, &MalformedError{here, part, "a timestamp is after the year 9999"}
		}
		t.Timestamp = stamp
	}
}

// A FILETIME counts tenths of microseconds since the year 1601 (MS-DTYP 2.3.3).
const (
	fileTimeTicks = 10_000_000                   // a second
	fileTimeEpoch = 11_644_473_600               // seconds from 1601 to 1970
	fileTimeEnd   = 265046774400 * fileTimeTicks // the year 10000, which no text format reaches
)

func fromFileTime(ticks uint64) (time.Time, bool) {
	if ticks >= fileTimeEnd {
		return time.Time{}, false
	}
	return time.Unix(int64(ticks/fileTimeTicks)-fileTimeEpoch, int64(ticks%fileTimeTicks)*100).UTC(), true
}

func toFileTime(t time.Time) (uint64, bool) {
	seconds := t.Unix() + fileTimeEpoch
	if seconds < 0 || t.Year() > 9999 {
		return 0, false
	}
	return uint64(seconds)*fileTimeTicks + uint64(t.Nanosecond()/100), true
}

// decodeUTF16 decodes little-endian UTF-16 of an even length. What is no
// character becomes U+FFFD.
func decodeUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// encodeUTF16 encodes valid UTF-8 as little-endian UTF-16. It leaves no second
// copy behind: the result never outgrows its first allocation.
func encodeUTF16(text []byte) []byte {
	out := make([]byte, 0, 2*len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if high, low := utf16.EncodeRune(r); r > 0xFFFF {
			out = binary.LittleEndian.AppendUint16(out, uint16(high))
			out = binary.LittleEndian.AppendUint16(out, uint16(low))
			continue
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(r))
	}
	return out
}
