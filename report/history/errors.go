package history

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
)

// Errors to be told apart with errors.Is.
var (
	ErrNone      = errors.New("no such run")
	ErrAmbiguous = errors.New("more than one run begins with this id")
	ErrExists    = errors.New("the run is stored already")
	ErrPruned    = errors.New("the report of this run was removed, as the retention asks")
	ErrHeld      = errors.New("somebody else is at it")
	ErrLost      = errors.New("it is no longer this process's")

	ErrLocked      = errors.New("the database is locked by another process")
	ErrDamaged     = errors.New("the database is damaged")
	ErrFull        = errors.New("the disk is full")
	ErrNewerSchema = errors.New("the database was written by a newer lcshealth")
	ErrGone        = errors.New("the database cannot be reached")
	ErrDenied      = errors.New("the database refuses access")
	ErrDisk        = errors.New("the disk could not be read or written")
)

// Error is a failed operation of a history. It wraps one of the errors of this
// package where the cause is known, and what the database said.
type Error struct {
	Op    string // read run 6f1c0a52
	Where string // path, or host and database
	Kind  error  // one of this package's errors, or nil
	Err   error
}

// Error says it in one line: the operation, where, what is wrong and what the
// database said.
func (e *Error) Error() string {
	parts := []string{e.Op}
	if e.Where != "" {
		parts = append(parts, e.Where)
	}
	said := strings.Join(strings.Fields(e.Err.Error()), " ")
	if e.Kind != nil && !strings.Contains(said, e.Kind.Error()) {
		parts = append(parts, e.Kind.Error())
	}
	return strings.Join(append(parts, said), ": ")
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// Hint says what to do about it, or is empty.
func (e *Error) Hint() string {
	switch {
	case errors.Is(e, ErrLocked):
		return "another process writes to it; try again, or end the process that holds it"
	case errors.Is(e, ErrDamaged):
		return "put back a copy, or move the file aside together with those beside it that end in -wal and -shm; a new one begins empty"
	case errors.Is(e, ErrFull):
		return "free space on its disk, or keep fewer runs; what was stored before is intact"
	case errors.Is(e, ErrNewerSchema):
		return "use the version of lcshealth that wrote it, or a newer one"
	case errors.Is(e, ErrGone):
		return "check that the server runs and can be reached from here; a run that was being saved may or may not be there, saving it again tells"
	case errors.Is(e, ErrDenied):
		return "check the user, the password and the rights; the user needs a schema " + ownSchema + " of its own, or the right to make it"
	case errors.Is(e, ErrDisk):
		return "check the disk, its free space and any quota; what was stored before is intact"
	}
	return ""
}

// newerError is a schema that this version does not know.
type newerError struct{ have, known int64 }

func (e *newerError) Error() string {
	return fmt.Sprintf("%v: its schema is %d, and this version knows %d", ErrNewerSchema, e.have, e.known)
}

func (e *newerError) Unwrap() error { return ErrNewerSchema }

// failed wraps an error with what was being done, where, and its kind.
func (s *Store) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Op: op, Where: s.where, Err: err}
	for _, kindOf := range []func(error) error{sqliteKind, postgresKind, commonKind} {
		if e.Kind = kindOf(err); e.Kind != nil {
			break
		}
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) && path.Path == s.where {
		e.Err = fmt.Errorf("%s: %w", path.Op, path.Err) // the path is told already
	}
	return e
}

func commonKind(err error) error {
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.Is(err, fs.ErrNotExist): // every error of a system call looks like one of the network
		return nil
	case errors.Is(err, fs.ErrPermission):
		return ErrDenied
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return ErrGone
	}
	return nil
}
