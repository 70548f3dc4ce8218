package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are the costs of Argon2id.
type Params struct {
	Memory  uint32 // in KiB
	Passes  uint32
	Threads uint8
}

// DefaultParams returns the second recommended option of RFC 9106, section 4:
// 64 MiB and three passes, here with two threads.
func DefaultParams() Params { return Params{Memory: 64 << 10, Passes: 3, Threads: 2} }

// What a stored hash may cost, so that a file cannot exhaust the memory. The
// lower bounds are those of RFC 9106, section 3.1.
const (
	maxMemory  = 256 << 10 // KiB
	maxPasses  = 16
	maxThreads = 16
	minSalt    = 8
	minKey     = 16
	maxBytes   = 64
)

const (
	newSaltBytes = 16
	newKeyBytes  = 32
)

// PHC is a password's hash in the string form of the password hashing
// competition: $argon2id$v=19$m=65536,t=3,p=2$SALT$HASH, with base64 without
// padding.
type PHC struct {
	Params
	Salt, Key []byte
}

var errPHC = errors.New("the password is no $argon2id$ hash as lcshealth user writes it")

// ParsePHC reads a hash. Only the one way of writing it that [PHC.String] has
// is accepted, and only costs up to 256 MiB, 16 passes and 16 threads. Errors
// do not quote the hash.
func ParsePHC(s string) (PHC, error) {
	rest, ok := strings.CutPrefix(s, "$argon2id$v="+strconv.Itoa(argon2.Version)+"$")
	parts := strings.Split(rest, "$")
	if !ok || len(parts) != 3 {
		return PHC{}, errPHC
	}
	p, err := parseParams(parts[0])
	if err != nil {
		return PHC{}, err
	}
	h := PHC{Params: p}
	for i, field := range []*[]byte{&h.Salt, &h.Key} {
		if len(parts[i+1]) > base64.RawStdEncoding.EncodedLen(maxBytes) {
			return PHC{}, errPHC
		}
		if *field, err = base64.RawStdEncoding.Strict().DecodeString(parts[i+1]); err != nil {
			return PHC{}, errPHC
		}
	}
	// The decoder skips line breaks, hence the comparison.
	if len(h.Salt) < minSalt || len(h.Key) < minKey || h.String() != s {
		return PHC{}, errPHC
	}
	return h, nil
}

func parseParams(s string) (p Params, err error) {
	var value [3]uint32
	parts := strings.Split(s, ",")
	if len(parts) != len(value) {
		return p, errPHC
	}
	for i, key := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(parts[i], key)
		n, err := strconv.ParseUint(text, 10, 32)
		if !ok || err != nil {
			return p, errPHC
		}
		value[i] = uint32(n)
	}
	if value[2] > maxThreads {
		return p, errCosts
	}
	p = Params{Memory: value[0], Passes: value[1], Threads: uint8(value[2])}
	return p, p.validate()
}

var errCosts = fmt.Errorf("the costs of the password's hash are out of bounds: "+
	"at most m=%d, t=%d, p=%d, at least t=1, p=1, m=8*p", maxMemory, maxPasses, maxThreads)

func (p Params) validate() error {
	if p.Threads < 1 || p.Threads > maxThreads || p.Passes < 1 || p.Passes > maxPasses ||
		p.Memory < 8*uint32(p.Threads) || p.Memory > maxMemory {
		return errCosts
	}
	return nil
}

// String writes the hash as [ParsePHC] reads it.
func (h PHC) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.Memory, h.Passes, h.Threads,
		base64.RawStdEncoding.EncodeToString(h.Salt), base64.RawStdEncoding.EncodeToString(h.Key))
}
