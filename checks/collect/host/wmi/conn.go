// Package wmi asks a Windows host over its Windows Management Instrumentation:
// over the network with DCOM, or with the COM of the Windows that lcshealth
// runs on. Both are a [Conn]; what is asked, in which order, and what becomes
// of the answers is the same, and the rows go to the decoder of package host.
package wmi

import (
	"context"
	"errors"
)

// Conn is a connection to the WMI of one host. It is not for use by several
// goroutines.
//
// Errors that come from WMI or from the system below it are a [*Status]; those
// after which the connection is of no more use are also [ErrBroken].
type Conn interface {
	// Query asks a question in WQL of root\cimv2, read-only, and hands over the
	// properties of each instance as it comes: nil, bool, integers, string
	// (dates as CIM_DATETIME), []byte for arrays of uint8, and []any for other
	// arrays. System properties, whose names begin with __, are left out. An
	// error of row ends the query and is returned.
	Query(ctx context.Context, wql string, row func(properties map[string]any) error) error
	// Registry calls a method of StdRegProv in root\default that reads, such as
	// EnumKey or GetBinaryValue, with its arguments by name, and returns what
	// it gives, ReturnValue among it.
	Registry(ctx context.Context, method string, in map[string]any) (out map[string]any, err error)
	// Close lets go of the connection. It waits for nothing.
	Close() error
}

// ErrBroken says that a connection is of no more use.
var ErrBroken = errors.New("the connection is broken")
