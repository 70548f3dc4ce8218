// Package nlmp holds what every server that verifies NTLM version 2 computes
// (MS-NLMP).
package nlmp

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/md4" //nolint:staticcheck // NTLM is defined on MD4
)

// NTOWFv2 derives the key of an account from its password (MS-NLMP 3.3.2).
func NTOWFv2(user, domain, password string) []byte {
	h := md4.New()
	h.Write(EncodeUTF16(password))
	return HMACMD5(h.Sum(nil), EncodeUTF16(strings.ToUpper(user)+domain))
}

// HMACMD5 returns the HMAC-MD5 of the parts, one after the other.
func HMACMD5(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(md5.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// EncodeUTF16 returns a text in UTF-16, little endian.
func EncodeUTF16(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// DecodeUTF16 is the reverse of [EncodeUTF16]. An odd last octet is left out.
func DecodeUTF16(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
