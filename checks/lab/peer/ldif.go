package peer

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf16"
)

// placeholder stands for a forest's base DN in LDIF and in the DNs of a [Forest], as it
// does in the schema files of Microsoft's products.
const placeholder = "DC=X"

var placeholderAtEnd = regexp.MustCompile(`(?m)\b` + placeholder + `$`)

// resolve puts the base DN in place of DC=X wherever a line ends with it.
func resolve(ldif, baseDN string) string {
	return placeholderAtEnd.ReplaceAllLiteralString(ldif, baseDN)
}

// attribute is one attribute of an LDIF record. Without values it is left out.
type attribute struct {
	name   string
	values []string
}

// attr returns an attribute with the values that are not empty.
func attr(name string, values ...string) attribute {
	a := attribute{name: name}
	for _, v := range values {
		if v != "" {
			a.values = append(a.values, v)
		}
	}
	return a
}

// ldif writes change records (RFC 2849).
type ldif struct {
	b      strings.Builder
	baseDN string
}

func (l *ldif) add(dn string, attributes ...attribute) {
	l.line("dn", dn)
	l.line("changetype", "add")
	for _, a := range attributes {
		for _, v := range a.values {
			l.line(a.name, v)
		}
	}
	l.b.WriteByte('\n')
}

func (l *ldif) addValue(dn, name, value string) {
	l.line("dn", dn)
	l.line("changetype", "modify")
	l.line("add", name)
	l.line(name, value)
	l.b.WriteString("-\n\n")
}

func (l *ldif) remove(dn string) {
	l.line("dn", dn)
	l.line("changetype", "delete")
	l.b.WriteByte('\n')
}

func (l *ldif) line(name, value string) {
	value = resolve(value, l.baseDN)
	if safe(value) {
		l.b.WriteString(name + ": " + value + "\n")
		return
	}
	l.b.WriteString(name + ":: " + base64.StdEncoding.EncodeToString([]byte(value)) + "\n")
}

// safe reports whether a value may stand in LDIF as it is (SAFE-STRING of RFC 2849,
// without a blank at the end).
func safe(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return value == "" || !strings.ContainsAny(value[:1], " :<") && !strings.HasSuffix(value, " ")
}

// unicodePwd returns a password as that attribute takes it: in quotes, as UTF-16LE
// (MS-ADTS 3.1.1.3.1.5.1).
func unicodePwd(password string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(`"` + password + `"`)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}
