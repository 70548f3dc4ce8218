package host

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Suffixes are the ends of the names that host files have in a folder.
var Suffixes = []string{".ndjson", ".ndjson.gz"}

// Find returns the host files that a path means, sorted: the file itself, those
// in a folder whose names end in one of [Suffixes], or those that match a
// pattern of [filepath.Match]. Finding none is an error.
//
// As with reading, a file system that is gone cannot hold the caller after ctx
// ended.
func Find(ctx context.Context, path string) ([]string, error) {
	type answer struct {
		files []string
		err   error
	}
	found := make(chan answer, 1)
	go func() {
		files, err := find(path)
		found <- answer{files, err}
	}()
	select {
	case a := <-found:
		return a.files, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("find host files in %s: %w", path, context.Cause(ctx))
	}
}

func find(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return inFolder(path)
	case err == nil:
		return []string{path}, nil
	case !strings.ContainsAny(path, "*?["):
		return nil, fmt.Errorf("find host files: %w", err)
	}
	files, err := filepath.Glob(path)
	if err != nil {
		return nil, fmt.Errorf("find host files %s: %w", path, err)
	}
	if len(files) == 0 {
		return nil, collect.Fail(facts.Missing, "look at the pattern", "no file matches %s", path)
	}
	return files, nil
}

func inFolder(path string) (files []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("find host files: %w", err)
	}
	for _, e := range entries {
		named := slices.ContainsFunc(Suffixes, func(s string) bool { return strings.HasSuffix(strings.ToLower(e.Name()), s) })
		if named && e.Type()&fs.ModeDir == 0 {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, collect.Fail(facts.Missing, "name the files so, or name them one by one", "the folder %s has no file named *%s", path, strings.Join(Suffixes, " or *"))
	}
	return files, nil
}
