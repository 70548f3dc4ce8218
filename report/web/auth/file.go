package auth

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"lcshealth/report"

	"go.yaml.in/yaml/v3"
)

// User is somebody who may sign in.
type User struct {
	Name     string `yaml:"name"`
	Password string `yaml:"password"` // a hash that [ParsePHC] reads
	Role     Role   `yaml:"role"`
	Disabled bool   `yaml:"disabled,omitempty"` // he may not sign in, and his tokens are worth nothing
}

// File is what the users file holds.
type File struct {
	Users  []User  `yaml:"users"`
	Tokens []Token `yaml:"tokens,omitempty"`
}

// Bounds of a users file: its octets and entries.
const (
	maxFile    = 4 << 20
	maxEntries = 10_000
)

// namePattern is that of names of users and tokens: nothing that has to be
// quoted, cleaned or folded, and no two that look alike.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// CheckName refuses what is no name of a user or a token.
func CheckName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%q is no name: up to 64 characters of a-z, 0-9, dot, hyphen, underscore and @, with a letter or a digit first", report.Clean(name))
	}
	return nil
}

// canonical returns the name that somebody means who signs in.
func canonical(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// User returns the user of that name.
func (f *File) User(name string) (User, bool) {
	i := slices.IndexFunc(f.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return User{}, false
	}
	return f.Users[i], true
}

// Usable reports whether anybody can sign in.
func (f *File) Usable() bool {
	return slices.ContainsFunc(f.Users, func(u User) bool { return !u.Disabled })
}

// ReadFile reads a users file. Except on Windows it refuses one that others
// than its owner may read or write. An error for a file that is not there is
// [fs.ErrNotExist].
func ReadFile(path string) (*File, error) {
	data, _, err := readFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func readFile(path string) ([]byte, fs.FileInfo, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the users: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("read the users: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("read the users: %s is no regular file", path)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, nil, fmt.Errorf("read the users: others may use %s, its mode is %04o\nrun chmod 600 on it", path, mode)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the users: %w", err)
	}
	return data, info, nil
}

// Parse reads the text of a users file. An empty one has no users. It refuses
// unknown keys, keys that are there twice, and whatever else leaves open who
// may do what.
func Parse(data []byte) (*File, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file has more than %d MiB", maxFile>>20)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	f := &File{}
	if err := decoder.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlError(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file goes on after its first document")
	}
	return f, f.Validate()
}

// quoted is what yaml quotes of a value that does not fit, which may be a hash.
var quoted = regexp.MustCompile("`[^`]*`")

func yamlError(err error) error {
	lines := []string{err.Error()}
	if e, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines = e.Errors
	}
	if len(lines) > 5 {
		lines = append(lines[:5], "and more")
	}
	for i, line := range lines {
		line = strings.ReplaceAll(strings.TrimPrefix(line, "yaml: "), "in type auth.File", "in the file")
		line = strings.NewReplacer("in type auth.User", "of a user", "in type auth.Token", "of a token").Replace(line)
		lines[i] = report.Clean(quoted.ReplaceAllString(line, "a value"))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// Validate refuses a file that leaves open who may do what: names that are
// none or there twice, unknown roles and scopes, hashes that are none, and
// tokens of nobody.
func (f *File) Validate() error {
	if len(f.Users) > maxEntries || len(f.Tokens) > maxEntries {
		return fmt.Errorf("the file has more than %d users or tokens", maxEntries)
	}
	users, tokens := map[string]bool{}, map[string]bool{}
	for _, u := range f.Users {
		if err := u.validate(); err != nil {
			return err
		}
		if users[u.Name] {
			return fmt.Errorf("user %s is there twice", u.Name)
		}
		users[u.Name] = true
	}
	for _, t := range f.Tokens {
		if err := t.validate(); err != nil {
			return err
		}
		if tokens[t.Name] {
			return fmt.Errorf("token %s is there twice", t.Name)
		}
		if !users[t.Owner] {
			return fmt.Errorf("token %s: its owner %q is no user", t.Name, report.Clean(t.Owner))
		}
		tokens[t.Name] = true
	}
	return nil
}

func (u User) validate() error {
	if err := CheckName(u.Name); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	if !u.Role.Valid() {
		return fmt.Errorf("user %s: role %q: it is viewer or operator", u.Name, report.Clean(string(u.Role)))
	}
	if _, err := ParsePHC(u.Password); err != nil {
		return fmt.Errorf("user %s: %w", u.Name, err)
	}
	return nil
}

func (t Token) validate() error {
	if err := CheckName(t.Name); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	digest, err := hex.DecodeString(t.SHA256)
	switch {
	case err != nil || len(digest) != 32 || t.SHA256 != strings.ToLower(t.SHA256):
		return fmt.Errorf("token %s: sha256 is no digest of 64 lower-case hexadecimal digits", t.Name)
	case !t.Scope.Valid():
		return fmt.Errorf("token %s: scope %q: it is read, run or admin", t.Name, report.Clean(string(t.Scope)))
	case t.Created.IsZero() || !t.Expires.After(t.Created):
		return fmt.Errorf("token %s: it has to expire, and after it was created", t.Name)
	case len(t.Last) != lastCharacters || report.Clean(t.Last) != t.Last:
		return fmt.Errorf("token %s: last is not the last %d characters of the token", t.Name, lastCharacters)
	}
	return nil
}
