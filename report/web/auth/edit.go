package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lcshealth/report"

	"github.com/gofrs/flock"
	"go.yaml.in/yaml/v3"
)

// lockEvery is how often a lock is tried that somebody else has.
const lockEvery = 20 * time.Millisecond

// Update changes a users file, or makes it. The file is replaced whole or not
// at all, readable by its owner only, and keeps its owner if that can be had.
// Of two who change it at once, one waits until ctx ends; the lock is a file
// beside it. Comments in the file are lost. An error of change is returned as
// it is, and nothing is written.
func Update(ctx context.Context, path string, change func(*File) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the file, not the link, is replaced
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockEvery); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	defer func() {
		if unlocked := lock.Unlock(); err == nil && unlocked != nil {
			err = fmt.Errorf("unlock %s: %w", path, unlocked)
		}
	}()
	f, err := ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = &File{}, nil
	}
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		return err
	}
	if err := f.Validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return write(path, f)
}

const heading = "# Users of the web page of lcshealth, and their API tokens. lcshealth user changes them.\n"

func write(path string, f *File) error {
	earlier, statErr := os.Stat(path)
	err := report.WriteFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, heading); err != nil {
			return err
		}
		e := yaml.NewEncoder(w)
		e.SetIndent(2)
		if err := e.Encode(f); err != nil {
			return err
		}
		return e.Close()
	})
	if err != nil || statErr != nil {
		return err
	}
	// An administrator may change the file of a service that has its own account.
	if err := keepOwner(path, earlier); err != nil {
		return fmt.Errorf("%s is written, but not given back to its owner: %w", path, err)
	}
	return nil
}
