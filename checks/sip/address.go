package sip

import "strings"

// Address is what From, To and Contact hold (RFC 3261, section 20.10).
type Address struct {
	Display string // display name, without quotes
	URI     string // without angle brackets; "*" for every contact
	Params  []Param
}

// Tag returns the parameter tag, or "".
func (a Address) Tag() string { return get(a.Params, "tag") }

// Epid returns the identifier by which LCS tells a user's clients apart, or "".
func (a Address) Epid() string { return get(a.Params, "epid") }

// Param returns the value of a parameter. It is not ok if there is none of that
// name.
func (a Address) Param(name string) (value string, ok bool) {
	return get(a.Params, name), has(a.Params, name)
}

// From returns the header From. It is not ok without the header.
func (m *Message) From() (Address, bool) { return m.address("From") }

// To returns the header To. It is not ok without the header.
func (m *Message) To() (Address, bool) { return m.address("To") }

func (m *Message) address(name string) (Address, bool) {
	values := m.Values(name)
	if len(values) == 0 {
		return Address{}, false
	}
	return parseAddress(values[0]), true
}

// Contacts returns the contacts: where a redirected client is to go, or where a
// user is registered.
func (m *Message) Contacts() (contacts []Address) {
	for _, value := range m.Values("Contact") {
		for _, text := range split(value, ',') {
			contacts = append(contacts, parseAddress(text))
		}
	}
	return contacts
}

// parseAddress reads a name and address with parameters. Where the brackets are
// forgotten, as in an example of MS-SIP, section 4.2, the last word is the URI.
func parseAddress(text string) (a Address) {
	s := scanner{text: text}
	s.blanks()
	a.Display, _ = s.quoted()
	rest := text[s.at:]
	var before string
	if i := strings.IndexAny(rest, "<;"); i >= 0 && rest[i] == '<' {
		uri, after, _ := strings.Cut(rest[i+1:], ">")
		_, params, _ := strings.Cut(after, ";")
		before, a.URI, a.Params = rest[:i], strings.TrimSpace(uri), parseParams(params)
	} else {
		head, params, _ := strings.Cut(rest, ";")
		head = strings.TrimRight(head, " \t")
		last := strings.LastIndexAny(head, " \t") + 1
		before, a.URI, a.Params = head[:last], head[last:], parseParams(params)
	}
	if a.Display == "" {
		a.Display = strings.TrimSpace(before)
	}
	return a
}
