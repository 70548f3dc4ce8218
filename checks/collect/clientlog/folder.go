package clientlog

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/sip/trace"
)

// Stdin is the name that stands for standard input.
const Stdin = "-"

// Files gives the records of several traces, one after the other: each name is
// a file, a folder as [Folder] reads it, or [Stdin]. A file that cannot be read
// gives an error in its place, and the next one follows.
func Files(ctx context.Context, names []string, stdin io.Reader, damage *Damage) iter.Seq2[trace.Record, error] {
	if damage == nil {
		damage = &Damage{}
	}
	return func(yield func(trace.Record, error) bool) {
		for _, name := range names {
			files := []string{name}
			if info, err := os.Stat(name); name != Stdin && err == nil && info.IsDir() {
				if files, err = Folder(ctx, name); err != nil && !yield(trace.Record{}, err) {
					return
				}
			}
			for _, file := range files {
				for record, err := range one(ctx, file, stdin, damage) {
					if !yield(record, err) {
						return
					}
				}
			}
		}
	}
}

// one gives the records of one file, which is open no longer than they are
// taken.
func one(ctx context.Context, name string, stdin io.Reader, damage *Damage) iter.Seq2[trace.Record, error] {
	return func(yield func(trace.Record, error) bool) {
		from := stdin
		if name != Stdin {
			file, err := os.Open(name) //nolint:gosec // the user names the file
			if err != nil {
				yield(trace.Record{}, fmt.Errorf("read trace: %w", err))
				return
			}
			defer func() { _ = file.Close() }() // only read
			from = file
		}
		for record, err := range Read(ctx, name, from, damage) {
			if !yield(record, err) {
				return
			}
		}
	}
}

// known are the names that traces have in %USERPROFILE%\Tracing, in small
// letters (KB 871023 for those that end in .log; the others are of later
// clients).
var known = []string{
	"rtcdll*.log", "communicator*.log", "lcapi*.log", "lcimsp*.log", "lcmsgsc*.log", "lcmedia_rtp*.log",
	"*.uccplog", "*.uccapilog", "sipstack*.log", "sipstack*.txt",
}

// Folder returns the traces that lie in a folder, such as a copy of
// %USERPROFILE%\Tracing: those of one client together, the oldest first. Which
// of a client's numbered files is the oldest its stamps say, or if they have no
// date its number does. A folder without any is an error.
func Folder(ctx context.Context, name string) ([]string, error) {
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, fmt.Errorf("read folder of traces: %w", err)
	}
	var found []rotated
	for _, e := range entries {
		if e.Type().IsRegular() && isKnown(e.Name()) {
			found = append(found, newRotated(filepath.Join(name, e.Name())))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("read folder of traces %s: no file in it is named as one (%s)", name, strings.Join(known, ", "))
	}
	for i := range found {
		found[i].first = firstStamp(ctx, found[i].name)
	}
	slices.SortFunc(found, compareRotated)
	files := make([]string, 0, len(found))
	for _, f := range found {
		files = append(files, f.name)
	}
	return files, nil
}

func isKnown(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".bak")
	return slices.ContainsFunc(known, func(pattern string) bool {
		ok, err := filepath.Match(pattern, name)
		return ok && err == nil
	})
}

// rotated is one of the files that a client writes in turn.
type rotated struct {
	name   string
	family string // its name without the number
	number string // digits, without zeros before them
	first  time.Time
}

func newRotated(name string) rotated {
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(name)), ".bak")
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	family := strings.TrimRight(stem, "0123456789")
	return rotated{name: name, family: family + filepath.Ext(base), number: strings.TrimLeft(stem[len(family):], "0")}
}

// compareRotated has those without a date before the others.
func compareRotated(a, b rotated) int {
	return cmp.Or(cmp.Compare(a.family, b.family), a.first.Compare(b.first),
		cmp.Compare(len(a.number), len(b.number)), cmp.Compare(a.number, b.number), cmp.Compare(a.name, b.name))
}

// firstStamp returns the first stamp with a date near the beginning of a file,
// or zero. A file that cannot be read says so when its records are asked for.
func firstStamp(ctx context.Context, name string) time.Time {
	file, err := os.Open(name) //nolint:gosec // of a folder that the user names
	if err != nil {
		return time.Time{}
	}
	defer func() { _ = file.Close() }() // only read
	lines := newLines(io.LimitReader(file, 4*maxLine))
	for ctx.Err() == nil {
		line, err := lines.next()
		if err != nil {
			break
		}
		s, ok := readStamp(line)
		if !ok {
			s, ok = readStack(line)
		}
		if ok && s.at.Dated() {
			return s.at.Time()
		}
	}
	return time.Time{}
}
