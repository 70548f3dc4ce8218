package collect

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"os"
	"slices"
)

// batch holds records in the form in which they are put aside, one behind the
// other. There are hundreds of thousands of them: as values of their own they
// would keep the garbage collector busier than all the reading.
type batch struct {
	octets []byte
	places []place
}

// place is where a record stands in a batch.
type place struct {
	at, size uint32
	head     [2]uint64 // the first octets of the address: most comparisons end here
}

// add adds the record that the function appends.
func (b *batch) add(record func([]byte) []byte) {
	at := len(b.octets)
	b.octets = record(b.octets)
	p := place{at: uint32(at), size: uint32(len(b.octets) - at)} //nolint:gosec // a batch is far below 4 GB
	address, _ := cutText(b.octets[at:])
	var head [16]byte
	copy(head[:], address)
	p.head = [2]uint64{binary.BigEndian.Uint64(head[:]), binary.BigEndian.Uint64(head[8:])}
	b.places = append(b.places, p)
}

func (b *batch) record(p place) raw { return b.octets[p.at : p.at+p.size] }

// sort brings the places in the order of their records.
func (b *batch) sort() {
	slices.SortFunc(b.places, func(p, q place) int {
		switch {
		case p.head[0] != q.head[0]:
			return cmp.Compare(p.head[0], q.head[0])
		case p.head[1] != q.head[1]:
			return cmp.Compare(p.head[1], q.head[1])
		}
		return compareRaw(b.record(p), b.record(q))
	})
}

// write writes the records in the order of the places, each after its length.
func (b *batch) write(file *os.File) error {
	out := bufio.NewWriterSize(file, 256<<10)
	var length [binary.MaxVarintLen64]byte
	for _, p := range b.places {
		n := binary.PutUvarint(length[:], uint64(p.size))
		if _, err := out.Write(length[:n]); err != nil {
			return err
		}
		if _, err := out.Write(b.record(p)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// reset empties the batch and keeps its memory.
func (b *batch) reset() { b.octets, b.places = b.octets[:0], b.places[:0] }

// compareRaw orders by address, accounts before entries, and then by what
// identifies them, so that the order of answers never shows.
func compareRaw(a, b raw) int {
	address, entry, name, number := a.parts()
	address2, entry2, name2, number2 := b.parts()
	if c := bytes.Compare(address, address2); c != 0 {
		return c
	}
	switch {
	case entry == entry2:
		return cmp.Or(bytes.Compare(name, name2), cmp.Compare(number, number2))
	case entry:
		return 1
	}
	return -1
}
