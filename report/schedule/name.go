package schedule

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	plainName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	notPlain  = regexp.MustCompile(`[^a-z0-9]+`)
)

// nameLength bounds what of a scope is kept in a file name.
const nameLength = 48

// fileName is a scope as a part of a file name: of lower case letters, digits,
// - and _ only, which every file system keeps apart and /etc/cron.d accepts. Two
// scopes never share one: a scope that is changed gets a digest, behind the _
// that no scope keeps.
func fileName(scope string) string {
	if len(scope) <= nameLength && plainName.MatchString(scope) {
		return scope
	}
	kept := strings.Trim(notPlain.ReplaceAllString(strings.ToLower(scope), "-"), "-")
	kept = kept[:min(len(kept), nameLength)]
	return fmt.Sprintf("%s_%x", kept, sha256.Sum256([]byte(scope)))[:len(kept)+1+20]
}

// validScope refuses what cannot stand in a message or on a command line.
func validScope(scope string) error {
	if scope == "" {
		return errors.New("a scope has a name")
	}
	if err := printable(scope); err != nil {
		return fmt.Errorf("scope %q: %w", scope, err)
	}
	return nil
}

// printable refuses texts that break the lines or the encoding of a file.
func printable(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("it is not valid UTF-8")
	}
	if strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufffe' || r == '\uffff'
	}) {
		return errors.New("it holds a control character or a line break")
	}
	return nil
}
