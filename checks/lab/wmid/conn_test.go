package wmid

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"lcshealth/checks/lab/internal/nlmp"
)

// pipeEnd is a connection that nothing is read from, with an address.
type pipeEnd struct{ net.Conn }

func (pipeEnd) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 135} }

// raw is a client that says what it likes.
type raw struct {
	net.Conn
	t *testing.T
}

func startRaw(t *testing.T, role role) raw {
	t.Helper()
	s, err := New(Host{Computer: "LCS01", Domain: "CONTOSO", User: "health", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	var listeners [2]net.Listener
	for i := range listeners {
		var c net.ListenConfig
		if listeners[i], err = c.Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listeners[0], listeners[1]) }()
	at := listeners[0]
	if role == objectsRole {
		at = listeners[1]
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", at.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return raw{c, t}
}

func (r raw) send(b ...[]byte) {
	r.t.Helper()
	if _, err := r.Write(bytes.Join(b, nil)); err != nil {
		r.t.Fatal(err)
	}
}

// expect reads one PDU, of which it returns the body.
func (r raw) expect(typ byte) []byte {
	r.t.Helper()
	p, err := readPDU(r.Conn)
	if err != nil {
		r.t.Fatal(err)
	}
	if p.typ != typ {
		r.t.Fatalf("pdu type %d instead of %d: %x", p.typ, typ, p.raw)
	}
	return p.body
}

func (r raw) expectFault(status uint32) {
	r.t.Helper()
	if got := le.Uint32(r.expect(pduFault)[8:]); got != status {
		r.t.Fatalf("fault 0x%08x instead of 0x%08x", got, status)
	}
}

func (r raw) expectEnd() {
	r.t.Helper()
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		r.t.Fatalf("%d octets, %v instead of the end", n, err)
	}
}

// bindPDU proposes one interface as context 0.
func bindPDU(typ byte, iid guid, transfer syntax, token *trailer) []byte {
	body := []byte{0xD0, 0x16, 0xD0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}
	body = append(append(body, iid[:]...), 0, 0, 0, 0)
	body = le.AppendUint32(append(body, transfer.id[:]...), transfer.version)
	return buildPDU(typ, flagFirst|flagLast, 1, body, token)
}

func requestPDU(opnum uint16, token *trailer) []byte {
	body := le.AppendUint16(make([]byte, 6), opnum)
	return buildPDU(pduRequest, flagFirst|flagLast, 2, body, token)
}

func TestWithoutLogin(t *testing.T) {
	t.Parallel()
	r := startRaw(t, resolverRole)
	r.send(bindPDU(pduBind, iidObjectExporter, ndr20, nil))
	r.expect(pduBindAck)
	r.send(requestPDU(5, nil))
	if body := r.expect(pduResponse); !bytes.Contains(body, nlmp.EncodeUTF16("LCS01")) {
		t.Errorf("ServerAlive2 without the name: %x", body)
	}
	r.send(requestPDU(1, nil)) // SimplePing
	r.expectFault(RPCAccessDenied)
	r.send(bindPDU(pduAlter, iidActivation, ndr20, nil))
	r.expect(pduAlterAck)
	r.send(requestPDU(0, nil))
	r.expectFault(RPCAccessDenied)
}

func TestNotUnderstood(t *testing.T) {
	t.Parallel()
	ndr64 := syntax{mustGUID("71710533-beba-4937-8319-b5dbef9ccc36"), 1}
	bound := bindPDU(pduBind, iidObjectExporter, ndr20, nil)
	negotiate := le.AppendUint32(le.AppendUint32([]byte(ntlmSignature), 1), ntlmUnicode|ntlmESS)
	kerberos := &trailer{typ: 16, level: levelPrivacy, value: negotiate}
	version4, bigEndian := bytes.Clone(bound), bytes.Clone(bound)
	version4[0], bigEndian[4] = 4, 0

	t.Run("version", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		r.send(version4)
		r.expectFault(faultProtocol)
		r.expectEnd()
	})
	t.Run("byte order", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		r.send(bigEndian)
		r.expectFault(faultProtocol)
		r.expectEnd()
	})
	t.Run("request before bind", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		r.send(requestPDU(5, nil))
		r.expectFault(faultProtocol)
		r.expectEnd()
	})
	t.Run("bind twice", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		r.send(bound)
		r.expect(pduBindAck)
		r.send(bound)
		r.expectFault(faultProtocol)
		r.expectEnd()
	})
	t.Run("interface, transfer syntax, operation", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, objectsRole)
		r.send(bindPDU(pduBind, iidObjectExporter, ndr20, nil))
		if b := r.expect(pduBindAck); !bytes.Contains(b, []byte{2, 0, reasonAbstractSyntax, 0}) {
			t.Errorf("unknown interface: %x", b)
		}
		r.send(bindPDU(pduAlter, iidServices, ndr64, nil))
		if b := r.expect(pduAlterAck); !bytes.Contains(b, []byte{2, 0, reasonTransferSyntax, 0}) {
			t.Errorf("unknown transfer syntax: %x", b)
		}
		r.send(requestPDU(20, nil))
		r.expectFault(faultInterface)
	})
	t.Run("kerberos", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		r.send(bindPDU(pduBind, iidObjectExporter, ndr20, kerberos))
		if b := r.expect(pduBindNak); le.Uint16(b) != nakAuthType {
			t.Errorf("reason %x", b)
		}
		r.expectEnd()
	})
	t.Run("login not completed", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		token := &trailer{typ: authNTLM, level: levelConnect, context: 3, value: negotiate}
		r.send(bindPDU(pduBind, iidObjectExporter, ndr20, token))
		r.expect(pduBindAck)
		r.send(requestPDU(5, nil))
		r.expectFault(RPCAccessDenied)
		r.expectEnd()
	})
	t.Run("signature missing", func(t *testing.T) {
		t.Parallel()
		r := startRaw(t, resolverRole)
		token := &trailer{typ: authNTLM, level: levelIntegrity, context: 3, value: negotiate}
		r.send(bindPDU(pduBind, iidObjectExporter, ndr20, token))
		r.expect(pduBindAck)
		r.send(requestPDU(5, nil))
		r.expectFault(RPCAccessDenied)
		r.expectEnd()
	})
}

// A message that was changed on the way is noticed, at either level.
func TestTampered(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, 16)
	for _, flags := range []uint32{ntlm128 | ntlmKeyExchange, ntlm56, 0} {
		for _, secret := range []bool{false, true} {
			for _, flip := range []int{-1, 0, 20, 30, 45} {
				ours, err := newNTLMSession("a", key, flags)
				if err != nil {
					t.Fatal(err)
				}
				theirs, err := newNTLMSession("a", key, flags)
				if err != nil {
					t.Fatal(err)
				}
				theirs.server, theirs.client = theirs.client, theirs.server
				pdu := append(bytes.Repeat([]byte{'x'}, 32), make([]byte, ntlmSignatureSize)...)
				part := func() []byte {
					if secret {
						return pdu[8:24]
					}
					return nil
				}
				theirs.protect(pdu, part())
				if secret == bytes.Contains(pdu[8:24], []byte("xxxx")) {
					t.Errorf("flags %08x: secret %t, but %x", flags, secret, pdu)
				}
				if flip >= 0 {
					pdu[flip] ^= 1
				}
				if err := ours.open(pdu, part()); (err != nil) != (flip >= 0) {
					t.Errorf("flags %08x, secret %t, octet %d changed: %v", flags, secret, flip, err)
				}
			}
		}
	}
}
