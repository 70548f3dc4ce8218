// Package script holds the script that a Windows Server 2003 host is read
// with, where lcshealth itself cannot run. What the script writes, package host
// reads.
package script

import (
	_ "embed"
	"strings"
)

// Name is the file name that the script goes by.
const Name = "lcs-collect.vbs"

//go:embed lcs-collect.vbs
var text string

// Text returns the script, in ASCII and with the line ends of Windows. It names
// the given version, and so does what it writes.
func Text(version string) string {
	return strings.NewReplacer("\n", "\r\n", "@VERSION@", plain(version)).Replace(text)
}

// plain leaves of a version what can stand in a comment and in a string.
func plain(version string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' {
			return -1
		}
		return r
	}, version)
}
