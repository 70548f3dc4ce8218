package dcom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"lcshealth/checks/collect/host/wmi"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	"github.com/oiweiwei/go-msrpc/midl/uuid"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/ndr"
)

// orpc calls operations of objects over one connection.
type orpc struct {
	rpc     *rpc
	version *dcom.COMVersion // that both sides speak
	unknown uuid.UUID        // the object that counts references
}

// this begins every request.
func (o *orpc) this() *dcom.ORPCThis { return &dcom.ORPCThis{Version: o.version} }

// request and response are those of the operations that go-msrpc generates.
type request interface {
	ndr.Marshaler
	OpNum() int
}

// call calls an operation. What it returns is to be looked at by the caller.
func call(ctx context.Context, r *rpc, iface *dcerpc.SyntaxID, object *uuid.UUID, in request, out ndr.Unmarshaler) error {
	var stub []byte
	err := guarded(func() error {
		w := ndr.NDR20(nil)
		err := in.MarshalNDR(ctx, w)
		stub = w.Bytes()
		return err
	})
	if err != nil {
		return fmt.Errorf("encode a call: %w", err)
	}
	answer, err := r.call(ctx, syntax{*iface.IfUUID, iface.IfVersionMajor}, object, uint16(in.OpNum()), stub)
	if err != nil {
		return err
	}
	// All of it is here, so that the lengths in it can be checked against it.
	err = guarded(func() error { return out.UnmarshalNDR(ctx, ndr.NDR20(answer)) })
	if err != nil {
		return r.fail(ctx, fmt.Errorf("decode an answer of %d octets: %w", len(answer), err))
	}
	return nil
}

// checked turns an HRESULT that is a failure into an error.
func checked(hresult int32) error {
	if hresult >= 0 {
		return nil
	}
	return wmi.NewStatus(uint32(hresult))
}

// reference is a reference to an object of the host.
type reference struct {
	object uuid.UUID // IPID
	counts uint32
}

const (
	objrefSignature = 0x574F454D // MEOW
	objrefStandard  = 1
	objrefHandler   = 2
	objrefCustom    = 4
)

// parseReference reads a reference to an object (MS-DCOM 2.2.18.4).
func parseReference(b []byte) (reference, error) {
	const size = 4 + 4 + 16 + 40
	if len(b) < size || binary.LittleEndian.Uint32(b) != objrefSignature {
		return reference{}, fmt.Errorf("%d octets are no reference to an object", len(b))
	}
	if kind := binary.LittleEndian.Uint32(b[4:]); kind != objrefStandard && kind != objrefHandler {
		return reference{}, fmt.Errorf("a reference is of kind %d", kind)
	}
	return reference{object: readUUID(b[48:]), counts: binary.LittleEndian.Uint32(b[28:])}, nil
}

// parseCustom returns what an object that is passed by value consists of
// (MS-DCOM 2.2.18.6). WMI passes instances so.
func parseCustom(b []byte) ([]byte, error) {
	const head = 4 + 4 + 16 + 16 + 4 + 4
	if len(b) < head || binary.LittleEndian.Uint32(b) != objrefSignature || binary.LittleEndian.Uint32(b[4:]) != objrefCustom {
		return nil, fmt.Errorf("%d octets are no instance", len(b))
	}
	// The size that follows counts differently among versions; the octets end
	// the pointer anyway.
	return b[head:], nil
}

// appendCustom puts an instance into a pointer.
func appendCustom(iface, class uuid.UUID, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, objrefSignature)
	b = binary.LittleEndian.AppendUint32(b, objrefCustom)
	b = append(b, iface.EncodeBinary()...)
	b = append(b, class.EncodeBinary()...)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

// readUUID reads a UUID from the first 16 octets, which are there.
func readUUID(b []byte) (u uuid.UUID) {
	_ = u.DecodeBinary(b[:16])
	return u
}

var errNothing = errors.New("the answer has no object")
