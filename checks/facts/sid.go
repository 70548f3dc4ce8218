package facts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxSubAuthorities is SID_MAX_SUB_AUTHORITIES (MS-DTYP 2.4.2.2).
const maxSubAuthorities = 15

// SIDString gives a binary security identifier (MS-DTYP 2.4.2.2) as text,
// S-1-5-21-…. It fails if the octets are not exactly one identifier.
func SIDString(b []byte) (string, error) {
	if len(b) == 0 {
		return "", errors.New("empty SID")
	}
	if b[0] != 1 {
		return "", fmt.Errorf("SID of revision %d, not 1", b[0])
	}
	if len(b) < 8 {
		return "", fmt.Errorf("SID of %d octets is cut short", len(b))
	}
	count := int(b[1])
	if count > maxSubAuthorities || len(b) != 8+4*count {
		return "", fmt.Errorf("SID of %d octets says that it has %d sub-authorities", len(b), count)
	}
	var authority uint64 // 6 octets, big endian; what follows is little endian
	for _, octet := range b[2:8] {
		authority = authority<<8 | uint64(octet)
	}
	var s strings.Builder
	if authority >= 1<<32 {
		fmt.Fprintf(&s, "S-1-0x%012X", authority) // as MS-DTYP 2.4.2.1 writes large ones
	} else {
		fmt.Fprintf(&s, "S-1-%d", authority)
	}
	for i := range count {
		fmt.Fprintf(&s, "-%d", binary.LittleEndian.Uint32(b[8+4*i:]))
	}
	return s.String(), nil
}

// ParseSID reads a security identifier from text (MS-DTYP 2.4.2.1) and returns
// its binary form.
func ParseSID(s string) ([]byte, error) {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || !strings.EqualFold(parts[0], "S") || parts[1] != "1" {
		return nil, fmt.Errorf("%q is not a SID: it does not begin with S-1-", s)
	}
	if len(parts)-3 > maxSubAuthorities {
		return nil, fmt.Errorf("%q is not a SID: too many sub-authorities", s)
	}
	authority, err := strconv.ParseUint(parts[2], 0, 48)
	if err != nil {
		return nil, fmt.Errorf("%q is not a SID: bad authority", s)
	}
	b := make([]byte, 8, 8+4*(len(parts)-3))
	binary.BigEndian.PutUint64(b, authority) // the upper two octets are free
	b[0], b[1] = 1, byte(len(parts)-3)
	for _, p := range parts[3:] {
		sub, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a SID: bad sub-authority %q", s, p)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(sub))
	}
	return b, nil
}

// SIDDomain returns the SID of the domain that issued an account's SID: all but
// the last sub-authority. It is empty if s is no SID of a domain account.
func SIDDomain(s string) string {
	last := strings.LastIndexByte(s, '-')
	if last < 0 || !strings.HasPrefix(strings.ToUpper(s), "S-1-5-21-") || strings.Count(s, "-") != 7 {
		return ""
	}
	return s[:last]
}
