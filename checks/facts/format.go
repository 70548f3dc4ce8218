package facts

import "time"

// FormatVersion is the version of the stored form that this package writes,
// and the newest that it reads.
const FormatVersion = 2

// The kinds of line of the stored form, in the order in which they come.
// FORMAT.md describes each.
const (
	kindHeader    = "header"
	kindSource    = "source"
	kindDirectory = "directory"
	kindServer    = "server"
	kindDatabase  = "database"
	kindWire      = "wire"
	kindLookup    = "lookup" // since format 2
	kindUser      = "user"
	kindTrailer   = "trailer"
)

// Header is the first line of stored facts.
type Header struct {
	Format      int       `json:"format"`
	Tool        string    `json:"tool"` // lcshealth and its version
	CollectedAt time.Time `json:"collectedAt"`
	Config      string    `json:"config,omitempty"` // digest of the configuration
	// Redacted tells by which key names were replaced by pseudonyms; eight
	// hexadecimal digits. Empty: they were not.
	Redacted string `json:"redacted,omitempty"`
}

// trailer is the last line. A file without it was cut short.
type trailer struct {
	Lines  int    `json:"lines"` // before the trailer
	Users  int    `json:"users"`
	Digest string `json:"digest"` // SHA-256 of all octets before the trailer, in hexadecimal
}

// line is one line of the stored form.
type line[T any] struct {
	Kind string `json:"kind"`
	Data T      `json:"data"`
}
