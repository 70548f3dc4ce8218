package waiver_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lcshealth/report/waiver"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func one() waiver.Waiver {
	return waiver.Waiver{Cause: "static-route-invalid", Subject: "users of lcs02.contoso.com", Reason: "a trial: # not yet 'on'", Owner: "null", Until: "2026-11-30"}
}

func TestAppend(t *testing.T) {
	const entry = `- cause: static-route-invalid
  subject: users of lcs02.contoso.com
  reason: 'a trial: # not yet ''on'''
  owner: "null"
  until: 2026-11-30
`
	indented := "  " + strings.TrimSuffix(strings.ReplaceAll(entry, "\n", "\n  "), "  ")
	for _, tt := range []struct{ name, before, after string }{
		{"an empty file", "", "waivers:\n" + indented},
		{"a file of comments", "# nothing yet", "# nothing yet\nwaivers:\n" + indented},
		{"an open list", "waivers: # of ours\n", "waivers: # of ours\n" + indented},
		{"a list", file, file + indented},
		{"a list with comments behind it", file + "\n# the end\n", file + "\n# the end\n" + indented},
		{"a list without indent", "waivers:\n- {cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}", "waivers:\n- {cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}\n" + entry},
		{"Windows' lines", strings.ReplaceAll(file, "\n", "\r\n"), strings.ReplaceAll(file+indented, "\n", "\r\n")},
		{"an empty list", "# ours\nwaivers: [] # none\n", "# ours\nwaivers:\n  # none\n" + indented},
		{"a list in flow style", "# ours\nwaivers: [{cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}] # all\n",
			"# ours\nwaivers: [{cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}, {cause: static-route-invalid, subject: users of lcs02.contoso.com, reason: 'a trial: # not yet ''on''', owner: \"null\", until: 2026-11-30}] # all\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "waivers.yaml")
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			if err := waiver.Append(path, one()); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.after, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			list, err := waiver.File(path)
			if err != nil {
				t.Fatal(err)
			}
			last := list[len(list)-1]
			last.Line = 0
			if diff := cmp.Diff(one(), last); diff != "" {
				t.Errorf("read back, -want +got:\n%s", diff)
			}
			if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && tt.before != "" && info.Mode().Perm() != 0o640 {
				t.Errorf("its mode is %v", info.Mode())
			}
		})
	}
}

// A file that cannot be relied on, and a waiver that is there already, leave
// the file as it is.
func TestAppendRefuses(t *testing.T) {
	again := parsed()[0]
	for name, tt := range map[string]struct {
		file string
		w    waiver.Waiver
		want string
	}{
		"a bad file":    {"waivers: 1\n", one(), "line 1: waivers is no list"},
		"the same":      {file, again, "line 3 waives that already"},
		"a bad waiver":  {file, waiver.Waiver{Cause: "c"}, "subject is missing"},
		"hidden":        {file, waiver.Waiver{Cause: "c", Subject: "a\u202eb", Reason: "r", Owner: "o", Until: "2026-12-31"}, "cannot be shown"},
		"two documents": {file + "---\n", one(), "goes on after its first document"},
	} {
		path := filepath.Join(t.TempDir(), "waivers.yaml")
		if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
			t.Fatal(err)
		}
		err := waiver.Append(path, tt.w)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want %q", name, err, tt.want)
		}
		if got, _ := os.ReadFile(path); string(got) != tt.file {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if err := waiver.Append(filepath.Join(t.TempDir(), "gone", "waivers.yaml"), one()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}

// A link stays a link.
func TestAppendLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(target, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if err := waiver.Append(link, one()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if list, err := waiver.File(target); err != nil || len(list) != 3 {
		t.Errorf("the target has %d waivers, %v", len(list), err)
	}
}

// Whatever the file holds, it is refused, or keeps its waivers and gains one.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", file, "waivers: []", "waivers: [{cause: c, subject: s, reason: r, owner: o, until: 2026-12-31}]", "waivers:\n- cause: |\n    c\n", "{waivers: }", "waivers:\n...\n", "? waivers\n: - a", "\ufeffwaivers:\n", "waivers: &a []\n"} {
		f.Add([]byte(s), "static-route-invalid", "*", "a reason")
	}
	f.Fuzz(func(t *testing.T, data []byte, cause, subject, reason string) {
		before, err := waiver.Parse(data)
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				if strings.ContainsAny(line, "\x1b\r\x00") {
					t.Errorf("the error holds what a terminal acts on: %q", line)
				}
			}
		}
		path := filepath.Join(t.TempDir(), "waivers.yaml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		w := waiver.Waiver{Cause: cause, Subject: subject, Reason: reason, Owner: "o", Until: "2026-12-31"}
		if waiver.Append(path, w) != nil {
			if got, _ := os.ReadFile(path); string(got) != string(data) {
				t.Error("the file was changed")
			}
			return
		}
		after, err := waiver.File(path)
		if err != nil || len(after) != len(before)+1 {
			t.Fatalf("of %d waivers there are %d now, %v", len(before), len(after), err)
		}
		for i := range before {
			before[i].Line, after[i].Line = 0, 0
		}
		if diff := cmp.Diff(before, after[:len(before)], cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
