package tds71

import (
	"errors"
	"fmt"
)

var (
	// ErrRefused is the error for a request that TDS 7.1 has no way to say.
	ErrRefused = errors.New("not possible with SQL Server 2000")
	// ErrRequest is the error for a request that is malformed.
	ErrRequest = errors.New("malformed request")
	// ErrReply is the error for a reply that is not understood.
	ErrReply = errors.New("reply of SQL Server 2000 not understood")

	// errPanic is the error for a mistake in this package.
	errPanic = errors.New("translator failed")
)

// A TLSError is a server before SQL Server 2005 with which all or a part of
// the connection would be under TLS. It has a certificate, then, and either
// demands encryption or meets a client that is ready for it.
type TLSError struct {
	Version string // of the server, such as 8.00.760
	// Option is the server's encryption option (MS-TDS 2.2.6.5): 0 is the
	// login only, since the client can; 1 is everything, as the client wants;
	// 3 is everything, as the server wants. It is 2, nothing, if the client
	// began with TLS all the same.
	Option byte
}

// Error says which option it is and why there is no way around it.
func (e *TLSError) Error() string {
	return fmt.Sprintf("SQL Server 2000 wants TLS (encryption option %d, version %s): "+
		"its TLS 1.0 travels inside of PRELOGIN packets, and what is under it cannot be translated", e.Option, e.Version)
}

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

func badRequest(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRequest, fmt.Sprintf(format, args...))
}

func badReply(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrReply, fmt.Sprintf(format, args...))
}
