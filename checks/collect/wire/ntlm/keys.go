package ntlm

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/crypto/md4" //nolint:staticcheck // NTLM is defined on MD4
)

// key is a key, a hash or a code: everything in NTLM has 128 bits.
type key [16]byte

func md4Sum(octets []byte) (sum key) {
	h := md4.New()
	_, _ = h.Write(octets) // a hash takes everything
	h.Sum(sum[:0])
	return sum
}

func hmacMD5(secret []byte, parts ...[]byte) (sum key) {
	h := hmac.New(md5.New, secret)
	for _, part := range parts {
		_, _ = h.Write(part) // a hash takes everything
	}
	h.Sum(sum[:0])
	return sum
}

// xorRC4 encrypts or decrypts with a key stream from its beginning.
func xorRC4(k key, octets []byte) error {
	stream, err := rc4.NewCipher(k[:])
	if err != nil {
		return fmt.Errorf("start rc4: %w", err)
	}
	stream.XORKeyStream(octets, octets)
	return nil
}

// direction is who makes a signature.
type direction string

const (
	fromClient direction = "client-to-server"
	fromServer direction = "server-to-client"
)

// pair is what one side signs and encrypts signatures with.
type pair struct{ sign, seal key }

// derive makes the keys of one side with extended session security and 128 bits
// (SIGNKEY and SEALKEY, [MS-NLMP] 3.4.5).
func derive(session key, d direction) pair {
	magic := func(use string) key {
		octets := slices.Concat(session[:], []byte("session key to "+string(d)+" "+use+" key magic constant\x00"))
		defer clear(octets)
		return md5.Sum(octets)
	}
	return pair{sign: magic("signing"), seal: magic("sealing")}
}

// checksum is the part of a signature that depends on the text, before its
// encryption ([MS-NLMP] 3.4.4.2).
func (p pair) checksum(sequence uint32, text []byte) [8]byte {
	sum := hmacMD5(p.sign[:], binary.LittleEndian.AppendUint32(nil, sequence), text)
	return [8]byte(sum[:8])
}

// mac is the signature of a text without connection: messages can arrive in any
// order, so that each is encrypted with a key of its own that its sequence
// number makes ([MS-NLMP] 3.4).
func (p pair) mac(sequence uint32, text []byte) (key, error) {
	number := binary.LittleEndian.AppendUint32(nil, sequence)
	sum := p.checksum(sequence, text)
	if err := xorRC4(md5.Sum(append(p.seal[:], number...)), sum[:]); err != nil {
		return key{}, err
	}
	const version = 1
	var out key
	binary.LittleEndian.PutUint32(out[:], version)
	copy(out[4:], sum[:])
	copy(out[12:], number)
	return out, nil
}
