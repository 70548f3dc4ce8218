package clientlog

import "bytes"

// kind says what becomes of a header.
type kind uint8

const (
	unknown   kind = iota // left out: what is not known to be public may be secret
	kept                  // stays as it is
	single                // stays, and is never continued on another line: a file cut there shows the same value as the whole
	challenge             // stays with its public parameters
	secret                // is judged and left out
	dropped               // is known, and left out
)

// kinds has the headers by their names in small letters, in either form (RFC
// 3261, section 20).
var kinds = map[string]kind{
	"via": kept, "v": kept, "from": kept, "f": kept, "to": kept, "t": kept, "contact": kept, "m": kept,
	"call-id": single, "i": single, "cseq": single, "expires": single, "date": single, "content-length": single, "l": single,
	"server": kept, "user-agent": kept, "warning": kept, "event": kept, "o": kept, "content-type": kept, "c": kept,
	"max-forwards": kept, "min-expires": kept, "retry-after": kept, "allow": kept, "require": kept, "unsupported": kept, "reason": kept,
	"ms-diagnostics": kept, "ms-diagnostics-public": kept, "ms-client-diagnostics": kept, "ms-user-logon-data": kept, "ms-telemetry-id": kept,
	"www-authenticate": challenge, "proxy-authenticate": challenge,
	"authorization": secret, "proxy-authorization": secret,
	"authentication-info": dropped, "proxy-authentication-info": dropped,
	"record-route": dropped, "route": dropped, "supported": dropped, "k": dropped, "subject": dropped, "s": dropped,
}

// headerKind looks a name up, without case.
func headerKind(name []byte) kind {
	var low [32]byte
	if len(name) > len(low) {
		return unknown
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		low[i] = c
	}
	return kinds[string(low[:len(name)])]
}

// splitHeader takes a line apart: letters, digits and hyphens, blanks, a colon
// and the value.
func splitHeader(line []byte) (name, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return nil, nil, false
	}
	name = bytes.TrimRight(line[:colon], " \t")
	if len(name) == 0 || !isLetter(name[0]) {
		return nil, nil, false
	}
	for _, c := range name {
		if !isLetter(c) && c != '-' && (c < '0' || c > '9') {
			return nil, nil, false
		}
	}
	return name, bytes.Trim(line[colon+1:], " \t"), true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isBlank(c byte) bool  { return c == ' ' || c == '\t' }
