package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// packer compresses JSON. It is used by one goroutine.
type packer struct {
	out bytes.Buffer
	zip *gzip.Writer
}

// pack encodes a value as compressed JSON, and returns the size of the JSON.
func (p *packer) pack(value any) (packed []byte, size int, err error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, 0, err
	}
	p.out.Reset()
	if p.zip == nil {
		p.zip = gzip.NewWriter(&p.out)
	} else {
		p.zip.Reset(&p.out)
	}
	if _, err := p.zip.Write(encoded); err != nil {
		return nil, 0, err
	}
	if err := p.zip.Close(); err != nil {
		return nil, 0, err
	}
	return bytes.Clone(p.out.Bytes()), len(encoded), nil
}

// unpack reads JSON that was compressed. The sum in it tells whether it is
// what was stored.
func unpack(packed []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	encoded, err := io.ReadAll(io.LimitReader(zip, maxReport+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case len(encoded) > maxReport:
		return nil, fmt.Errorf("%w: it unpacks to more than %d MiB", ErrDamaged, maxReport>>20)
	}
	return encoded, nil
}

// maxReport bounds the JSON of a report, in octets.
const maxReport = 512 << 20

func unpackInto(packed []byte, value any) error {
	encoded, err := unpack(packed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(encoded, value); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}
