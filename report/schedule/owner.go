package schedule

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Owner is the run that holds a lock.
type Owner struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Host    string    `json:"host"`
}

// The owner stands behind the first octet of the lock's file. That octet is what
// is locked on Windows, where a locked octet can be neither read nor written by
// others. The record has one length, so that a file under lock is never cut.
const (
	ownerAt     = 1
	ownerLength = 512
)

// writeOwner writes who holds the lock, or nobody.
func writeOwner(path string, o *Owner) error {
	record := bytes.Repeat([]byte{' '}, ownerLength)
	record[ownerLength-1] = '\n'
	if o != nil {
		text, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		if len(text) >= ownerLength {
			return fmt.Errorf("write %s: the host's name is too long", path)
		}
		copy(record, text)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(record, ownerAt)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// readOwner reads who holds the lock. It is zero if nobody has said so.
func readOwner(path string) (o Owner) {
	f, err := os.Open(path)
	if err != nil {
		return Owner{}
	}
	defer func() { _ = f.Close() }()
	record, err := io.ReadAll(io.NewSectionReader(f, ownerAt, ownerLength))
	if err != nil || json.Unmarshal(bytes.TrimSpace(record), &o) != nil {
		return Owner{}
	}
	return o
}

// waitOwner is [readOwner] with a moment's patience, for a holder that is about
// to write.
func waitOwner(ctx context.Context, path string) Owner {
	for range 10 {
		if o := readOwner(path); o.PID != 0 {
			return o
		}
		select {
		case <-ctx.Done():
			return Owner{}
		case <-time.After(10 * time.Millisecond):
		}
	}
	return Owner{}
}
