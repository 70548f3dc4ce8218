package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// open opens a file so that reading it ends with ctx, even if it is a named
// pipe that nobody writes to or lies on a network share that is gone.
//
// A system call on a file cannot be cancelled, so it is a goroutine of its own
// that opens and reads. If ctx ends first it is left behind; it holds nothing
// but the file, and ends by itself as soon as the system call that it is in
// returns. A pipe that is already open is woken by a deadline.
func open(ctx context.Context, path string) io.ReadCloser {
	out, in := io.Pipe()
	ended := func() error { return fmt.Errorf("read %s: %w", path, context.Cause(ctx)) }
	stop := context.AfterFunc(ctx, func() { in.CloseWithError(ended()) })
	go func() {
		err := pour(ctx, in, path)
		if ctx.Err() != nil { // or the deadline that wakes a pipe would be told
			err = ended()
		}
		in.CloseWithError(err)
	}()
	return &pouring{out, stop}
}

// pour copies a file into a pipe.
func pour(ctx context.Context, to io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	stop := context.AfterFunc(ctx, func() {
		_ = file.SetReadDeadline(time.Unix(1, 0)) // which regular files do not have
	})
	defer stop()
	_, err = io.Copy(to, file)
	return err
}

// pouring is the reading end of a file that a goroutine reads.
type pouring struct {
	*io.PipeReader
	stop func() bool
}

// Close lets go of the file. What reads it ends.
func (p *pouring) Close() error {
	p.stop()
	return p.PipeReader.Close()
}
