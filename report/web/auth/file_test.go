package auth

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const goodUser = "users:\n  - name: kim\n    password: " + reference + "\n    role: operator\n"

const goodToken = "tokens:\n  - name: t\n    owner: kim\n    sha256: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n" +
	"    scope: read\n    created: 2026-03-01T00:00:00Z\n    expires: 2026-06-01T00:00:00Z\n    last: WXYZ\n"

func TestParse(t *testing.T) {
	f, err := Parse([]byte(goodUser + goodToken))
	if err != nil || !f.Usable() || len(f.Tokens) != 1 {
		t.Fatal(f, err)
	}
	for text, want := range map[string]string{
		goodUser + "more: 1\n":                                     "line 5: field more not found in the file",
		goodUser + "    admin: true\n":                             "line 5: field admin not found of a user",
		goodUser + "    role: viewer\n":                            "already defined",
		goodUser + "---\nusers: []\n":                              "goes on after its first document",
		goodUser + strings.TrimPrefix(goodUser, "users:\n"):        "user kim is there twice",
		strings.Replace(goodUser, "operator", "root", 1):           `role "root"`,
		strings.Replace(goodUser, "name: kim", "name: Kim", 1):     `"Kim" is no name`,
		strings.Replace(goodUser, "name: kim", `name: "k\nim"`, 1): "is no name",
		strings.Replace(goodUser, "name: kim", "name: ../kim", 1):  "is no name",
		strings.Replace(goodUser, reference, "secret", 1):          "no $argon2id$ hash",
		strings.Replace(goodUser, reference, "[secret]", 1):        "line 3: cannot unmarshal",
		"users: secret": "cannot unmarshal",
		goodToken:       `its owner "kim" is no user`,
		goodUser + strings.Replace(goodToken, "scope: read", "scope: write", 1):                  `scope "write"`,
		goodUser + strings.Replace(goodToken, "001122", "00112", 1):                              "sha256 is no digest",
		goodUser + strings.Replace(goodToken, "2026-06-01", "2026-01-01", 1):                     "has to expire",
		goodUser + strings.Replace(goodToken, "    expires: 2026-06-01T00:00:00Z\n", "", 1):      "has to expire",
		goodUser + strings.Replace(goodToken, "last: WXYZ", "last: "+strings.Repeat("W", 56), 1): "last is not",
		goodUser + "#" + strings.Repeat("x", maxFile):                                            "more than 4 MiB",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.300s: error %v, want %q", text, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes the password: %v", err)
		}
	}
	if f, err := Parse(nil); err != nil || f.Usable() {
		t.Error("an empty file has users", err)
	}
}

func TestUpdate(t *testing.T) {
	path := usersFile(t)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info.Mode(), err)
		}
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	own := errors.New("no")
	wantError(t, Update(t.Context(), path, func(f *File) error { f.Users = nil; return own }), own)
	if err := Update(t.Context(), path, func(f *File) error { f.Users[0].Role = "root"; return nil }); err == nil {
		t.Error("a file that is none is written")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("the file has changed", err)
	}
	// Nobody's change is lost.
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := Update(t.Context(), path, func(f *File) error {
				f.Users = append(f.Users, User{Name: "user" + string(rune('a'+i)), Password: reference, Role: Viewer})
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if f, err := ReadFile(path); err != nil || len(f.Users) != 11 {
		t.Error(f, err)
	}
	// Who has the lock is waited for until ctx ends.
	if err := Update(t.Context(), path, func(*File) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		wantError(t, Update(ctx, path, func(*File) error { return nil }), context.DeadlineExceeded)
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestFileRights(t *testing.T) {
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a folder is read")
	}
	if runtime.GOOS == "windows" {
		return // it has no such modes
	}
	path := usersFile(t)
	for _, mode := range []fs.FileMode{0o604, 0o640, 0o620, 0o602} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), "others may use") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := errors.Join(os.Chmod(path, 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	change(t, link, func(f *File) { f.Users = f.Users[:1] })
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link is replaced", err)
	}
	if f, err := ReadFile(path); err != nil || len(f.Users) != 1 {
		t.Error(f, err)
	}
}

// FuzzParse: a file that is taken leaves nothing open.
func FuzzParse(f *testing.F) {
	f.Add([]byte(goodUser + goodToken))
	f.Add([]byte("users: [{name: kim}]"))
	f.Add([]byte("users: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		for _, u := range file.Users {
			if !u.Role.Valid() || CheckName(u.Name) != nil {
				t.Errorf("%q gives %+v", data, u)
			}
		}
	})
}
