package ntlm

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// Options are what [Respond] needs besides the challenge and the credentials.
// The zero value works.
type Options struct {
	// Now is the client's clock, which matters when the server's challenge
	// carries no time, as before Windows Vista: a server refuses a response
	// that is too far from its own clock. Nil means [time.Now].
	Now func() time.Time
	// Rand gives the client's challenge (8 octets) and then the session key
	// (16 octets). Nil means [rand.Reader].
	Rand io.Reader
	// Workstation is the NetBIOS name of this computer. Servers write it into
	// their security log; an account can be limited to some.
	Workstation string
}

// Authenticate is the answer to a challenge.
type Authenticate struct {
	// Message is the AUTHENTICATE_MESSAGE, type 3. The password can be guessed
	// from it offline: keep it out of logs and reports.
	Message []byte
	Session *Session
}

// Format says that there is a message, for every verb.
func (a Authenticate) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "ntlm authenticate message of %d octets %s", len(a.Message), hidden)
}

// MarshalText returns a placeholder.
func (Authenticate) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Respond answers a challenge with NTLMv2 ([MS-NLMP] 3.1.5.2 and 3.3.2). Sending
// the answer is one attempt to sign in: it should never be repeated.
//
// Errors are [*RefusedError] for a challenge that offers less than is wanted,
// [ErrCredentials], [ErrFIPS], or what reading randomness gave.
//
// The message integrity code of Windows Vista is left out, as it is optional and
// the servers in question know none.
func Respond(c *Challenge, cred Credentials, o Options) (*Authenticate, error) {
	if err := permitted(); err != nil {
		return nil, err
	}
	if missing := required &^ c.Flags; missing != 0 || c.TargetInfo == nil || len(c.TargetInfo.raw) == 0 {
		return nil, &RefusedError{Offered: c.Flags, Missing: missing}
	}
	if err := cred.check(); err != nil {
		return nil, err
	}
	var nonce [8]byte
	var session key
	defer clear(session[:])
	if err := o.read(nonce[:], session[:]); err != nil {
		return nil, err
	}
	stamp, err := o.stamp(c.TargetInfo)
	if err != nil {
		return nil, err
	}

	// The response is a proof over what the client adds, followed by that.
	added := []byte{1, 1, 0, 0, 0, 0, 0, 0}
	added = binary.LittleEndian.AppendUint64(added, stamp)
	added = append(added, nonce[:]...)
	added = append(added, 0, 0, 0, 0)
	added = append(added, c.TargetInfo.raw...)
	added = append(added, 0, 0, 0, 0)

	response := cred.responseKey()
	defer clear(response[:])
	proof := hmacMD5(response[:], c.ServerChallenge[:], added)
	exchange := hmacMD5(response[:], proof[:])
	defer clear(exchange[:])
	encrypted := session
	if err := xorRC4(exchange, encrypted[:]); err != nil {
		return nil, err
	}

	// LMv2, which adds nothing to NTLMv2. A server that gives the time wants
	// zeros instead.
	lm := make([]byte, 24)
	if c.TargetInfo.Timestamp.IsZero() {
		sum := hmacMD5(response[:], c.ServerChallenge[:], nonce[:])
		copy(lm[copy(lm, sum[:]):], nonce[:])
	}

	message, err := authenticateMessage{
		domain:      encodeUTF16([]byte(cred.Domain)),
		user:        encodeUTF16([]byte(cred.User)),
		workstation: encodeUTF16([]byte(o.Workstation)),
		lm:          lm,
		nt:          append(proof[:], added...),
		sessionKey:  encrypted[:],
		flags:       c.Flags&wanted | RequestTarget,
	}.encode()
	if err != nil {
		return nil, err
	}
	return &Authenticate{Message: message, Session: newSession(session)}, nil
}

func (o Options) read(into ...[]byte) error {
	from := o.Rand
	if from == nil {
		from = rand.Reader
	}
	for _, b := range into {
		if _, err := io.ReadFull(from, b); err != nil {
			return fmt.Errorf("read randomness for the ntlm response: %w", err)
		}
	}
	return nil
}

// stamp returns the time of a response as a FILETIME: the server's, or else
// the client's.
func (o Options) stamp(info *TargetInfo) (uint64, error) {
	now := info.Timestamp
	if now.IsZero() {
		clock := o.Now
		if clock == nil {
			clock = time.Now
		}
		now = clock()
	}
	ticks, ok := toFileTime(now)
	if !ok {
		return 0, fmt.Errorf("the clock is at %v, which an ntlm response cannot express", now)
	}
	return ticks, nil
}
