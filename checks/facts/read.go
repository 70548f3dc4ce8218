package facts

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
)

// Errors of a [Reader], to be told apart with errors.Is.
var (
	ErrNotFacts  = errors.New("not a facts file")
	ErrNewer     = errors.New("made by a newer lcshealth")
	ErrTruncated = errors.New("the facts file is cut short")
	ErrDamaged   = errors.New("the facts file is damaged")
)

// maxLine bounds one line, so that a hostile file cannot take all memory. A
// server with thousands of events and certificates stays far below.
const maxLine = 256 << 20

// trailerPrefix is how the trailer begins, which the digest does not cover.
var trailerPrefix = []byte(`{"kind":"` + kindTrailer + `"`)

// Reader reads facts in their stored form.
type Reader struct {
	Header     Header
	Deployment *Deployment

	raw     *bufio.Reader // the file
	in      *bufio.Reader // what it holds
	digest  hash.Hash
	lines   int
	pending []byte // the first line after the deployment
}

// NewReader reads the header and the deployment. The users are read by
// [Reader.SignIns].
func NewReader(r io.Reader) (*Reader, error) {
	in := &Reader{Deployment: &Deployment{}, digest: sha256.New()}
	buffered := bufio.NewReader(r)
	if magic, err := buffered.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return nil, fmt.Errorf("%w: it does not begin as a gzip file", ErrNotFacts)
	}
	zip, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, damaged(err)
	}
	zip.Multistream(false)
	in.raw, in.in = buffered, bufio.NewReaderSize(zip, 256<<10)
	if err := in.header(); err != nil {
		return nil, err
	}
	if err := in.deployment(); err != nil {
		return nil, err
	}
	return in, nil
}

func (r *Reader) header() error {
	text, err := r.next()
	if err != nil {
		if errors.Is(err, ErrTruncated) || errors.Is(err, ErrDamaged) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrNotFacts, err)
	}
	var h line[Header]
	if err := json.Unmarshal(text, &h); err != nil || h.Kind != kindHeader || h.Data.Format < 1 {
		return fmt.Errorf("%w: its first line is no header", ErrNotFacts)
	}
	if h.Data.Format > FormatVersion {
		return fmt.Errorf("%w (%s, format %d); this one reads up to format %d", ErrNewer, h.Data.Tool, h.Data.Format, FormatVersion)
	}
	r.Header = h.Data
	r.Deployment.CollectedAt, r.Deployment.Redacted = h.Data.CollectedAt, h.Data.Redacted
	return nil
}

// deployment reads lines up to the first user or the trailer.
func (r *Reader) deployment() error {
	seen := map[string]bool{}
	for {
		text, err := r.next()
		if err != nil {
			return err
		}
		kind, err := kindOf(text)
		if err != nil {
			return r.bad(err)
		}
		d := r.Deployment
		switch kind {
		case kindSource:
			var source Source
			source, err = data[Source](text)
			d.Sources = append(d.Sources, source)
		case kindDirectory:
			d.Directory, err = data[Directory](text)
		case kindServer:
			err = add(text, &d.Servers)
		case kindDatabase:
			err = add(text, &d.Databases)
		case kindWire:
			if d.Wire, err = data[Wire](text); slices.Contains(d.Wire.Endpoints, nil) {
				err = errors.New("an endpoint without data")
			}
		case kindLookup:
			var lookup Lookup
			lookup, err = data[Lookup](text)
			d.Lookups = append(d.Lookups, lookup)
		case kindUser, kindTrailer:
			if !seen[kindDirectory] || !seen[kindWire] {
				return r.bad(errors.New("no line of kind directory or wire before the users"))
			}
			r.pending = append([]byte(nil), text...)
			return nil
		default:
			err = fmt.Errorf("unknown kind %q", kind)
		}
		if err != nil {
			return r.bad(err)
		}
		seen[kind] = true
	}
}

// SignIns reads the users, once. After the last it checks the trailer; an
// error, which ends the sequence, means that nothing read may be relied on.
func (r *Reader) SignIns() iter.Seq2[*SignIn, error] {
	return func(yield func(*SignIn, error) bool) {
		users, last := 0, ""
		for text := r.pending; ; {
			kind, err := kindOf(text)
			if err != nil {
				yield(nil, r.bad(err))
				return
			}
			switch kind {
			case kindTrailer:
				if err := r.end(text, users); err != nil {
					yield(nil, err)
				}
				return
			case kindUser:
			default:
				yield(nil, r.bad(fmt.Errorf("kind %q among the users", kind)))
				return
			}
			u, err := readUser(text)
			if err == nil {
				err = inOrder(last, u.Address)
			}
			if err != nil {
				yield(nil, r.bad(err))
				return
			}
			users, last = users+1, u.Address
			if !yield(u, nil) {
				return
			}
			if text, err = r.next(); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// end checks the trailer, which next has already counted and not digested.
func (r *Reader) end(text []byte, users int) error {
	t, err := data[trailer](text)
	if err != nil {
		return r.bad(err)
	}
	if t.Lines != r.lines-1 || t.Users != users {
		return fmt.Errorf("%w: its trailer counts %d lines and %d users, but it has %d and %d", ErrDamaged, t.Lines, t.Users, r.lines-1, users)
	}
	if sum := hex.EncodeToString(r.digest.Sum(nil)); t.Digest != sum {
		return fmt.Errorf("%w: its contents do not match the digest in its trailer", ErrDamaged)
	}
	for _, rest := range []io.ByteReader{r.in, r.raw} { // inside the gzip member, and behind it
		switch _, err := rest.ReadByte(); {
		case err == nil:
			return fmt.Errorf("%w: it goes on after its trailer", ErrDamaged)
		case !errors.Is(err, io.EOF):
			return damaged(err)
		}
	}
	return nil
}

// next reads one line without its end.
func (r *Reader) next() ([]byte, error) {
	text, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), text...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > maxLine {
				return nil, r.bad(errors.New("the line is too long"))
			}
			text, err = r.in.ReadSlice('\n')
			long = append(long, text...)
		}
		text = long
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: it ends after line %d, without a trailer", ErrTruncated, r.lines)
	case err != nil:
		return nil, damaged(err)
	}
	r.lines++
	if !bytes.HasPrefix(text, trailerPrefix) {
		r.digest.Write(text)
	}
	return text[:len(text)-1], nil
}

func (r *Reader) bad(err error) error {
	return fmt.Errorf("%w: line %d: %w", ErrDamaged, r.lines, err)
}

func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// kindOf reads the kind, which the writer always puts first, without decoding
// the line.
func kindOf(text []byte) (string, error) {
	const prefix = `{"kind":"`
	if len(text) < len(prefix) || string(text[:len(prefix)]) != prefix {
		return "", errors.New(`the line does not begin with its kind`)
	}
	rest := text[len(prefix):]
	for i, c := range rest {
		if c == '"' {
			return string(rest[:i]), nil
		}
	}
	return "", errors.New("the line has no kind")
}

func data[T any](text []byte) (T, error) {
	var l line[T]
	err := json.Unmarshal(text, &l)
	return l.Data, err
}

func add[T any](text []byte, to *[]*T) error {
	v, err := data[T](text)
	*to = append(*to, &v)
	return err
}
