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
	s := make([]byte, 0, 64)
	if authority >= 1<<32 {
		s = fmt.Appendf(s, "S-1-0x%012X", authority) // as MS-DTYP 2.4.2.1 writes large ones
	} else {
		s = strconv.AppendUint(append(s, "S-1-"...), authority, 10)
	}
	for i := range count {
		s = strconv.AppendUint(append(s, '-'), uint64(binary.LittleEndian.Uint32(b[8+4*i:])), 10)
	}
	return string(s), nil
}

// ParseSID reads a security identifier from text (MS-DTYP 2.4.2.1) and returns
// its binary form.
func ParseSID(s string) ([]byte, error) {
	if len(s) < 4 || !strings.EqualFold(s[:4], "S-1-") {
		return nil, fmt.Errorf("%q is not a SID: it does not begin with S-1-", s)
	}
	first, rest, more := strings.Cut(s[4:], "-")
	authority, err := strconv.ParseUint(first, 0, 48)
	if err != nil {
		return nil, fmt.Errorf("%q is not a SID: bad authority", s)
	}
	b := make([]byte, 8, 28)
	binary.BigEndian.PutUint64(b, authority) // the upper two octets are free
	b[0] = 1
	for more {
		var part string
		part, rest, more = strings.Cut(rest, "-")
		sub, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a SID: bad sub-authority %q", s, part)
		}
		if b[1]++; b[1] > maxSubAuthorities {
			return nil, fmt.Errorf("%q is not a SID: too many sub-authorities", s)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(sub))
	}
	return b, nil
}

// SIDDomain returns the SID of the domain that issued an account's SID: all but
// the last sub-authority. It is empty if s is no SID of a domain account.
func SIDDomain(s string) string {
	const accounts = "S-1-5-21-"
	last := strings.LastIndexByte(s, '-')
	if last < len(accounts) || !strings.EqualFold(s[:len(accounts)], accounts) || strings.Count(s, "-") != 7 {
		return ""
	}
	return s[:last]
}
