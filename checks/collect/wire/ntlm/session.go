package ntlm

import (
	"bytes"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
)

// sequence is the number of every SIP message, whatever its order.
const sequence = 100

// Session signs the messages of a client and verifies those of the server. It
// is made before the server has agreed: only a signature that [Session.Verify]
// accepts proves that the server knows the account. Its methods may be called
// from several goroutines until [Session.Wipe] is.
type Session struct {
	session        key
	client, server pair
	wiped          bool
}

func newSession(k key) *Session {
	return &Session{session: k, client: derive(k, fromClient), server: derive(k, fromServer)}
}

// Format writes a placeholder for every verb.
func (Session) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "ntlm session "+hidden) }

// SessionKey returns a copy of the exported session key, 16 octets, from which
// all other keys follow. It is as secret as they are.
func (s *Session) SessionKey() []byte { return bytes.Clone(s.session[:]) }

// Sign returns the signature of a text that [SignatureBuffer] made for a
// request: the value of the parameter response, 32 hexadecimal digits.
func (s *Session) Sign(buffer string) (string, error) {
	if err := s.usable(); err != nil {
		return "", err
	}
	mac, err := s.client.mac(sequence, []byte(buffer))
	if err != nil {
		return "", fmt.Errorf("sign for ntlm: %w", err)
	}
	return hex.EncodeToString(mac[:]), nil
}

// Verify checks the signature of a text that [SignatureBuffer] made for a
// message of the server: the value of the parameter rspauth. It returns an
// error that wraps [ErrSignature] when the server cannot have made it.
func (s *Session) Verify(buffer, rspauth string) error {
	if err := s.usable(); err != nil {
		return err
	}
	got, err := hex.DecodeString(rspauth)
	if err != nil || len(got) != len(key{}) {
		return fmt.Errorf("%w: rspauth is not 32 hexadecimal digits", ErrSignature)
	}
	mac, err := s.server.mac(sequence, []byte(buffer))
	if err != nil {
		return fmt.Errorf("verify an ntlm signature: %w", err)
	}
	if subtle.ConstantTimeCompare(got, mac[:]) != 1 {
		return ErrSignature
	}
	return nil
}

// Wipe overwrites the keys.
func (s *Session) Wipe() { *s = Session{wiped: true} }

func (s *Session) usable() error {
	if s.wiped {
		return ErrWiped
	}
	return permitted()
}
