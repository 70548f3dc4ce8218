package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b.ndjson", "a.NDJSON.gz", "README.txt", "empty/x.txt", "sub.ndjson/x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		path string
		want []string
		err  string
	}{
		{".", []string{"a.NDJSON.gz", "b.ndjson"}, ""},
		{"README.txt", []string{"README.txt"}, ""}, // who names a file means it
		{"?.ndjson", []string{"b.ndjson"}, ""},
		{"*.json", nil, "no file matches"},
		{"[", nil, "syntax error in pattern"},
		{"c.ndjson", nil, "no such file"},
		{"empty", nil, "has no file named *.ndjson or *.ndjson.gz"},
	} {
		got, err := Find(t.Context(), filepath.Join(dir, tt.path))
		var want []string
		for _, name := range tt.want {
			want = append(want, filepath.Join(dir, name))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.path, diff)
		}
		if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("%s: error %v, want %q", tt.path, err, tt.err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	// Either the file system or the end of the context comes first.
	if files, err := Find(ended, dir); err != nil && !errors.Is(err, context.Canceled) || err == nil && len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	got, err := Identify(t.Context(), write(t, hostFile()))
	want := Header{Tool: "test", Host: lcs01, StartedAt: made}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := Identify(t.Context(), write(t, "{}\n")); err == nil || !strings.Contains(err.Error(), "its first line is no header") {
		t.Errorf("error %v", err)
	}
}

// A file that is none is a source that failed, and says nothing of any host.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	_, err := Identify(t.Context(), filepath.Join(t.TempDir(), "none.ndjson"))
	d := run(t, Unreadable("none.ndjson", err))
	if len(d.Servers) != 0 || len(d.Sources) != 1 {
		t.Fatalf("%+v", d)
	}
	s := d.Sources[0]
	if s.Name != "host" || s.Target != "none.ndjson" || s.Status != facts.Failed || s.Class != facts.Missing {
		t.Errorf("%+v", s)
	}
}

// The report says how old a file is, and what was not read in its favour.
func TestAgeIsTold(t *testing.T) {
	t.Parallel()
	d := run(t, New(Config{FQDN: lcs01, File: write(t, hostFile()), Warnings: []string{"another was not read"}}, nil))
	s := d.Sources[0]
	if len(s.Details) == 0 || !strings.Contains(s.Details[0], "made by test on lcs01.contoso.com at 2026-11-21T10:00:00Z, 2 hours before it was read") {
		t.Errorf("details %q", s.Details)
	}
	if len(s.Warnings) != 1 || s.Warnings[0] != "another was not read" {
		t.Errorf("warnings %q", s.Warnings)
	}
}
