package dcom

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
)

// How what is sent is protected (MS-RPCE 2.2.1.1.8).
const (
	levelIntegrity = 5 // signed
	levelPrivacy   = 6 // signed, and encrypted but for the headers
)

// security protects one connection.
type security struct {
	gss         context.Context //nolint:containedctx // the library keeps its state in one
	kind, level byte
	id          uint32
	established bool
	signHeader  bool // agreed upon in the bind
	sending     []gssapi.Option
}

// newSecurity returns a context of the given level that is not yet established.
func newSecurity(ctx context.Context, l *login, level byte) *security {
	s := &security{
		gss:  gssapi.NewSecurityContext(context.WithoutCancel(ctx), l.options...),
		kind: l.kind, level: level, id: 1,
	}
	want := gssapi.Integrity | gssapi.ReplayDetection | gssapi.Sequencing
	if level == levelPrivacy {
		want |= gssapi.Confidentiality
	}
	s.sending = []gssapi.Option{gssapi.WithRequest(want)}
	return s
}

// step takes the token that the host sent, of which there is none at first, and
// returns the one to be sent to it. Kerberos asks its controllers meanwhile,
// and is not waited for longer than the context allows.
func (s *security) step(ctx context.Context, token []byte) ([]byte, error) {
	type result struct {
		token []byte
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var out *gssapi.Token
		err := guarded(func() (err error) {
			out, err = gssapi.InitSecurityContext(s.gss, &gssapi.Token{Payload: token}, s.sending...)
			return err
		})
		r := result{err: err}
		if out != nil {
			r.token = out.Payload
		}
		done <- r
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		s.established = gssapi.IsComplete(s.gss)
		return r.token, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// signatureSize is how long signatures are.
func (s *security) signatureSize() (n int, err error) {
	err = guarded(func() error {
		n = -gssapi.WrapSizeLimit(s.gss, 0, s.sending...)
		return nil
	})
	if err == nil && (n <= 0 || n > 256) {
		err = fmt.Errorf("signatures would have %d octets", n)
	}
	return n, err
}

// payloads are the pieces of a PDU, with how each is protected.
func (s *security) payloads(header, stub, trailer []byte) *gssapi.MessageTokenEx {
	outer := gssapi.Cap(0)
	if s.signHeader {
		outer = gssapi.Integrity
	}
	inner := gssapi.Integrity
	if s.level == levelPrivacy {
		inner |= gssapi.Confidentiality
	}
	return &gssapi.MessageTokenEx{Payloads: []*gssapi.PayloadEx{
		{Payload: header, Capabilities: outer},
		{Payload: stub, Capabilities: inner},
		{Payload: trailer, Capabilities: outer},
	}}
}

// protect signs a PDU and encrypts its stub in place. It returns the
// signature.
func (s *security) protect(header, stub, trailer []byte) (signature []byte, err error) {
	err = guarded(func() error {
		token := s.payloads(header, stub, trailer)
		var err error
		if s.level == levelPrivacy {
			token, err = gssapi.WrapEx(s.gss, token)
		} else {
			token, err = gssapi.MakeSignatureEx(s.gss, token)
		}
		if err == nil {
			signature = token.Signature
		}
		return err
	})
	return signature, err
}

var errSignature = errors.New("an answer is not signed as it must be: somebody else may have sent it")

// unprotect decrypts the stub of a PDU in place and checks its signature.
func (s *security) unprotect(header, stub, trailer, signature []byte) error {
	return guarded(func() error {
		token := s.payloads(header, stub, trailer)
		token.Signature = signature
		if s.level != levelPrivacy {
			if err := gssapi.VerifySignatureEx(s.gss, token); err != nil {
				return fmt.Errorf("%w (%w)", errSignature, err)
			}
			return nil
		}
		out, err := gssapi.UnwrapEx(s.gss, token)
		if err != nil {
			return fmt.Errorf("%w (%w)", errSignature, err)
		}
		// With NTLM the library computes what the signature should be and does
		// not compare.
		if len(signature) == 0 || subtle.ConstantTimeCompare(out.Signature, signature) != 1 {
			return errSignature
		}
		return nil
	})
}

// guarded turns a panic of a library into an error.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("octets that the library cannot take: %v", r)
		}
	}()
	return do()
}
