package facts

import (
	"strings"
	"time"
)

// SignIn is one sign-in name with every account and every database entry that
// holds it. It is the unit in which users are streamed: all that can be judged
// of a user is in one SignIn and the [Deployment].
//
// SignIns come in ascending order of Address, each address once, except the
// empty address: accounts and entries without a usable address come first, each
// in a SignIn of its own.
type SignIn struct {
	Address  string    `json:"address"` // as [NormalizeAddress] gives it
	Accounts []Account `json:"accounts,omitempty"`
	Entries  []Entry   `json:"entries,omitempty"`
}

// Account is an Active Directory account with at least one LCS attribute.
type Account struct {
	DN               string     `json:"dn"`
	Name             string     `json:"name,omitempty"` // display name, or the logon name
	GUID             string     `json:"guid,omitempty"`
	SID              string     `json:"sid,omitempty"`           // objectSid
	OriginatorSID    string     `json:"originatorSid,omitempty"` // msRTCSIP-OriginatorSid: the logon account of a resource forest
	Address          string     `json:"uri,omitempty"`           // msRTCSIP-PrimaryUserAddress as stored, e.g. sip:kim@contoso.com
	Enabled          bool       `json:"enabled,omitempty"`       // msRTCSIP-UserEnabled is TRUE
	HomeServer       string     `json:"home,omitempty"`          // msRTCSIP-PrimaryHomeServer, else msRTCSIP-HomeServerString
	TargetHomeServer string     `json:"target,omitempty"`        // set while the user is being moved
	TargetSince      *time.Time `json:"targetSince,omitempty"`   // when TargetHomeServer was last written; nil if not known
}

// Entry is a user's row in an RTC database.
type Entry struct {
	Database   string  `json:"db"` // [Database.Name]
	ResourceID int64   `json:"id"`
	Address    string  `json:"uri"`           // UserAtHost as stored
	SID        *string `json:"sid,omitempty"` // nil is NULL; S-1-… if well formed, else the raw text or 0x… octets
	GUID       *string `json:"guid,omitempty"`
	// DirectoryRow says whether the row has its counterpart in the table that
	// mirrors the directory; nil if the database has no such table.
	DirectoryRow *bool `json:"dir,omitempty"`
}

// NormalizeAddress returns the form in which addresses are compared: without
// the sip: scheme, without surrounding blanks, in lower case.
func NormalizeAddress(uri string) string {
	s := strings.ToLower(strings.TrimSpace(uri))
	s = strings.TrimPrefix(s, "sip:")
	return strings.TrimSpace(s)
}

// AddressDomain returns the part of a normalized address after the last @, or
// an empty string if there is none.
func AddressDomain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return address[at+1:]
}
