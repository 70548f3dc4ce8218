package history

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"lcshealth/checks"
)

// micros is how a time is stored.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros reads a time back, in UTC.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// clean makes a string from outside one that both databases take: UTF-8
// without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// maxKey bounds what stands in an index, in octets; PostgreSQL refuses more
// than about 2,700 for all columns of an entry.
const maxKey = 600

// key is clean for what is looked up. One that is too long ends in a digest of
// the whole.
func key(s string) string {
	s = clean(s)
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	cut := maxKey - 40
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…" + hex.EncodeToString(sum[:16])
}

// problemOf names what a finding is about, whatever its severity, from its id.
// Ids of findings about users end in shape and severity; names of hosts are
// compared without regard to case, as DNS does.
func problemOf(id string) string {
	id = strings.ToLower(id)
	if i := strings.LastIndexByte(id, '/'); i > 0 {
		for _, severity := range checks.Severities() {
			if id[i+1:] == string(severity) {
				id = id[:i]
				break
			}
		}
	}
	return key(id)
}

// targetKey names the target of a source. Host names are compared without
// regard to case.
func targetKey(target string) string { return key(strings.ToLower(target)) }
