package pkitest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"sync"
)

// Key is a kind of key.
type Key int

// The kinds of key. LCS and its clients know RSA only; ECDSA is for tests that
// do not care, since its keys cost nothing.
const (
	ECDSA   Key = iota // P-256
	RSA                // 2048 bits
	RSA1024            // as was usual in 2003
)

// rsaKeys remembers RSA keys by the name of their owner for as long as the
// process runs: making one takes a good part of a second.
var rsaKeys sync.Map // rsaKey → func() (*rsa.PrivateKey, error)

type rsaKey struct {
	kind  Key
	owner string
}

func (k Key) bits() int {
	if k == RSA1024 {
		return 1024
	}
	return 2048
}

// generate returns a key for a certificate of the given name. With RSA, equal
// names get the same key; who needs two gives one as Options.Signer.
func (k Key) generate(owner string) (crypto.Signer, error) {
	switch k {
	case ECDSA:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("make an ECDSA key for %s: %w", owner, err)
		}
		return key, nil
	case RSA, RSA1024:
		once, _ := rsaKeys.LoadOrStore(rsaKey{k, owner}, sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, k.bits()) }))
		key, err := once.(func() (*rsa.PrivateKey, error))()
		if err != nil {
			return nil, fmt.Errorf("make an RSA key for %s: %w", owner, err)
		}
		return key, nil
	}
	return nil, fmt.Errorf("make a key for %s: unknown kind %d", owner, k)
}

// NewKey returns a key that nothing else uses.
func NewKey(k Key) (crypto.Signer, error) {
	if k == RSA || k == RSA1024 {
		key, err := rsa.GenerateKey(rand.Reader, k.bits())
		if err != nil {
			return nil, fmt.Errorf("make an RSA key: %w", err)
		}
		return key, nil
	}
	return k.generate("a test")
}
