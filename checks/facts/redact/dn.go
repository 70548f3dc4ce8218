package redact

import (
	"encoding/hex"
	"strings"
)

// dn replaces a distinguished name, value by value. The names of containers
// that every forest has stay. What is no distinguished name is replaced as a
// name.
func (r *Redactor) dn(s string) string {
	if !strings.Contains(s, "=") {
		return r.value(s)
	}
	var b strings.Builder
	for rest := s; ; {
		end := endOfValue(rest)
		b.WriteString(r.rdn(rest[:end]))
		if end == len(rest) {
			return b.String()
		}
		b.WriteByte(rest[end])
		rest = rest[end+1:]
	}
}

// endOfValue is where a part of a name ends: at a separator that is neither
// escaped nor between quotes (RFC 4514, and the older RFC 2253).
func endOfValue(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ';' || c == '+'):
			return i
		}
	}
	return len(s)
}

// rdn replaces TYPE=value.
func (r *Redactor) rdn(s string) string {
	kind, value, found := strings.Cut(s, "=")
	if !found {
		return r.escape(r.value(unescape(s)))
	}
	bare := strings.ToLower(strings.TrimSpace(kind))
	if !publicTypes[bare] && strings.Trim(bare, "0123456789.") != "" {
		kind = strings.Replace(kind, strings.TrimSpace(kind), r.name(bare), 1)
	}
	text := unescape(value)
	if containers[strings.ToLower(strings.TrimSpace(text))] {
		return kind + "=" + value
	}
	if bare == "dc" {
		return kind + "=" + r.escape(r.host(text))
	}
	return kind + "=" + r.escape(r.value(text))
}

// unescape undoes \, and \2C.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\"`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case i+2 < len(s) && isHex(s[i+1:i+3]):
			octet, _ := hex.DecodeString(s[i+1 : i+3]) // isHex
			b.Write(octet)
			i += 2
		default:
			i++
			b.WriteByte(s[i])
		}
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil
}

// escape writes a value that may hold what separates parts.
func (r *Redactor) escape(s string) string {
	if !strings.ContainsAny(s, `,;+"\<>=`) {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`,;+"\<>=`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// home replaces what an account names as its home server: a DN, or the text of
// msRTCSIP-HomeServerString.
func (r *Redactor) home(s string) string {
	if strings.Contains(s, "=") {
		return r.again("dn", s, r.dn)
	}
	return r.value(s)
}
