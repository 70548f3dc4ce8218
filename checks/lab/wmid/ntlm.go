package wmid

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rc4"
	"errors"
	"fmt"
	"strings"

	"lcshealth/checks/lab/internal/nlmp"
)

// The acceptor of NTLM (MS-NLMP). Only version 2 of the responses is accepted,
// and only with extended session security. As Windows Server 2003 does, it
// gives no time stamp, and so asks for no integrity code of the messages.

const ntlmSignature = "NTLMSSP\x00"

// Flags of the messages (MS-NLMP 2.2.2.5).
const (
	ntlmUnicode     = 0x00000001
	ntlmTarget      = 0x00000004
	ntlmSign        = 0x00000010
	ntlmSeal        = 0x00000020
	ntlmNTLM        = 0x00000200
	ntlmAlwaysSign  = 0x00008000
	ntlmDomain      = 0x00010000
	ntlmESS         = 0x00080000
	ntlmTargetInfo  = 0x00800000
	ntlmVersion     = 0x02000000
	ntlm128         = 0x20000000
	ntlmKeyExchange = 0x40000000
	ntlm56          = 0x80000000

	// ntlmOffered is granted when the client asks for it.
	ntlmOffered = ntlmSign | ntlmSeal | ntlmAlwaysSign | ntlm128 | ntlmKeyExchange | ntlm56
)

// Attributes of the target information (MS-NLMP 2.2.2.1).
const (
	avEnd      = 0
	avComputer = 1
	avDomain   = 2
)

var errNTLM = errors.New("ntlm authentication failed")

// ntlmLogin is one login, from the client's first message to its second.
type ntlmLogin struct {
	challenge []byte // the message
	nonce     [8]byte
}

func ntlmType(msg []byte) (uint32, error) {
	if len(msg) < 16 || !bytes.HasPrefix(msg, []byte(ntlmSignature)) {
		return 0, fmt.Errorf("%w: not an ntlm message", errNTLM)
	}
	return le.Uint32(msg[8:]), nil
}

// beginNTLM answers a NEGOTIATE_MESSAGE with a CHALLENGE_MESSAGE (2.2.1.2).
func beginNTLM(host *Host, negotiate []byte) (*ntlmLogin, error) {
	typ, err := ntlmType(negotiate)
	if err != nil {
		return nil, err
	}
	asked := le.Uint32(negotiate[12:])
	if typ != 1 || asked&ntlmESS == 0 || asked&ntlmUnicode == 0 {
		return nil, fmt.Errorf("%w: message type %d with flags %08x", errNTLM, typ, asked)
	}
	l := &ntlmLogin{}
	if _, err := rand.Read(l.nonce[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", errNTLM, err)
	}
	target := nlmp.EncodeUTF16(strings.ToUpper(host.Domain))
	var info []byte
	for _, av := range []struct {
		id    uint16
		value []byte
	}{{avDomain, target}, {avComputer, nlmp.EncodeUTF16(strings.ToUpper(host.Computer))}, {avEnd, nil}} {
		info = le.AppendUint16(info, av.id)
		info = le.AppendUint16(info, uint16(len(av.value)))
		info = append(info, av.value...)
	}
	const payload = 56
	field := func(b, value []byte, offset int) []byte {
		b = le.AppendUint16(le.AppendUint16(b, uint16(len(value))), uint16(len(value)))
		return le.AppendUint32(b, uint32(offset))
	}
	flags := asked&ntlmOffered | ntlmUnicode | ntlmTarget | ntlmNTLM | ntlmDomain | ntlmESS | ntlmTargetInfo | ntlmVersion
	b := le.AppendUint32([]byte(ntlmSignature), 2)
	b = field(b, target, payload)
	b = le.AppendUint32(b, flags)
	b = append(b, l.nonce[:]...)
	b = append(b, make([]byte, 8)...) // reserved
	b = field(b, info, payload+len(target))
	b = append(b, 5, 2, 0xCE, 0x0E, 0, 0, 0, 15) // 5.2.3790
	l.challenge = append(append(b, target...), info...)
	return l, nil
}

// ntlmAuthenticate is what matters of an AUTHENTICATE_MESSAGE (2.2.1.3).
type ntlmAuthenticate struct {
	response, key []byte // NtChallengeResponse, EncryptedRandomSessionKey
	domain, user  string
	flags         uint32
}

func parseAuthenticate(msg []byte) (ntlmAuthenticate, error) {
	var a ntlmAuthenticate
	const fixed = 64
	typ, err := ntlmType(msg)
	if err != nil {
		return a, err
	}
	if typ != 3 || len(msg) < fixed {
		return a, fmt.Errorf("%w: message type %d of %d bytes", errNTLM, typ, len(msg))
	}
	field := func(at int) []byte {
		length, offset := uint64(le.Uint16(msg[at:])), uint64(le.Uint32(msg[at+4:]))
		if offset+length > uint64(len(msg)) {
			err = fmt.Errorf("%w: field ends at byte %d of %d", errNTLM, offset+length, len(msg))
			return nil
		}
		return msg[offset : offset+length]
	}
	a.response, a.key = field(20), field(52)
	a.domain, a.user = nlmp.DecodeUTF16(field(28)), nlmp.DecodeUTF16(field(36))
	a.flags = le.Uint32(msg[60:])
	return a, err
}

// finish verifies the AUTHENTICATE_MESSAGE and derives the keys of the session.
// A client that names no domain means that of the host.
func (l *ntlmLogin) finish(host *Host, msg []byte) (*ntlmSession, error) {
	a, err := parseAuthenticate(msg)
	if err != nil {
		return nil, err
	}
	const proofSize, leastClientData = 16, 28
	account := a.domain + `\` + a.user
	switch {
	case a.flags&ntlmESS == 0:
		return nil, fmt.Errorf("%w: no extended session security", errNTLM)
	case len(a.response) < proofSize+leastClientData:
		return nil, fmt.Errorf("%w: a response of %d bytes is not of version 2", errNTLM, len(a.response))
	case !strings.EqualFold(a.user, host.User) || a.domain != "" && !strings.EqualFold(a.domain, host.Domain):
		return nil, fmt.Errorf("%w: no account %s", errNTLM, account)
	}
	proof, data := a.response[:proofSize], a.response[proofSize:]
	owf := nlmp.NTOWFv2(a.user, a.domain, host.Password)
	if !hmac.Equal(proof, nlmp.HMACMD5(owf, l.nonce[:], data)) {
		return nil, fmt.Errorf("%w: wrong password for %s", errNTLM, account)
	}
	key := nlmp.HMACMD5(owf, proof)
	if a.flags&ntlmKeyExchange != 0 {
		if len(a.key) != len(key) {
			return nil, fmt.Errorf("%w: session key of %d bytes", errNTLM, len(a.key))
		}
		cipher, err := rc4.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNTLM, err)
		}
		key = make([]byte, len(a.key))
		cipher.XORKeyStream(key, a.key)
	}
	return newNTLMSession(strings.ToUpper(host.Domain)+`\`+host.User, key, a.flags)
}
