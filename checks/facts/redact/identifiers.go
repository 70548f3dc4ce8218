package redact

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
)

// reserved is below the first relative identifier that a domain gives to an
// account of its own; those below are the same in every domain (MS-DTYP
// 2.4.2.4).
const reserved = 1000

func isSID(s string) bool { return len(s) > 4 && strings.EqualFold(s[:4], "S-1-") }

// sid replaces a security identifier given as text. Well-known ones stay, and
// so does what is the same in every domain. One that is malformed stays so in
// the same way: with as many parts, of which the same are no numbers.
func (r *Redactor) sid(s string) string {
	text := strings.TrimSpace(s)
	if len(text) > 2 && strings.EqualFold(text[:2], "0x") { // octets that are no SID
		return strings.Replace(s, text, text[:2]+hex.EncodeToString(r.octets("octets", []byte(strings.ToLower(text)), len(text)/2-1)), 1)
	}
	if !isSID(text) {
		return r.value(s)
	}
	parts := strings.Split(s, "-")
	from := 3 // behind the authority
	if len(parts) >= 7 && parts[2] == "5" && parts[3] == "21" && isSub(parts[4]) && isSub(parts[5]) && isSub(parts[6]) {
		sum := r.digest("domain", strings.Join(parts[4:7], "-"))
		for i := range 3 { // a domain as a whole
			parts[4+i] = strconv.FormatUint(uint64(binary.BigEndian.Uint32(sum[4*i:])), 10)
		}
		from = 7
	}
	if from == 3 {
		if _, err := facts.ParseSID(s); err == nil && !slices.ContainsFunc(parts[3:], large) {
			return s // well-known: S-1-5-18, S-1-5-32-544
		}
	}
	for i := from; i < len(parts); i++ {
		parts[i] = r.sub(parts[i])
	}
	if _, err := strconv.ParseUint(parts[2], 0, 48); err != nil { // no authority
		parts[2] = "x" + r.letters("sub", parts[2])
	}
	return strings.Join(parts, "-")
}

// sub replaces one part of a SID: a number by a number, and what is none by
// something that is none.
func (r *Redactor) sub(s string) string {
	switch {
	case s == "":
		return s
	case !isSub(s):
		return "x" + r.letters("sub", s)
	case !large(s):
		return s
	}
	n, _ := strconv.ParseUint(s, 10, 32) // isSub
	return strconv.FormatUint(uint64(r.permute(uint32(n))), 10)
}

func isSub(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

func large(s string) bool {
	n, err := strconv.ParseUint(s, 10, 32)
	return err != nil || n >= reserved
}

// permute gives each number from 1000 on another one of these, and no two the
// same: a Feistel network, walked until it leaves the lower numbers.
func (r *Redactor) permute(n uint32) uint32 {
	for {
		left, right := uint16(n>>16), uint16(n&0xffff) //nolint:gosec // halves
		for round := range byte(4) {
			sum := r.digest("rid", string([]byte{round, byte(right >> 8), byte(right & 0xff)}))
			left, right = right, left^binary.BigEndian.Uint16(sum[:])
		}
		if n = uint32(left)<<16 | uint32(right); n >= reserved {
			return n
		}
	}
}

// guid replaces a GUID given as text. What is none is replaced as a name.
func (r *Redactor) guid(s string) string {
	if out, ok := r.guidText(s); ok {
		return out
	}
	return r.value(s)
}

// guidText reports whether the text was a GUID, with or without braces. Its
// case stays.
func (r *Redactor) guidText(s string) (string, bool) {
	inner, braced := strings.CutPrefix(s, "{")
	if braced {
		if inner, braced = strings.CutSuffix(inner, "}"); !braced {
			return "", false
		}
	}
	if len(inner) != 36 || inner[8] != '-' || inner[13] != '-' || inner[18] != '-' || inner[23] != '-' {
		return "", false
	}
	bare := strings.ReplaceAll(inner, "-", "")
	if _, err := hex.DecodeString(bare); err != nil || len(bare) != 32 {
		return "", false
	}
	sum := r.digest("guid", strings.ToLower(bare))
	out := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	if strings.ToUpper(inner) == inner && strings.ToLower(inner) != inner {
		out = strings.ToUpper(out)
	}
	if braced {
		out = "{" + out + "}"
	}
	return out, true
}
