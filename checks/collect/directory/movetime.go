package directory

import (
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const moveAttribute = "msRTCSIP-TargetHomeServer"

// movesPage is small, since the metadata of one account is some 20 kB of XML.
const movesPage = 100

// readMoves returns, by DN, since when accounts of the domain have a target
// home server. Accounts for which this is not known are left out; that it
// cannot be read at all is a warning, for the rest of an account does not
// depend on it.
func (r *reader) readMoves(ctx context.Context, d *domain) map[string]*time.Time {
	since := map[string]*time.Time{}
	if !r.schema.has(moveAttribute) {
		return since
	}
	err := r.pages(ctx, d.at, query{
		what: "since when accounts of " + d.name + " are moved", base: d.dn, scope: ldap.ScopeWholeSubtree, page: movesPage,
		filter: "(" + moveAttribute + "=*)", attributes: []string{"msDS-ReplAttributeMetaData", "replPropertyMetaData"},
	}, func(entries []*ldap.Entry) error {
		for _, e := range entries {
			if at, ok := r.lastWritten(e); ok {
				since[e.DN] = &at
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		r.session.Warn("%s", oneLine(err))
	}
	return since
}

// lastWritten finds when the target home server was written, from either form
// of an object's replication metadata.
func (r *reader) lastWritten(e *ldap.Entry) (time.Time, bool) {
	for _, value := range e.GetEqualFoldAttributeValues("msDS-ReplAttributeMetaData") {
		if at, ok := xmlWritten(value); ok {
			return at, true
		}
	}
	// In the binary form attributes are numbers. That of a schema extension
	// is its msDS-IntId; without one it depends on a table of the controller,
	// and is not guessed.
	id := r.schema.names[strings.ToLower(moveAttribute)]
	if id < 0x80000000 {
		return time.Time{}, false
	}
	at, ok, err := binaryWritten(e.GetEqualFoldRawAttributeValue("replPropertyMetaData"), id)
	if err != nil {
		r.warnOnce("the replPropertyMetaData of accounts cannot be decoded: %s", err)
	}
	return at, ok
}

// xmlWritten reads one value of msDS-ReplAttributeMetaData, the XML of a
// DS_REPL_ATTR_META_DATA (MS-ADTS 3.1.1.4.5.17), if it is about the target
// home server.
func xmlWritten(value string) (time.Time, bool) {
	if !strings.Contains(value, moveAttribute) {
		return time.Time{}, false
	}
	var meta struct {
		Name string `xml:"pszAttributeName"`
		Time string `xml:"ftimeLastOriginatingChange"`
	}
	if err := xml.Unmarshal([]byte(strings.TrimRight(value, "\x00\n ")), &meta); err != nil || !strings.EqualFold(meta.Name, moveAttribute) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(meta.Time))
	return at.UTC().Truncate(time.Second), err == nil && at.Year() > 1601
}

// The stored form of replPropertyMetaData (MS-ADTS 3.1.1.1.9 names its
// parts): a header with the version and the number of entries, and entries
// with the attribute's number, its version and the time of the last
// originating write in seconds since 1601, followed by who wrote it.
const (
	metaHeader = 16
	metaEntry  = 48
)

// binaryWritten reads when the attribute with the given number was written
// last. ok is false if the object has no such entry.
func binaryWritten(b []byte, id uint32) (at time.Time, ok bool, err error) {
	if len(b) == 0 {
		return time.Time{}, false, nil
	}
	if len(b) < metaHeader || binary.LittleEndian.Uint32(b) != 1 {
		return time.Time{}, false, errors.New("unknown version")
	}
	count := uint64(binary.LittleEndian.Uint32(b[8:]))
	if uint64(len(b)) != metaHeader+metaEntry*count {
		return time.Time{}, false, errors.New("cut short")
	}
	for b = b[metaHeader:]; len(b) > 0; b = b[metaEntry:] {
		if binary.LittleEndian.Uint32(b) != id {
			continue
		}
		seconds := binary.LittleEndian.Uint64(b[8:])
		if seconds == 0 || seconds > 1<<36 { // until the year 3778
			return time.Time{}, false, nil
		}
		return time.Date(1601, 1, 1, 0, 0, int(seconds), 0, time.UTC), true, nil //nolint:gosec // bounded above
	}
	return time.Time{}, false, nil
}
