package wmid

import (
	"context"
	"errors"
	"fmt"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/ndr"
)

// Stubs are read and written with the generated types of a library, which is
// made for clients: it makes room for as many characters of a string as it is
// told, and panics on pointers that are mixed up.

var errStub = errors.New("malformed stub")

// boundedReader refuses counts of more elements than there are octets.
type boundedReader struct{ ndr.Reader }

// ReadSize reads a count.
func (r boundedReader) ReadSize(n *uint64) error {
	if err := r.Reader.ReadSize(n); err != nil {
		return err
	}
	if *n > uint64(r.Len()) {
		return r.SetErr(fmt.Errorf("%w: %d elements in %d octets", errStub, *n, r.Len()))
	}
	return nil
}

// ReadPointer has what is pointed to read in the same way.
func (r boundedReader) ReadPointer(p ndr.Pointer, set func(any), to ...ndr.Unmarshaler) error {
	bounded := make([]ndr.Unmarshaler, len(to))
	for i, v := range to {
		bounded[i] = bound(v)
	}
	return r.Reader.ReadPointer(p, set, bounded...)
}

func bound(v ndr.Unmarshaler) ndr.Unmarshaler {
	return ndr.UnmarshalNDRFunc(func(ctx context.Context, r ndr.Reader) error {
		return v.UnmarshalNDR(ctx, boundedReader{r})
	})
}

func unmarshal(ctx context.Context, b []byte, v ndr.Unmarshaler) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errStub, r)
		}
	}()
	return ndr.NDR20(b).Unmarshal(ctx, bound(v))
}

func marshal(v ndr.Marshaler) (b []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("marshal %T: %v", v, r)
		}
	}()
	return ndr.Marshal(v)
}

// unmarshalSerialized reads a type as it is written to storage (MS-RPCE 2.2.6).
func unmarshalSerialized(ctx context.Context, b []byte, v ndr.Unmarshaler) error {
	const headers = 16
	if len(b) < headers || b[0] != 1 || b[1] != 0x10 {
		return fmt.Errorf("%w: type serialization", errStub)
	}
	size := uint64(le.Uint32(b[8:]))
	if size > uint64(len(b)-headers) {
		return fmt.Errorf("%w: %d octets of a serialized type in %d", errStub, size, len(b))
	}
	return unmarshal(ctx, b[headers:headers+size], v)
}

// instantiation tells what class a client wants, and which of its interfaces,
// from its activation properties (MS-DCOM 2.2.22).
func instantiation(ctx context.Context, p *dcom.InterfacePointer) (class guid, iids []guid) {
	const custom, blobHeader = 48, 8
	if p == nil || len(p.Data) < custom+blobHeader {
		return class, nil
	}
	b := p.Data[custom+blobHeader:]
	var header dcom.CustomHeader
	if unmarshalSerialized(ctx, b, &header) != nil || len(header.Sizes) != len(header.ClassIDs) {
		return class, nil
	}
	at := uint64(header.HeaderSize)
	for i, size := range header.Sizes {
		end := at + uint64(size)
		if end > uint64(len(b)) {
			return class, nil
		}
		var info dcom.InstantiationInfoData
		if header.ClassIDs[i].Equal(dcom.InstantiationInfoClassID) && unmarshalSerialized(ctx, b[at:end], &info) == nil && info.ClassID != nil {
			class, iids = ofDtyp(info.ClassID.GUID()), nil
			for _, iid := range info.IID {
				iids = append(iids, ofDtyp(iid.GUID()))
			}
		}
		at = end
	}
	return class, iids
}
