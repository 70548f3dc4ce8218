package collect

import (
	"bufio"
	"container/heap"
	"errors"
	"io"
	"slices"
)

// merger yields the records of several sorted runs in order.
type merger []*run

// run is one sorted run with its next record.
type run struct {
	head record
	next func() (record, error)
}

// merge opens the runs put aside, and the records still held, from their
// beginning.
func (u *Users) merge() (*merger, error) {
	slices.SortFunc(u.held, compareRecords)
	held := u.held
	sources := []func() (record, error){func() (record, error) {
		if len(held) == 0 {
			return record{}, io.EOF
		}
		r := held[0]
		held = held[1:]
		return r, nil
	}}
	for _, file := range u.runs {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		in := bufio.NewReaderSize(file, 64<<10)
		sources = append(sources, func() (record, error) { return readRecord(in) })
	}
	m := &merger{}
	for _, next := range sources {
		head, err := next()
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return nil, err
		}
		*m = append(*m, &run{head, next})
	}
	heap.Init(m)
	return m, nil
}

// next returns the smallest record, or io.EOF.
func (m *merger) next() (record, error) {
	if len(*m) == 0 {
		return record{}, io.EOF
	}
	first := (*m)[0]
	r := first.head
	head, err := first.next()
	switch {
	case err == nil:
		first.head = head
		heap.Fix(m, 0)
	case errors.Is(err, io.EOF):
		heap.Pop(m)
	default:
		return record{}, err
	}
	return r, nil
}

func (m merger) Len() int           { return len(m) }
func (m merger) Less(i, j int) bool { return compareRecords(m[i].head, m[j].head) < 0 }
func (m merger) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merger) Push(x any)        { *m = append(*m, x.(*run)) }
func (m *merger) Pop() any {
	last := len(*m) - 1
	r := (*m)[last]
	*m = (*m)[:last]
	return r
}
