package ntlm

import (
	"crypto/fips140"
	"errors"
	"fmt"
)

// MalformedError says where the octets of a challenge contradict [MS-NLMP].
type MalformedError struct {
	Offset int    // in octets, from the start of the message
	Part   string // of the message, such as "target info"
	Reason string
}

// Error names the part, where it is and what is wrong with it.
func (e *MalformedError) Error() string {
	return fmt.Sprintf("malformed ntlm challenge: %s at octet %d: %s", e.Part, e.Offset, e.Reason)
}

// RefusedError says why a well-formed challenge is not answered: what it offers
// does not reach to NTLMv2 with a signed 128-bit session. No attempt was made.
type RefusedError struct {
	// Offered are the flags of the challenge, and Missing those of the needed
	// ones that are not among them. Nothing is missing when the challenge
	// promises target information and carries none.
	Offered, Missing Flags
}

// Error names what the server does not offer.
func (e *RefusedError) Error() string {
	lacking := e.Missing.String()
	if e.Missing == 0 {
		lacking = "any target information"
	}
	return "ntlm challenge refused: the server does not offer " + lacking + ", and less than NTLMv2 with a signed 128-bit session is never sent"
}

var (
	// ErrCredentials is wrapped by what [Respond] returns for credentials that
	// cannot be sent. The message never holds the password or a part of it.
	ErrCredentials = errors.New("unusable ntlm credentials")
	// ErrSignature is wrapped by what [Session.Verify] returns for a signature
	// that was not made with the keys of the session over that text.
	ErrSignature = errors.New("wrong ntlm signature")
	// ErrHeader is wrapped by the errors of header values.
	ErrHeader = errors.New("ntlm header")
	// ErrFIPS is returned where GODEBUG=fips140=only forbids MD4, MD5 and RC4,
	// which NTLM is made of.
	ErrFIPS = errors.New("ntlm needs MD4, MD5 and RC4, which FIPS 140-3 mode forbids here")
	// ErrWiped is returned by a [Session] whose keys were overwritten.
	ErrWiped = errors.New("the keys of this ntlm session were wiped")
)

// permitted keeps crypto/hmac from panicking where MD5 is forbidden.
func permitted() error {
	if fips140.Enforced() {
		return ErrFIPS
	}
	return nil
}
