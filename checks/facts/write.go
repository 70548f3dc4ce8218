package facts

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// Writer writes facts in their stored form: gzip-compressed lines of JSON.
// Call [Writer.Deployment] once, then [Writer.SignIn] for each user in
// ascending order of address, then [Writer.Close].
type Writer struct {
	zip    *gzip.Writer
	buf    *bufio.Writer
	digest hash.Hash
	lines  int
	users  int
	last   string
}

// NewWriter starts stored facts on w. The format of the header is set by it.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := &Writer{zip: zip, digest: sha256.New()}
	out.buf = bufio.NewWriterSize(io.MultiWriter(zip, out.digest), 64<<10)
	h.Format = FormatVersion
	return out, put(out, kindHeader, h)
}

// Deployment writes everything but the users.
func (w *Writer) Deployment(d *Deployment) error {
	for i := range d.Sources {
		if err := put(w, kindSource, &d.Sources[i]); err != nil {
			return err
		}
	}
	if err := put(w, kindDirectory, &d.Directory); err != nil {
		return err
	}
	for _, s := range d.Servers {
		if err := put(w, kindServer, s); err != nil {
			return err
		}
	}
	for _, db := range d.Databases {
		if err := put(w, kindDatabase, db); err != nil {
			return err
		}
	}
	if err := put(w, kindWire, &d.Wire); err != nil {
		return err
	}
	for i := range d.Lookups {
		if err := put(w, kindLookup, &d.Lookups[i]); err != nil {
			return err
		}
	}
	return nil
}

// SignIn writes one user.
func (w *Writer) SignIn(u *SignIn) error {
	if err := inOrder(w.last, u.Address); err != nil {
		return err
	}
	w.last = u.Address
	w.users++
	return put(w, kindUser, u)
}

// Close ends the stored facts with a trailer. It does not close the writer
// below.
func (w *Writer) Close() error {
	if err := w.buf.Flush(); err != nil {
		return err
	}
	end := trailer{Lines: w.lines, Users: w.users, Digest: hex.EncodeToString(w.digest.Sum(nil))}
	if err := put(w, kindTrailer, end); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	return w.zip.Close()
}

func put[T any](w *Writer, kind string, data T) error {
	b, err := json.Marshal(line[T]{kind, data})
	if err != nil {
		return fmt.Errorf("write facts: line of kind %s: %w", kind, err)
	}
	w.lines++
	if _, err := w.buf.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

// inOrder reports users that do not come in ascending order of address.
func inOrder(last, next string) error {
	if next < last || (next == last && next != "") {
		return fmt.Errorf("user %q after %q: users must come in ascending order, each once", next, last)
	}
	return nil
}
