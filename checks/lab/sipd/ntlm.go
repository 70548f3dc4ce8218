package sipd

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/lab/internal/nlmp"
)

// The acceptor of connectionless NTLM (MS-NLMP). Only version 2 of the
// responses is accepted. As Windows Server 2003 does, it gives no time in its
// challenge, and so asks for no integrity code of the messages.

const ntlmSignature = "NTLMSSP\x00"

// flags are those that a server on Windows Server 2003 offers (MS-NLMP
// 2.2.2.5): Unicode, OEM, sign, seal, datagram, LM key, NTLM, always sign,
// extended session security, identify, target information, version, keys of 128
// and 56 bits and key exchange.
const flags = 0xE29882F3

// maxSkew is how far the time in a response may be from the server's clock
// (MS-NLMP 3.1.1.1, MaxLifetime before Windows Vista).
const maxSkew = 30 * time.Minute

var (
	le      = binary.LittleEndian
	errNTLM = errors.New("ntlm authentication failed")
)

// association is one sign-in, from the challenge on.
type association struct {
	message  []byte // the challenge
	nonce    [8]byte
	user     User
	keys     *keys // once the answer was right
	opaque   string
	answered int // how many responses were signed
}

// newAssociation makes a CHALLENGE_MESSAGE (2.2.1.2).
func newAssociation(cfg Config) *association {
	a := &association{}
	_, _ = rand.Read(a.nonce[:]) // it never fails
	computer, domain, _ := strings.Cut(cfg.FQDN, ".")
	var info []byte
	for _, av := range []struct {
		id    uint16
		value string
	}{{2, strings.ToUpper(cfg.Domain)}, {1, strings.ToUpper(computer)}, {4, domain}, {3, cfg.FQDN}, {5, domain}, {0, ""}} {
		value := nlmp.EncodeUTF16(av.value)
		info = le.AppendUint16(info, av.id)
		info = le.AppendUint16(info, uint16(len(value))) //nolint:gosec // a name
		info = append(info, value...)
	}
	const payload = 56
	b := le.AppendUint32([]byte(ntlmSignature), 2)
	b = append(b, 0, 0, 0, 0, payload, 0, 0, 0) // no target name
	b = le.AppendUint32(b, flags)
	b = append(b, a.nonce[:]...)
	b = append(b, make([]byte, 8)...)         // reserved
	b = le.AppendUint16(b, uint16(len(info))) //nolint:gosec // a few names
	b = le.AppendUint16(b, uint16(len(info))) //nolint:gosec // a few names
	b = le.AppendUint32(b, payload)
	b = append(b, 5, 2, 0xCE, 0x0E, 0, 0, 0, 15) // 5.2.3790
	b = append(b, info...)
	a.message = b
	return a
}

// finish judges an AUTHENTICATE_MESSAGE (2.2.1.3) and derives the keys of the
// session. A user principal name stands without a domain.
func (a *association) finish(cfg Config, msg []byte) (User, error) {
	const fixed, proofSize, leastClientData = 64, 16, 28
	if len(msg) < fixed || !bytes.HasPrefix(msg, []byte(ntlmSignature)) || le.Uint32(msg[8:]) != 3 {
		return User{}, fmt.Errorf("%w: no message of type 3", errNTLM)
	}
	field := func(at int) []byte {
		length, offset := uint64(le.Uint16(msg[at:])), uint64(le.Uint32(msg[at+4:]))
		if offset+length > uint64(len(msg)) {
			return nil
		}
		return msg[offset : offset+length]
	}
	answer, domain, name, exchanged := field(20), nlmp.DecodeUTF16(field(28)), nlmp.DecodeUTF16(field(36)), field(52)
	user, ok := find(cfg.Users, domain, name)
	if !ok || len(answer) < proofSize+leastClientData || len(exchanged) != md5.Size {
		return User{}, fmt.Errorf(`%w: no account %s\%s, or no answer of version 2`, errNTLM, domain, name)
	}
	proof, data := answer[:proofSize], answer[proofSize:]
	owf := nlmp.NTOWFv2(name, domain, user.Password)
	if !hmac.Equal(proof, nlmp.HMACMD5(owf, a.nonce[:], data)) {
		return User{}, fmt.Errorf(`%w: wrong password for %s\%s`, errNTLM, domain, name)
	}
	if skew := cfg.Now().Sub(fileTime(le.Uint64(data[8:]))).Abs(); skew > maxSkew {
		return User{}, fmt.Errorf("%w: its clock is off by %s", errNTLM, skew)
	}
	cipher, err := rc4.NewCipher(nlmp.HMACMD5(owf, proof))
	if err != nil {
		return User{}, fmt.Errorf("%w: %w", errNTLM, err)
	}
	session := make([]byte, len(exchanged))
	cipher.XORKeyStream(session, exchanged)
	a.keys = newKeys(session)
	return user, nil
}

func find(users []User, domain, name string) (User, bool) {
	for _, u := range users {
		theirs, account, _ := strings.Cut(u.Account, `\`)
		principal := domain == "" && strings.EqualFold("sip:"+name, u.URI)
		if principal || strings.EqualFold(account, name) && strings.EqualFold(theirs, domain) {
			return u, true
		}
	}
	return User{}, false
}

// fileTime reads a time in units of 100 ns since 1601.
func fileTime(t uint64) time.Time {
	const toUnix = 11644473600
	return time.Unix(int64(t/1e7)-toUnix, int64(t%1e7)*100) //nolint:gosec // below 2^63 after the division
}

// keys are those of a session, side by side.
type keys struct{ client, server side }

// side is what one side signs with, and encrypts signatures with.
type side struct{ sign, seal [16]byte }

func newKeys(session []byte) *keys {
	derive := func(direction string) side {
		key := func(use string) [16]byte {
			return md5.Sum(append(bytes.Clone(session), "session key to "+direction+" "+use+" key magic constant\x00"...))
		}
		return side{key("signing"), key("sealing")}
	}
	return &keys{derive("client-to-server"), derive("server-to-client")}
}

// mac signs a text with the sequence number of all SIP messages (MS-SIP,
// 3.1.4.2; MS-NLMP 3.4.4.2, connectionless).
func (s side) mac(text string) []byte {
	number := []byte{100, 0, 0, 0}
	sum := nlmp.HMACMD5(s.sign[:], number, []byte(text))[:8]
	key := md5.Sum(append(s.seal[:], number...))
	if cipher, err := rc4.NewCipher(key[:]); err == nil { // its size is right
		cipher.XORKeyStream(sum, sum)
	}
	return append(append([]byte{1, 0, 0, 0}, sum...), number...)
}
