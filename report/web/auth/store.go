package auth

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// settled is how old a file has to be before its time and size tell whether it
// has changed: some file systems count in whole seconds.
const settled = 3 * time.Second

// store holds the users file and reads it again when it has changed.
type store struct {
	path    string
	now     func() time.Time
	changed func(*File) // called with the lock held when the file was read anew

	mu   sync.Mutex
	file *File
	err  error // of data, which is no users file
	data []byte
	info fs.FileInfo
	when time.Time // info was obtained then
}

// current returns the file as it is now. Nobody may change what it returns. If
// it cannot be read, nobody is let in, since it is not known who is still to
// be.
func (s *store) current() (*File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path)
	if err != nil {
		s.info = nil
		return nil, fmt.Errorf("read the users: %w", err)
	}
	if s.unchanged(info) {
		return s.file, s.err
	}
	data, info, err := readFile(s.path)
	if err != nil {
		s.info = nil
		return nil, err
	}
	s.info, s.when = info, s.now()
	if s.data != nil && bytes.Equal(s.data, data) {
		return s.file, s.err
	}
	s.data = append([]byte{}, data...)
	if s.file, s.err = Parse(data); s.err != nil {
		s.file, s.err = nil, fmt.Errorf("%s: %w", s.path, s.err)
		return nil, s.err
	}
	s.changed(s.file)
	return s.file, nil
}

// unchanged reports whether the file is surely the one that was read last.
func (s *store) unchanged(info fs.FileInfo) bool {
	return s.info != nil && os.SameFile(s.info, info) && s.info.Size() == info.Size() && s.info.Mode() == info.Mode() &&
		s.info.ModTime().Equal(info.ModTime()) && s.when.Sub(info.ModTime()) > settled
}
