package sip

import (
	"strconv"
	"strings"
)

// check finds the first field that cannot be written. Nothing that comes from a
// directory or a command line may begin a line of its own.
func (r *Request) check() error {
	switch {
	case !isToken(r.Method):
		return &FieldError{"Method", "is not a method: " + strconv.Quote(r.Method)}
	case r.Transport != "TCP" && r.Transport != "TLS":
		return &FieldError{"Transport", "is neither TCP nor TLS: " + strconv.Quote(r.Transport)}
	case !isHostPort(r.SentBy):
		return &FieldError{"SentBy", "is not host:port: " + strconv.Quote(r.SentBy)}
	case !isWord(r.Dialog.CallID):
		return &FieldError{"Dialog.CallID", "is empty, or has a character that cannot be written: " + strconv.Quote(r.Dialog.CallID)}
	case !isToken(r.Dialog.Tag):
		return &FieldError{"Dialog.Tag", "is not a token: " + strconv.Quote(r.Dialog.Tag)}
	case r.Dialog.Epid != "" && !isToken(r.Dialog.Epid):
		return &FieldError{"Dialog.Epid", "is not a token: " + strconv.Quote(r.Dialog.Epid)}
	case r.Sequence == 0 || r.Sequence >= 1<<31: // RFC 3261, section 8.1.1.5
		return &FieldError{"Sequence", "is not from 1 to 2147483647"}
	case !isLine(r.UserAgent):
		return &FieldError{"UserAgent", "has a control character, or blanks around it"}
	case r.Expires != nil && (*r.Expires < 0 || *r.Expires >= 1<<32): // RFC 3261, section 20.19
		return &FieldError{"Expires", "is not from 0 to 4294967295"}
	case r.Contact == "" && len(r.ContactParams) > 0:
		return &FieldError{"ContactParams", "are set without Contact"}
	}
	for _, uri := range []struct{ field, value string }{{"URI", r.URI}, {"From", r.From}, {"To", r.To}, {"Contact", r.Contact}} {
		if !isURI(uri.value) && (uri.field != "Contact" || uri.value != "") {
			return &FieldError{uri.field, "is not a URI: " + strconv.Quote(uri.value)}
		}
	}
	for _, p := range r.ContactParams {
		if !isToken(p.Name) || !isLine(p.Value) || !p.Quoted && p.Value != "" && !isToken(p.Value) {
			return &FieldError{"ContactParams", "cannot be written: " + strconv.Quote(p.Name)}
		}
	}
	return r.checkExtra()
}

func (r *Request) checkExtra() error {
	for _, h := range r.Extra {
		// The value may be a secret and is not shown.
		switch full := fullName(h.Name); {
		case !isToken(h.Name) || !isLetter(h.Name[0]):
			return &FieldError{"Extra", "has a name that is none: " + strconv.Quote(h.Name)}
		case !isLine(h.Value):
			return &FieldError{"Extra", "has a control character, or blanks around it, in " + h.Name}
		case written[strings.ToLower(full)]:
			return &FieldError{"Extra", "repeats " + full}
		}
	}
	return nil
}

// written has the headers that a Request writes from its other fields.
var written = map[string]bool{
	"via": true, "max-forwards": true, "from": true, "to": true, "call-id": true, "cseq": true,
	"user-agent": true, "contact": true, "expires": true, "content-length": true,
}

// isLine says whether a value stays on its line, and comes out as it went in.
func isLine(s string) bool {
	if s != strings.Trim(s, " \t") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// isWord says whether a value is there and can stand in angle brackets: no
// blank, bracket, quote or control character is in it.
func isWord(s string) bool {
	return s != "" && isLine(s) && !strings.ContainsAny(s, " \t<>\"")
}

// isURI asks for a scheme and leaves the rest to the server. It turns away "*",
// which as a contact would remove all that the user has registered.
func isURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	return ok && isToken(scheme) && rest != "" && isWord(s)
}

// isHostPort says whether a value is host:port, where an IPv6 address stands in
// brackets.
func isHostPort(s string) bool {
	colon := strings.LastIndexByte(s, ':')
	if colon < 1 {
		return false
	}
	host := s[:colon]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host = strings.ReplaceAll(strings.TrimSuffix(inner, "]"), ":", "")
		if !strings.HasSuffix(s[:colon], "]") {
			return false
		}
	}
	port, err := strconv.ParseUint(s[colon+1:], 10, 16)
	return err == nil && port > 0 && isToken(host)
}
