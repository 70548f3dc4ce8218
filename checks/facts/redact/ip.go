package redact

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// ip replaces an address: one of IPv4 by one of 240.0.0.0/4, which nobody has,
// and one of IPv6 by one of fd00::/8. Loopback and "every address" stay.
func (r *Redactor) ip(a netip.Addr) netip.Addr {
	v4 := a.Unmap()
	if v4.IsLoopback() || v4.IsUnspecified() {
		return a
	}
	sum := r.digest("ip", v4.String())
	if !v4.Is4() {
		sum[0] = 0xfd
		return netip.AddrFrom16([16]byte(sum[:16]))
	}
	n := binary.BigEndian.Uint32(sum[:])%(1<<28-1) | 0xf0000000 // 255.255.255.255 means everybody
	out := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
	if a.Is4In6() {
		return netip.AddrFrom16(out.As16())
	}
	return out
}

// ipText replaces an address given as text, also in brackets or with a port. It
// reports whether it was one.
func (r *Redactor) ipText(s string) (string, bool) {
	text := strings.TrimSpace(s)
	if text == "" || strings.Trim(text, "0123456789abcdefABCDEF.:[]%") != "" && !strings.Contains(text, "%") {
		return "", false
	}
	around := func(out string) (string, bool) {
		i := strings.Index(s, text)
		return s[:i] + out + s[i+len(text):], true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return around(r.ip(a).String())
	}
	if p, err := netip.ParseAddrPort(text); err == nil {
		return around(netip.AddrPortFrom(r.ip(p.Addr()), p.Port()).String())
	}
	if inner := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"); len(inner) == len(text)-2 {
		if a, err := netip.ParseAddr(inner); err == nil {
			return around("[" + r.ip(a).String() + "]")
		}
	}
	return "", false
}
