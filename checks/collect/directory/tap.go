package directory

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// maxEntry bounds one entry that is streamed. An account with the attributes
// that are asked for has some hundred octets.
const maxEntry = 16 << 20

// tap stands between the LDAP library and the connection. While a search is
// streamed it takes the entries out of what arrives and hands each on; all the
// rest (results, controls, references, errors) reaches the library, which did
// the asking and decides how the search ended.
//
// The library makes a tree of every value and keeps whole pages, which costs
// about 30 µs for an account. A forest with a million of them is then read
// several times slower than its controller answers.
type tap struct {
	net.Conn
	in   *bufio.Reader
	rest int // octets of the message that is being passed on

	mu     sync.Mutex
	blur   bool                     // what arrives is no LDAP message: everything is passed on
	each   func(*searchEntry) error // nil if nothing is streamed
	search int64                    // the message that asked; unsent and answered before and after
	err    error                    // the first of each
	entry  searchEntry
	long   []byte // an entry that does not fit the buffer
}

// What the search of a tap is while none is under way. No message has these
// numbers, except 0 what a controller sends unasked.
const (
	unsent   = 0
	answered = -1
)

func newTap(conn net.Conn) *tap { return &tap{Conn: conn, in: bufio.NewReaderSize(conn, 64<<10)} }

// stream hands the entries of the next search to each, until the returned
// function is called, which gives the first error of each. It is called from
// another goroutine, but never at the same time as that function or after it.
func (t *tap) stream(each func(*searchEntry) error) (end func() error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.each, t.search, t.err = each, unsent, nil
	if t.blur {
		t.err = notLDAP(errBER)
	}
	return func() error {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.each = nil
		return t.err
	}
}

// Write notes the number of the search that is to be streamed.
func (t *tap) Write(b []byte) (int, error) {
	t.mu.Lock()
	if t.each != nil && t.search == unsent {
		if id, operation, err := berMessage(b); err == nil && operation[0] == tagSearchRequest {
			t.search = id
		}
	}
	t.mu.Unlock()
	return t.Conn.Write(b)
}

// Read passes on what is for the library.
func (t *tap) Read(p []byte) (int, error) {
	for t.rest == 0 && !t.blur {
		if err := t.next(); err != nil {
			return 0, err
		}
	}
	if !t.blur && len(p) > t.rest {
		p = p[:t.rest]
	}
	n, err := t.in.Read(p)
	if !t.blur {
		t.rest -= n
	}
	return n, err
}

// next looks at the next message. It takes it, or has it passed on.
//
// The library reads more than LDAP allows, such as lengths that are not told.
// If an entry came that way, it would keep it, and nobody would miss the
// account. So what cannot be told fails the search that is streamed.
func (t *tap) next() error {
	size, err := t.size()
	switch {
	case errors.Is(err, errBER):
		t.mu.Lock()
		t.blur = true // the library will say what is wrong
		t.mu.Unlock()
		t.fail(err)
		return nil
	case err != nil:
		return err
	}
	head, err := t.in.Peek(min(size, maxHead))
	if err != nil {
		return err
	}
	taken, err := t.wants(head)
	switch {
	case err != nil:
		t.fail(err)
	case taken && size > maxEntry:
		t.fail(fmt.Errorf("an entry of %d octets", size))
		_, err := t.in.Discard(size) // the library would keep it
		return err
	case taken:
		return t.take(size)
	}
	t.rest = size
	return nil
}

// wants tells by the beginning of a message whether it is an entry of the
// search that is streamed.
func (t *tap) wants(head []byte) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.each == nil {
		return false, nil
	}
	id, operation, err := berMessage(head)
	if err != nil {
		return false, err
	}
	if t.search == unsent || id != t.search {
		return false, nil
	}
	switch operation[0] {
	case tagSearchEntry:
		return true, nil
	case tagSearchDone:
		t.search = answered
	case tagReference, tagIntermediate:
	default:
		return false, errBER // nothing that answers a search
	}
	return false, nil
}

// size is the length of the next message, with its envelope.
func (t *tap) size() (int, error) {
	for n := 2; ; n++ {
		b, err := t.in.Peek(n)
		if err != nil {
			return 0, err
		}
		tag, offset, length, err := berHeader(b)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			continue
		case err != nil || tag != tagSequence:
			return 0, errBER
		}
		return offset + length, nil
	}
}

// take reads an entry and hands it on.
func (t *tap) take(size int) error {
	var message []byte
	var err error
	if size <= t.in.Size() {
		message, err = t.in.Peek(size)
		defer t.in.Discard(size) //nolint:errcheck // they were just looked at
	} else {
		if cap(t.long) < size {
			t.long = make([]byte, size)
		}
		message = t.long[:size]
		_, err = io.ReadFull(t.in, message)
	}
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.each == nil || t.err != nil {
		return nil // the search was given up
	}
	t.err = guarded(func() error {
		_, operation, err := berMessage(message)
		if err == nil {
			err = t.entry.decode(operation)
		}
		if err != nil {
			return notLDAP(err)
		}
		return t.each(&t.entry)
	})
	return nil
}

func (t *tap) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = notLDAP(err)
	}
}

func notLDAP(err error) error {
	return collect.Fail(facts.Protocol, "look whether this is a domain controller", "%w", err)
}
