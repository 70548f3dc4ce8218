package ntlm

import (
	"fmt"
	"strings"
)

// Flags are the options of an NTLM message ([MS-NLMP] 2.2.2.5).
type Flags uint32

// The flags that matter for connectionless NTLM, by the names of the
// specification without their prefix.
const (
	Unicode                 Flags = 0x00000001
	OEM                     Flags = 0x00000002
	RequestTarget           Flags = 0x00000004
	Sign                    Flags = 0x00000010
	Seal                    Flags = 0x00000020
	Datagram                Flags = 0x00000040 // connectionless
	LMKey                   Flags = 0x00000080
	NTLM                    Flags = 0x00000200
	AlwaysSign              Flags = 0x00008000
	TargetTypeDomain        Flags = 0x00010000
	TargetTypeServer        Flags = 0x00020000
	ExtendedSessionSecurity Flags = 0x00080000
	Identify                Flags = 0x00100000 // the server may learn who we are, and not act as us
	TargetInformation       Flags = 0x00800000
	Version                 Flags = 0x02000000
	Key128                  Flags = 0x20000000
	KeyExchange             Flags = 0x40000000
	Key56                   Flags = 0x80000000
)

const (
	// required is what a challenge has to offer. Without any of them the
	// session would be weaker, or the octets would mean something else.
	required = Unicode | Sign | Datagram | NTLM | ExtendedSessionSecurity |
		Identify | TargetInformation | Key128 | KeyExchange
	// wanted is what Communicator 2007 R2 takes of an offer; it sets
	// RequestTarget even where the server does not.
	wanted = required | AlwaysSign | Version
)

var flagNames = [...]struct {
	flag Flags
	name string
}{
	{Unicode, "UNICODE"},
	{OEM, "OEM"},
	{RequestTarget, "REQUEST_TARGET"},
	{Sign, "SIGN"},
	{Seal, "SEAL"},
	{Datagram, "DATAGRAM"},
	{LMKey, "LM_KEY"},
	{NTLM, "NTLM"},
	{AlwaysSign, "ALWAYS_SIGN"},
	{TargetTypeDomain, "TARGET_TYPE_DOMAIN"},
	{TargetTypeServer, "TARGET_TYPE_SERVER"},
	{ExtendedSessionSecurity, "EXTENDED_SESSIONSECURITY"},
	{Identify, "IDENTIFY"},
	{TargetInformation, "TARGET_INFO"},
	{Version, "VERSION"},
	{Key128, "128"},
	{KeyExchange, "KEY_EXCH"},
	{Key56, "56"},
}

// Has reports whether all of the given flags are set.
func (f Flags) Has(all Flags) bool { return f&all == all }

// String names the flags that are set, such as "UNICODE, SIGN, 0x00000800".
func (f Flags) String() string {
	var names []string
	for _, n := range flagNames {
		if f.Has(n.flag) {
			names = append(names, n.name)
			f &^= n.flag
		}
	}
	if f != 0 || len(names) == 0 {
		names = append(names, fmt.Sprintf("0x%08X", uint32(f)))
	}
	return strings.Join(names, ", ")
}
