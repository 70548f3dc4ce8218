package ldapd

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Controls this server does something about.
const (
	oidPaged       = "1.2.840.113556.1.4.319"  // RFC 2696
	oidDomainScope = "1.2.840.113556.1.4.1339" // no references to other partitions
	oidShowDeleted = "1.2.840.113556.1.4.417"  // nothing is ever deleted here
	oidSDFlags     = "1.2.840.113556.1.4.801"  // descriptors are returned as they are stored
)

// SupportedControls returns the OIDs of the controls that the server knows,
// the default of the rootDSE's supportedControl.
func SupportedControls() []string {
	return []string{oidPaged, oidDomainScope, oidShowDeleted, oidSDFlags}
}

// A page is the request control of RFC 2696.
type page struct {
	size   int
	cookie []byte
}

func parsePage(value []byte) (page, error) {
	p, err := decode(value)
	if err != nil {
		return page{}, err
	}
	f := fieldsOf(p)
	size := f.integer(ber.TagInteger, 0, math.MaxInt32)
	cookie := f.octets()
	return page{size: int(size), cookie: []byte(cookie)}, f.err
}

// A position is where a paged search goes on.
type position struct {
	next uint64 // index of the next candidate to look at
	sent uint64 // entries on the pages before
}

const cookieSize = 16 + sha256.Size

// A pager writes positions into cookies. A cookie carries all that is needed
// to go on, on any connection, and is signed, so that it is good for the
// search that it came from and for no other.
type pager struct{ key [32]byte }

func (p *pager) cookie(at position, req *searchRequest) string {
	b := binary.BigEndian.AppendUint64(nil, at.next)
	b = binary.BigEndian.AppendUint64(b, at.sent)
	return string(append(b, p.sign(b, req)...))
}

// position reads a cookie. The empty one is where every search starts.
func (p *pager) position(cookie []byte, req *searchRequest) (position, bool) {
	if len(cookie) == 0 {
		return position{}, true
	}
	if len(cookie) != cookieSize || !hmac.Equal(cookie[16:], p.sign(cookie[:16], req)) {
		return position{}, false
	}
	return position{next: binary.BigEndian.Uint64(cookie), sent: binary.BigEndian.Uint64(cookie[8:])}, true
}

func (p *pager) sign(at []byte, req *searchRequest) []byte {
	mac := hmac.New(sha256.New, p.key[:])
	mac.Write(at)
	mac.Write([]byte{byte(req.scope)})
	mac.Write(req.filter.Bytes()) // says how long it is, so the base cannot run into it
	mac.Write([]byte(req.base))
	return mac.Sum(nil)
}

// pageControl appends the response control of RFC 2696. The size of the whole
// result is unknown, which is 0.
func (e *encoder) pageControl(cookie string) {
	e.begin(tagControls)
	e.begin(tagSequence)
	e.octets(tagOctets, oidPaged)
	e.begin(tagOctets) // an OCTET STRING whose content is BER
	e.begin(tagSequence)
	e.integer(tagInteger, 0)
	e.octets(tagOctets, cookie)
	e.end()
	e.end()
	e.end()
	e.end()
}
