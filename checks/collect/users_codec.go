package collect

import (
	"encoding/binary"
	"errors"
	"time"

	"lcshealth/checks/facts"
)

// raw is a record put aside: the address to sort by, an octet that tells kind
// and flags, and the fields. Texts have their length before them, numbers are
// varints. An address that is stored as usual is not there twice, and the few
// home servers are there by number. Records never outlive the process, so the
// form has no version.
type raw []byte

// codec writes and reads records. It may not be used by two goroutines at the
// same time while it writes.
type codec struct {
	homes   []string // by number
	numbers map[string]uint64
}

// maxHomes is how many names of home servers have a number. A forest has
// fewer; what is beyond is written out.
const maxHomes = 10_000

// record is an account or an entry with the address to sort by.
type record struct {
	address string
	isEntry bool
	account facts.Account
	entry   facts.Entry
}

// Flags of both kinds, of accounts and of entries.
const (
	isEntry      byte = 1 << 7
	usualAddress byte = 1 << 6 // sip: and the address it is sorted by; of an entry that address

	enabled  byte = 1 << 0
	hasSince byte = 1 << 1

	hasSID          byte = 1 << 0
	hasGUID         byte = 1 << 1
	hasDirectoryRow byte = 1 << 2
	directoryRow    byte = 1 << 3
)

var errRecord = errors.New("a record is damaged")

func (c *codec) appendAccount(b []byte, address string, a *facts.Account) []byte {
	const scheme = "sip:"
	usual := len(a.Address) == len(scheme)+len(address) && a.Address[:len(scheme)] == scheme && a.Address[len(scheme):] == address
	b = appendTexts(b, address)
	b = append(b, flag(a.Enabled, enabled)|flag(a.TargetSince != nil, hasSince)|flag(usual, usualAddress))
	b = appendTexts(b, a.GUID, a.DN, a.Name, a.SID, a.OriginatorSID)
	if !usual {
		b = appendTexts(b, a.Address)
	}
	b = c.appendHome(c.appendHome(b, a.HomeServer), a.TargetHomeServer)
	if a.TargetSince != nil {
		b = binary.AppendVarint(b, a.TargetSince.Unix())
	}
	return b
}

func (c *codec) appendEntry(b []byte, address string, e *facts.Entry) []byte {
	usual := e.Address == address
	b = appendTexts(b, address)
	b = append(b, isEntry|flag(e.SID != nil, hasSID)|flag(e.GUID != nil, hasGUID)|flag(usual, usualAddress)|
		flag(e.DirectoryRow != nil, hasDirectoryRow)|flag(e.DirectoryRow != nil && *e.DirectoryRow, directoryRow))
	b = binary.AppendVarint(b, e.ResourceID)
	b = appendTexts(b, e.Database)
	if !usual {
		b = appendTexts(b, e.Address)
	}
	if e.SID != nil {
		b = appendTexts(b, *e.SID)
	}
	if e.GUID != nil {
		b = appendTexts(b, *e.GUID)
	}
	return b
}

// appendHome appends the number of a home server plus one, or nought and its
// name.
func (c *codec) appendHome(b []byte, name string) []byte {
	n, known := c.numbers[name]
	if !known && len(c.homes) < maxHomes {
		if c.numbers == nil {
			c.numbers = map[string]uint64{}
		}
		c.homes = append(c.homes, name)
		n, known = uint64(len(c.homes)), true
		c.numbers[name] = n
	}
	if !known {
		return appendTexts(append(b, 0), name)
	}
	return binary.AppendUvarint(b, n)
}

func appendTexts(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

// parts are what records are ordered by: the address, whether it is an entry,
// and what identifies the account (its GUID, or its DN without one) or the
// entry (its database and number). Of a damaged record they are empty.
func (r raw) parts() (address []byte, entry bool, name []byte, number int64) {
	address, rest := cutText(r)
	if len(rest) == 0 {
		return nil, false, nil, 0
	}
	flags, rest := rest[0], rest[1:]
	if flags&isEntry != 0 {
		number, size := binary.Varint(rest)
		name, _ = cutText(rest[max(size, 0):])
		return address, true, name, number
	}
	name, rest = cutText(rest)
	if len(name) == 0 {
		name, _ = cutText(rest)
	}
	return address, false, name, 0
}

// cutText cuts a text off b; both are nil if b is damaged.
func cutText(b []byte) (text, rest []byte) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil
	}
	b = b[size:]
	return b[:n], b[n:]
}

// decode reads a record. All of its texts share one string.
func (c *codec) decode(r raw, to *record) error {
	f := fields{octets: r, text: string(r)}
	*to = record{address: f.next()}
	flags := f.octet()
	if to.isEntry = flags&isEntry != 0; to.isEntry {
		decodeEntry(&f, flags, to.address, &to.entry)
		return f.end()
	}
	a := &to.account
	a.Enabled = flags&enabled != 0
	a.GUID, a.DN, a.Name, a.SID, a.OriginatorSID = f.next(), f.next(), f.next(), f.next(), f.next()
	if flags&usualAddress == 0 {
		a.Address = f.next()
	} else {
		a.Address = "sip:" + to.address
	}
	a.HomeServer, a.TargetHomeServer = c.home(&f), c.home(&f)
	if flags&hasSince != 0 {
		since := time.Unix(f.number(), 0).UTC()
		a.TargetSince = &since
	}
	return f.end()
}

func decodeEntry(f *fields, flags byte, address string, e *facts.Entry) {
	// One piece of memory for what an entry points at.
	to := &struct {
		sid, guid string
		row       bool
	}{}
	e.ResourceID = f.number()
	e.Database, e.Address = f.next(), address
	if flags&usualAddress == 0 {
		e.Address = f.next()
	}
	if flags&hasSID != 0 {
		to.sid, e.SID = f.next(), &to.sid
	}
	if flags&hasGUID != 0 {
		to.guid, e.GUID = f.next(), &to.guid
	}
	if flags&hasDirectoryRow != 0 {
		to.row, e.DirectoryRow = flags&directoryRow != 0, &to.row
	}
}

// home reads what appendHome wrote.
func (c *codec) home(f *fields) string {
	switch n := f.count(); {
	case n == 0:
		return f.next()
	case n > uint64(len(c.homes)):
		f.bad = true
		return ""
	default:
		return c.homes[n-1]
	}
}

// fields reads the fields of a record, until one is damaged.
type fields struct {
	octets []byte
	text   string // the same
	at     int
	bad    bool
}

func (f *fields) next() string {
	n, size := binary.Uvarint(f.octets[f.at:])
	if size <= 0 || n > uint64(len(f.octets)-f.at-size) {
		f.bad = true
		return ""
	}
	start := f.at + size
	f.at = start + int(n) //nolint:gosec // bounded above
	return f.text[start:f.at]
}

func (f *fields) count() uint64 {
	n, size := binary.Uvarint(f.octets[f.at:])
	if size <= 0 {
		f.bad = true
		return 0
	}
	f.at += size
	return n
}

func (f *fields) number() int64 {
	n, size := binary.Varint(f.octets[f.at:])
	if size <= 0 {
		f.bad = true
		return 0
	}
	f.at += size
	return n
}

func (f *fields) octet() byte {
	if f.at >= len(f.octets) {
		f.bad = true
		return 0
	}
	f.at++
	return f.octets[f.at-1]
}

// end tells a record that was not read exactly to its end.
func (f *fields) end() error {
	if f.bad || f.at != len(f.octets) {
		return errRecord
	}
	return nil
}
