package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// WriteFile writes a file whole or not at all: into a temporary file of the
// same folder, which is flushed to disk and renamed. The file is readable by
// its owner only, since reports name users. An earlier file of that name stays
// as it was if anything fails.
//
// A path that is a device or a pipe, such as /dev/stdout, is written to
// directly.
func WriteFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return writeDevice(path, write)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	renamed := false
	defer func() { // also if write panics
		if !renamed {
			_ = f.Close() // Windows does not remove open files
			_ = os.Remove(f.Name())
		}
	}()
	buffered := bufio.NewWriter(f)
	for _, step := range []func() error{
		func() error { return write(buffered) },
		buffered.Flush,
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	renamed = true
	syncFolder(filepath.Dir(path))
	return nil
}

func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// syncFolder makes a rename durable where that is possible: not on Windows,
// not in a folder that may be written to but not listed, and not on every file
// system. The file itself is on disk by now.
func syncFolder(path string) {
	if runtime.GOOS == "windows" {
		return
	}
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
