package host

import (
	"strings"
	"time"
)

// FormatVersion is the version of the host format that [Writer] writes, and
// the newest that is read.
const FormatVersion = 1

// product marks the first line of a host file, since other programs write
// lines of JSON as well.
const product = "lcshealth-host"

// The kinds of line. FORMAT.md describes each.
const (
	kindHeader      = "header"
	kindWMI         = "wmi"
	kindCertificate = "certificate"
	kindEvent       = "event"
	kindHotfix      = "hotfix"
	kindPort        = "port"
	kindRegistry    = "registry"
	kindDatabase    = "database"
	kindDBColumn    = "dbcolumn"
	kindDBRow       = "dbrow"
	kindMissing     = "missing"
	kindEnd         = "end"
	kindTrailer     = "trailer"
)

// Header is the first line of a host file.
type Header struct {
	Tool      string    // what made the file, with its version
	Host      string    // FQDN of the host
	StartedAt time.Time // by the host's clock
}

// The stores of certificates that make facts.
const (
	StoreMy       = `LocalMachine\MY`
	StoreCA       = `LocalMachine\CA`
	StoreRoot     = `LocalMachine\ROOT`
	StoreUserRoot = `CurrentUser\ROOT` // of every profile that was read
)

// Part is what can be complete or not: the instances of a WMI class, the rows
// of another kind, the certificates of one store, or the rows of one table.
type Part struct {
	Class string // of WMI, or the kind of line: event, hotfix, port, certificate, …
	Of    string // of certificates the store, such as [StoreMy]; of database rows the table; otherwise empty
}

// String gives the part's name as messages have it.
func (p Part) String() string {
	if p.Of == "" {
		return p.Class
	}
	return p.Class + " " + p.Of
}

// partAliases are WMI classes with the same rows as a kind of line. Each is
// one part with that kind.
var partAliases = map[string]string{
	"win32_ntlogevent":          kindEvent,
	"win32_quickfixengineering": kindHotfix,
}

// partOf has which field of a row says what it is a part of, besides its class.
var partOf = map[string]string{
	kindCertificate: "store",
	kindDBRow:       "table",
}

// newPart returns the part of the given class that a row belongs to, or that an
// end tells of.
func newPart(class string, r *row) Part {
	p := Part{Class: class}
	if field, ok := partOf[p.key().Class]; ok {
		p.Of = r.text(field)
		if p.Of == "" {
			r.fail("%s is missing", field)
		}
	}
	return p
}

// key returns the part's name in the form in which parts are compared: without
// regard to case, as WMI and certificate stores are.
func (p Part) key() Part {
	k := Part{strings.ToLower(p.Class), strings.ToLower(strings.ReplaceAll(p.Of, "/", `\`))}
	if alias, ok := partAliases[k.Class]; ok {
		k.Class = alias
	}
	return k
}
