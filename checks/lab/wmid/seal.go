package wmid

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"fmt"

	"lcshealth/checks/lab/internal/nlmp"
)

// ntlmSession protects the messages after a login (MS-NLMP 3.4).
type ntlmSession struct {
	account        string
	client, server ntlmDirection
	keyExchanged   bool
}

// ntlmDirection is the state of one direction.
type ntlmDirection struct {
	signKey  []byte
	cipher   *rc4.Cipher
	sequence uint32
}

const ntlmSignatureSize = 16

func newNTLMSession(account string, key []byte, flags uint32) (*ntlmSession, error) {
	s := &ntlmSession{account: account, keyExchanged: flags&ntlmKeyExchange != 0}
	sealKey := key
	switch {
	case flags&ntlm128 != 0:
	case flags&ntlm56 != 0:
		sealKey = key[:7]
	default:
		sealKey = key[:5]
	}
	for _, d := range []struct {
		direction *ntlmDirection
		from      string
	}{{&s.client, "client-to-server"}, {&s.server, "server-to-client"}} {
		sign := md5.Sum(append(key[:16:16], "session key to "+d.from+" signing key magic constant\x00"...))
		seal := md5.Sum(append(sealKey[:len(sealKey):len(sealKey)], "session key to "+d.from+" sealing key magic constant\x00"...))
		cipher, err := rc4.NewCipher(seal[:])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNTLM, err)
		}
		*d.direction = ntlmDirection{signKey: sign[:], cipher: cipher}
	}
	return s, nil
}

// protect signs pdu, whose last octets are room for the signature, and before
// encrypts secret, a part of it, if there is any. With extended session
// security the whole PDU is signed.
func (s *ntlmSession) protect(pdu, secret []byte) {
	message := pdu[:len(pdu)-ntlmSignatureSize]
	checksum := s.server.checksum(message)
	s.server.cipher.XORKeyStream(secret, secret)
	copy(pdu[len(message):], s.seal(&s.server, checksum))
}

// open is the reverse for what a client sent.
func (s *ntlmSession) open(pdu, secret []byte) error {
	message := pdu[:len(pdu)-ntlmSignatureSize]
	s.client.cipher.XORKeyStream(secret, secret)
	want := s.seal(&s.client, s.client.checksum(message))
	if !hmac.Equal(want, pdu[len(message):]) {
		return fmt.Errorf("%w: wrong signature of message %d", errNTLM, s.client.sequence-1)
	}
	return nil
}

func (d *ntlmDirection) checksum(message []byte) []byte {
	return nlmp.HMACMD5(d.signKey, le.AppendUint32(nil, d.sequence), message)[:8]
}

// seal makes a signature of a checksum (MS-NLMP 2.2.2.9.2).
func (s *ntlmSession) seal(d *ntlmDirection, checksum []byte) []byte {
	if s.keyExchanged {
		d.cipher.XORKeyStream(checksum, checksum)
	}
	b := append(le.AppendUint32(nil, 1), checksum...)
	b = le.AppendUint32(b, d.sequence)
	d.sequence++
	return b
}
