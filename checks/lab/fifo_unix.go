//go:build unix

package lab

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// makeFIFO makes a named pipe, which hangs whoever reads it. release lets go
// of those that do.
func makeFIFO(path string) (release func(), err error) {
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return nil, fmt.Errorf("make the named pipe %s: %w", path, err)
	}
	return func() {
		// Without a reader it fails, and nobody has to be let go of.
		if pipe, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil { //nolint:gosec // our own path
			_ = pipe.Close()
		}
	}, nil
}
