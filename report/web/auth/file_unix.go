//go:build unix

package auth

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFile opens a file to read. It does not wait for who writes to a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// keepOwner gives a new file to whom the earlier one belonged to. Its folder
// may be that account's, who could have put something else there meanwhile:
// only a file of our own, with no second name, is given away.
func keepOwner(path string, earlier fs.FileInfo) error {
	was, ok := earlier.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if !ok || was.Uid == is.Uid && was.Gid == is.Gid {
		return nil
	}
	if !info.Mode().IsRegular() || is.Nlink != 1 || int(is.Uid) != os.Geteuid() {
		return errors.New("somebody else has replaced it")
	}
	return file.Chown(int(was.Uid), int(was.Gid))
}
