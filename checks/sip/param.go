package sip

import "strings"

// Param is a parameter of a header.
type Param struct {
	Name   string
	Value  string // without quotes and escapes
	Quoted bool   // it came, or is to be written, as a quoted string
}

// String writes the parameter as it stands in a header.
func (p Param) String() string {
	switch {
	case p.Quoted:
		return p.Name + `="` + escape.Replace(p.Value) + `"`
	case p.Value == "":
		return p.Name
	case p.Name == "":
		return p.Value
	default:
		return p.Name + "=" + p.Value
	}
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// get returns the value of the first parameter of that name, or "".
func get(params []Param, name string) string {
	for _, p := range params {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// has says whether there is a parameter of that name.
func has(params []Param, name string) bool {
	for _, p := range params {
		if strings.EqualFold(p.Name, name) {
			return true
		}
	}
	return false
}

// parseParams reads what stands behind the first semicolon of "uri;a=b;c".
func parseParams(text string) (params []Param) {
	for _, part := range split(text, ';') {
		name, value, _ := strings.Cut(part, "=")
		p := Param{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
		if s := (scanner{text: p.Value}); p.Name != "" {
			if quoted, ok := s.quoted(); ok {
				p.Value, p.Quoted = quoted, true
			}
			params = append(params, p)
		}
	}
	return params
}

// split splits at a separator outside of quoted strings and angle brackets. The
// parts have no blanks around them, and empty ones are left out.
func split(text string, separator byte) (parts []string) {
	s := scanner{text: text}
	from := 0
	cut := func() {
		if part := strings.Trim(text[from:s.at], " \t"); part != "" {
			parts = append(parts, part)
		}
	}
	brackets := true // an opening bracket ahead may have its closing one
	for s.at < len(text) {
		switch c := text[s.at]; {
		case c == separator:
			cut()
			s.at++
			from = s.at
		case c == '"':
			if _, ok := s.quoted(); !ok {
				s.at++
			}
		case c == '<' && brackets:
			n := strings.IndexByte(text[s.at:], '>')
			brackets = n >= 0
			s.at += max(n, 1)
		default:
			s.at++
		}
	}
	cut()
	return parts
}

// scanner reads a header's value from left to right. It looks at each octet a
// bounded number of times, whatever the value is.
type scanner struct {
	text string
	at   int
	open bool // a quote was found that is never closed; those behind it are like any other octet
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) blanks() {
	for isBlank(s.peek()) {
		s.at++
	}
}

// word reads octets up to one of the stops, or the end.
func (s *scanner) word(stops string) string {
	from := s.at
	if n := strings.IndexAny(s.text[from:], stops); n >= 0 {
		s.at += n
	} else {
		s.at = len(s.text)
	}
	return s.text[from:s.at]
}

// token reads a token (RFC 3261, section 25.1), or nothing.
func (s *scanner) token() string {
	from := s.at
	for s.at < len(s.text) && isTokenOctet(s.text[s.at]) {
		s.at++
	}
	return s.text[from:s.at]
}

// quoted reads a quoted string. Without one, or without its end, it stays where
// it is.
func (s *scanner) quoted() (string, bool) {
	if s.peek() != '"' || s.open {
		return "", false
	}
	var value strings.Builder
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return value.String(), true
		case c == '\\' && i+1 < len(s.text):
			i++
			value.WriteByte(s.text[i])
		default:
			value.WriteByte(c)
		}
	}
	s.open = true
	return "", false
}
