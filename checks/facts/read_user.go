package facts

import (
	"encoding/json"
	"strings"
	"time"
)

// readUser reads a line of kind user. Nearly all are in the very form that
// [Writer] gives them, and are read without the machinery of encoding/json,
// which needs seven times as long: there may be a million. All else, such as a
// line with fields that are not known, is left to encoding/json.
func readUser(text []byte) (*SignIn, error) {
	p := userParser{text: string(text), whole: true}
	u := p.user()
	if p.whole && p.at == len(p.text) {
		return u, nil
	}
	l, err := data[SignIn](text)
	return &l, err
}

// userParser reads a line from its beginning to where it has another form than
// the usual one. What it read till then is not used.
type userParser struct {
	text  string // all texts of the user share it
	at    int
	whole bool // nothing was unusual so far
}

func (p *userParser) user() *SignIn {
	// In one piece, with the room that nearly all need.
	u := &struct {
		SignIn
		account [1]Account
		entry   [1]Entry
	}{}
	p.must(`{"kind":"user","data":{"address":`)
	u.Address = p.quoted()
	if p.is(`,"accounts":[`) {
		u.Accounts = u.account[:0]
		for p.whole {
			u.Accounts = append(u.Accounts, p.account())
			if !p.is(`,`) {
				break
			}
		}
		p.must(`]`)
	}
	if p.is(`,"entries":[`) {
		u.Entries = u.entry[:0]
		for p.whole {
			u.Entries = append(u.Entries, p.entry())
			if !p.is(`,`) {
				break
			}
		}
		p.must(`]`)
	}
	p.must(`}}`)
	return &u.SignIn
}

func (p *userParser) account() (a Account) {
	p.must(`{"dn":`)
	a.DN = p.quoted()
	a.Name = p.optional(`,"name":`)
	a.GUID = p.optional(`,"guid":`)
	a.SID = p.optional(`,"sid":`)
	a.OriginatorSID = p.optional(`,"originatorSid":`)
	a.Address = p.optional(`,"uri":`)
	a.Enabled = p.is(`,"enabled":true`)
	a.HomeServer = p.optional(`,"home":`)
	a.TargetHomeServer = p.optional(`,"target":`)
	if p.is(`,"targetSince":`) {
		start := p.at
		p.quoted()
		a.TargetSince = new(time.Time)
		if err := a.TargetSince.UnmarshalJSON([]byte(p.text[start:p.at])); err != nil {
			p.whole = false
		}
	}
	p.must(`}`)
	return a
}

func (p *userParser) entry() Entry {
	// One piece of memory for what the entry points at.
	to := &struct {
		sid, guid string
		row       bool
	}{}
	var e Entry
	p.must(`{"db":`)
	e.Database = p.quoted()
	p.must(`,"id":`)
	e.ResourceID = p.number()
	p.must(`,"uri":`)
	e.Address = p.quoted()
	if p.is(`,"sid":`) {
		to.sid, e.SID = p.quoted(), &to.sid
	}
	if p.is(`,"guid":`) {
		to.guid, e.GUID = p.quoted(), &to.guid
	}
	if p.is(`,"dir":`) {
		to.row, e.DirectoryRow = p.is(`true`), &to.row
		if !to.row {
			p.must(`false`)
		}
	}
	p.must(`}`)
	return e
}

// is goes on behind s if that comes next.
func (p *userParser) is(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *userParser) must(s string) { p.whole = p.is(s) && p.whole }

func (p *userParser) optional(key string) string {
	if p.is(key) {
		return p.quoted()
	}
	return ""
}

// quoted reads a string.
func (p *userParser) quoted() (s string) {
	if !p.is(`"`) {
		p.whole = false
		return ""
	}
	start := p.at
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			s = p.text[start:p.at]
			p.at++
			return s
		case c == '\\':
			return p.escaped(start)
		case c < ' ' || c > '~':
			p.whole = false
			return ""
		}
	}
	p.whole = false
	return ""
}

// escaped reads the string that begins at start. Distinguished names often
// have an escaped comma.
func (p *userParser) escaped(start int) (s string) {
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '"':
			p.at++
			if err := json.Unmarshal([]byte(p.text[start-1:p.at]), &s); err != nil {
				p.whole = false
			}
			return s
		case '\\':
			p.at++ // what follows does not end the string
		}
	}
	p.at, p.whole = len(p.text), false
	return ""
}

// number reads a whole number of at most 18 digits.
func (p *userParser) number() (n int64) {
	negative := p.is(`-`)
	start := p.at
	for p.at < len(p.text) && p.at-start < 18 && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		n = 10*n + int64(p.text[p.at]-'0')
		p.at++
	}
	if p.at == start || p.text[start] == '0' && p.at > start+1 {
		p.whole = false
	}
	if negative {
		return -n
	}
	return n
}
