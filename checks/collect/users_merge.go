package collect

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// maxRecord bounds a record that is read back.
const maxRecord = 1 << 30

// merger yields the records of several sorted runs in order.
type merger struct {
	codec  *codec
	runs   runs
	record record
}

// runs are ordered by their next records (container/heap).
type runs []*run

// run is one sorted run with its next record, which is valid until advance is
// called.
type run struct {
	head    raw
	advance func() (raw, error)
}

// merge opens the runs put aside, and the records still held, from their
// beginning.
func merge(c *codec, held *batch, files []*os.File) (*merger, error) {
	places := held.places
	sources := []func() (raw, error){func() (raw, error) {
		if len(places) == 0 {
			return nil, io.EOF
		}
		r := held.record(places[0])
		places = places[1:]
		return r, nil
	}}
	for _, file := range files {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		in := bufio.NewReaderSize(file, 64<<10)
		var buf []byte
		sources = append(sources, func() (_ raw, err error) {
			buf, err = readRaw(in, buf)
			return buf, err
		})
	}
	m := &merger{codec: c}
	for _, advance := range sources {
		head, err := advance()
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return nil, err
		}
		m.runs = append(m.runs, &run{head, advance})
	}
	heap.Init(&m.runs)
	return m, nil
}

// readRaw reads the next record into buf, if it fits. It returns io.EOF at the
// end, between two records.
func readRaw(in *bufio.Reader, buf []byte) ([]byte, error) {
	if _, err := in.Peek(1); err != nil {
		return buf, err
	}
	n, err := binary.ReadUvarint(in)
	if err == nil && n > maxRecord {
		err = errRecord
	}
	if err == nil {
		if uint64(cap(buf)) < n {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		_, err = io.ReadFull(in, buf)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return buf, err
}

// next returns the smallest record, or io.EOF. It is valid until the next.
func (m *merger) next() (*record, error) {
	if len(m.runs) == 0 {
		return nil, io.EOF
	}
	first := m.runs[0]
	err := m.codec.decode(first.head, &m.record)
	if err != nil {
		return nil, err
	}
	first.head, err = first.advance()
	switch {
	case err == nil:
		heap.Fix(&m.runs, 0)
	case errors.Is(err, io.EOF):
		heap.Pop(&m.runs)
	default:
		return nil, err
	}
	return &m.record, nil
}

func (m runs) Len() int           { return len(m) }
func (m runs) Less(i, j int) bool { return compareRaw(m[i].head, m[j].head) < 0 }
func (m runs) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *runs) Push(x any)        { *m = append(*m, x.(*run)) }
func (m *runs) Pop() any {
	last := len(*m) - 1
	r := (*m)[last]
	*m = (*m)[:last]
	return r
}
