package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"

	"lcshealth/checks/facts"
)

// Error is an error of a source that knows its class and what would settle it.
type Error struct {
	Class  facts.Class
	Settle string // what would settle it: a right, a port, a setting; may be empty
	Err    error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error below.
func (e *Error) Unwrap() error { return e.Err }

// Fail returns an [Error]. The format is as for [fmt.Errorf].
func Fail(class facts.Class, settle, format string, args ...any) *Error {
	return &Error{Class: class, Settle: settle, Err: fmt.Errorf(format, args...)}
}

// Reason turns an error into a reason with the class that fits best: that of
// an [Error] in its chain, else what the network, file or context error says.
func Reason(err error) facts.Unknown {
	why := facts.Unknown{Class: classify(err), Message: err.Error()}
	if e, ok := errors.AsType[*Error](err); ok {
		why.Class, why.Settle = e.Class, e.Settle
	}
	return why
}

func classify(err error) facts.Class {
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return facts.Timeout
	case errors.As(err, &network) && network.Timeout():
		return facts.Timeout
	case errors.Is(err, fs.ErrPermission):
		return facts.Rights
	case errors.Is(err, fs.ErrNotExist):
		return facts.Missing
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return facts.Unreachable
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return facts.Unreachable
	}
	switch {
	case isRefusal(err), errors.Is(err, context.Canceled):
		return facts.Unreachable
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return facts.Protocol
	}
	return facts.Protocol
}

// isRefusal reports a connection refused or reset, by the error numbers of
// Unix and of Windows Sockets (10061 and 10054), which Go's portable names do
// not cover.
func isRefusal(err error) bool {
	for _, errno := range []syscall.Errno{syscall.ECONNREFUSED, syscall.ECONNRESET, 10061, 10054} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
