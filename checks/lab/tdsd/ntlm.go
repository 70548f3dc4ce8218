package tdsd

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/crypto/md4" //nolint:staticcheck // NTLM is defined on MD4
)

// The parts of NTLM that a server needs (MS-NLMP). Only version 2 of the
// responses is accepted, without a message integrity code and without SPNEGO
// around it.

const (
	ntlmSignature = "NTLMSSP\x00"

	ntlmNegotiate    = 1
	ntlmChallenge    = 2
	ntlmAuthenticate = 3
)

// The flags of the challenge (MS-NLMP 2.2.2.5): Unicode, target name, NTLM,
// always sign, target type domain, extended session security, target
// information, and keys of 128 and 56 bits.
const ntlmFlags = 0x00000001 | 0x00000004 | 0x00000200 | 0x00008000 |
	0x00010000 | 0x00080000 | 0x00800000 | 0x20000000 | 0x80000000

// The attributes of the target information (MS-NLMP 2.2.2.1).
const (
	avEnd      = 0
	avComputer = 1
	avDomain   = 2
)

var errNTLM = errors.New("ntlm authentication failed")

// ntlm is one authentication.
type ntlm struct {
	computer  string
	domain    string
	challenge [8]byte
}

// newNTLM begins an authentication with the client's NEGOTIATE_MESSAGE. The
// server calls itself a member of the domain of its users.
func newNTLM(serverName string, users map[string]string, negotiate []byte) (*ntlm, error) {
	if typ, err := ntlmType(negotiate); err != nil {
		return nil, err
	} else if typ != ntlmNegotiate {
		return nil, fmt.Errorf("%w: message type %d instead of %d", errNTLM, typ, ntlmNegotiate)
	}
	computer, _, _ := strings.Cut(serverName, `\`)
	n := &ntlm{computer: strings.ToUpper(computer)}
	n.domain = n.computer
	if accounts := slices.Sorted(maps.Keys(users)); len(accounts) > 0 {
		n.domain, _, _ = strings.Cut(strings.ToUpper(accounts[0]), `\`)
	}
	if _, err := rand.Read(n.challenge[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", errNTLM, err)
	}
	return n, nil
}

func ntlmType(msg []byte) (uint32, error) {
	if len(msg) < 12 || !bytes.HasPrefix(msg, []byte(ntlmSignature)) {
		return 0, fmt.Errorf("%w: not an ntlm message", errNTLM)
	}
	return binary.LittleEndian.Uint32(msg[8:]), nil
}

// challengeMessage returns the CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2).
func (n *ntlm) challengeMessage() []byte {
	target := encodeUTF16(n.domain)
	var info []byte
	for _, av := range []struct {
		id    uint16
		value []byte
	}{
		{avDomain, target},
		{avComputer, encodeUTF16(n.computer)},
		{avEnd, nil},
	} {
		info = binary.LittleEndian.AppendUint16(info, av.id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(av.value)))
		info = append(info, av.value...)
	}
	const payload = 56
	appendField := func(b, value []byte, offset int) []byte {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
		return binary.LittleEndian.AppendUint32(b, uint32(offset))
	}
	b := binary.LittleEndian.AppendUint32([]byte(ntlmSignature), ntlmChallenge)
	b = appendField(b, target, payload)
	b = binary.LittleEndian.AppendUint32(b, ntlmFlags)
	b = append(b, n.challenge[:]...)
	b = append(b, make([]byte, 8)...) // reserved
	b = appendField(b, info, payload+len(target))
	b = append(b, make([]byte, 8)...) // version, not given
	return append(append(b, target...), info...)
}

// authenticateMessage is what matters of an AUTHENTICATE_MESSAGE.
type authenticateMessage struct {
	domain, user string
	response     []byte // NtChallengeResponse
}

func parseAuthenticate(msg []byte) (authenticateMessage, error) {
	var a authenticateMessage
	const fixed = 64
	typ, err := ntlmType(msg)
	switch {
	case err != nil:
		return a, err
	case typ != ntlmAuthenticate || len(msg) < fixed:
		return a, fmt.Errorf("%w: message type %d of %d bytes instead of type %d", errNTLM, typ, len(msg), ntlmAuthenticate)
	}
	field := func(at int) []byte {
		length, offset := uint64(binary.LittleEndian.Uint16(msg[at:])), uint64(binary.LittleEndian.Uint32(msg[at+4:]))
		if offset+length > uint64(len(msg)) {
			err = fmt.Errorf("%w: field ends at byte %d of %d", errNTLM, offset+length, len(msg))
			return nil
		}
		return msg[offset : offset+length]
	}
	a.response = field(20)
	a.domain = decodeUTF16(field(28))
	a.user = decodeUTF16(field(36))
	return a, err
}

// verify checks the client's AUTHENTICATE_MESSAGE and returns the name of the
// account as users has it.
func (n *ntlm) verify(msg []byte, users map[string]string) (string, error) {
	a, err := parseAuthenticate(msg)
	if err != nil {
		return "", err
	}
	// A response of version 1 has 24 bytes; one of version 2 has a proof of 16
	// and at least 28 bytes that it is the proof of.
	const proofSize, leastClientData = 16, 28
	if len(a.response) < proofSize+leastClientData {
		return "", fmt.Errorf("%w: a response of %d bytes is not of version 2", errNTLM, len(a.response))
	}
	proof, data := a.response[:proofSize], a.response[proofSize:]
	for account, password := range users {
		domain, user, ok := strings.Cut(account, `\`)
		if !ok || !strings.EqualFold(domain, a.domain) || !strings.EqualFold(user, a.user) {
			continue
		}
		key := ntowfv2(a.user, a.domain, password)
		if hmac.Equal(proof, hmacMD5(key, n.challenge[:], data)) {
			return account, nil
		}
		return "", fmt.Errorf("%w: wrong password for %s", errNTLM, account)
	}
	return "", fmt.Errorf(`%w: no account %s\%s`, errNTLM, a.domain, a.user)
}

// ntowfv2 derives the key of an account (MS-NLMP 3.3.2).
func ntowfv2(user, domain, password string) []byte {
	h := md4.New()
	h.Write(encodeUTF16(password))
	return hmacMD5(h.Sum(nil), encodeUTF16(strings.ToUpper(user)+domain))
}

func hmacMD5(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(md5.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}
