package wmid

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf16"
)

// Objects are encoded as MS-WMIO says. What is of variable length lies in a
// heap, and is referred to by its offset there. The encoder is not that of the
// library that clients in Go use, so that both cannot share a mistake.

const (
	wmioSignature = 0x12345678
	nullRef       = 0xFFFFFFFF
	heapFlag      = 0x80000000

	// References to words that every heap is thought to hold (2.2.80).
	wordKey     = heapFlag | 1
	wordCIMType = heapFlag | 10
)

var le = binary.LittleEndian

// schema is a class as it is encoded.
type schema struct {
	name       string
	derivation []string
	properties []Property
	methods    []method
	direction  string // "in" or "out", when it describes the parameters of a method
	firstID    int32  // the number of the first parameter
}

type method struct {
	name    string
	in, out schema
}

type heap []byte

func (h *heap) add(b []byte) uint32 {
	at := uint32(len(*h))
	*h = append(*h, b...)
	return at
}

// sized puts the length of b, which counts itself, before it (2.2.73).
func sized(b []byte) []byte {
	return append(le.AppendUint32(nil, uint32(len(b)+4)), b...)
}

// sealed is a heap as it stands behind its table (2.2.66).
func (h heap) sealed() []byte {
	return append(le.AppendUint32(nil, uint32(len(h))|heapFlag), h...)
}

// encodedString drops the upper octets where they are all zero (2.2.78), so
// that é is one octet.
func encodedString(s string) []byte {
	units := utf16.Encode([]rune(s))
	if !slices.ContainsFunc(units, func(u uint16) bool { return u > 0xFF }) {
		b := []byte{0}
		for _, u := range units {
			b = append(b, byte(u))
		}
		return append(b, 0)
	}
	b := []byte{1}
	for _, u := range units {
		b = le.AppendUint16(b, u)
	}
	return append(b, 0, 0)
}

// qualifier encodes one (2.2.60): a name, how it is passed on, type and value.
func qualifier(name uint32, flavor byte, t Type, value uint32) []byte {
	b := append(le.AppendUint32(nil, name), flavor)
	b = le.AppendUint32(b, uint32(t))
	return t.put(b, uint64(value))
}

// classPart encodes properties without methods (2.2.15). None has a default.
func (s schema) classPart() []byte {
	var h heap
	name := uint32(nullRef)
	if s.name != "" {
		name = h.add(encodedString(s.name))
	}
	// The table of names is sorted, everything else is in order of declaration.
	type lookup struct {
		name     string
		ref, inf uint32
	}
	lookups := make([]lookup, len(s.properties))
	offset := uint32(0)
	for i, p := range s.properties {
		lookups[i] = lookup{name: p.Name, ref: h.add(encodedString(p.Name)), inf: uint32(len(h))}
		info := le.AppendUint32(nil, uint32(p.Type))
		info = le.AppendUint16(info, uint16(i))
		info = le.AppendUint32(info, offset)
		info = le.AppendUint32(info, 0) // declared by this class
		offset += uint32(p.Type.size())
		s.describe(&h, info, i)
	}
	slices.SortFunc(lookups, func(a, b lookup) int { return cmp.Compare(strings.ToUpper(a.name), strings.ToUpper(b.name)) })

	var derivation []byte
	for _, parent := range s.derivation {
		enc := encodedString(parent)
		derivation = le.AppendUint32(append(derivation, enc...), uint32(len(enc)))
	}
	values := s.values(&h, nil, 0xFF)
	b := le.AppendUint32([]byte{0}, name)
	b = le.AppendUint32(b, uint32(len(values)))
	b = append(b, sized(derivation)...)
	b = append(b, sized(nil)...) // qualifiers of the class
	b = le.AppendUint32(b, uint32(len(lookups)))
	for _, l := range lookups {
		b = le.AppendUint32(le.AppendUint32(b, l.ref), l.inf)
	}
	b = append(b, values...)
	return sized(append(b, h.sealed()...))
}

// describe puts a property on the heap, with its qualifiers and then their text.
func (s schema) describe(h *heap, info []byte, i int) {
	p := s.properties[i]
	const textual, flag, number = 13, 11, 13 // octets of a qualifier
	size := textual
	if p.Key {
		size += flag
	}
	if s.direction != "" {
		size += flag + number
	}
	base := uint32(len(*h) + len(info) + 4 + size)
	var text heap
	ref := func(s string) uint32 { return base + text.add(encodedString(s)) }
	b := qualifier(wordCIMType, 0x03, String, ref(typeNames[p.Type.elem()]))
	if p.Key {
		b = append(b, qualifier(wordKey, 0x13, Boolean, 0xFFFF)...)
	}
	if s.direction != "" {
		b = append(b, qualifier(ref(s.direction), 0x03, Boolean, 0xFFFF)...)
		b = append(b, qualifier(ref("ID"), 0x13, Sint32, uint32(s.firstID+int32(i)))...)
	}
	h.add(append(append(info, sized(b)...), text...))
}

// values encodes the NdTable and the ValueTable (2.2.26, 2.2.29). In the first,
// bit 0 of each pair says that a value is NULL. What stands for the number then
// matters to nobody.
func (s schema) values(h *heap, row Instance, unset byte) []byte {
	nd := make([]byte, (len(s.properties)+3)/4)
	var table []byte
	for i, p := range s.properties {
		v := row[p.Name]
		switch {
		case v == nil:
			nd[i/4] |= 1 << (i % 4 * 2)
			if p.Type.onHeap() {
				table = le.AppendUint32(table, nullRef)
			} else {
				table = append(table, bytes.Repeat([]byte{unset}, p.Type.size())...)
			}
		case p.Type&Array != 0:
			table = le.AppendUint32(table, h.addArray(p.Type.elem(), reflect.ValueOf(v)))
		case p.Type.onHeap():
			table = le.AppendUint32(table, h.add(encodedString(v.(string))))
		default:
			n, _ := p.Type.integer(v) // checked when the host was taken on
			table = p.Type.put(table, n)
		}
	}
	return append(nd, table...)
}

// addArray encodes an array (2.2.72). Strings follow their references.
func (h *heap) addArray(t Type, v reflect.Value) uint32 {
	b := le.AppendUint32(nil, uint32(v.Len()))
	if !t.onHeap() {
		for i := range v.Len() {
			n, _ := t.integer(v.Index(i).Interface())
			b = t.put(b, n)
		}
		return h.add(b)
	}
	at := uint32(len(*h)) + uint32(4+4*v.Len())
	var text []byte
	for i := range v.Len() {
		b = le.AppendUint32(b, at+uint32(len(text)))
		text = append(text, encodedString(v.Index(i).String())...)
	}
	return h.add(append(b, text...))
}

// methodsPart encodes methods and their parameters (2.2.38).
func (s schema) methodsPart() []byte {
	var h heap
	b := le.AppendUint32(nil, uint32(len(s.methods)))
	for _, m := range s.methods {
		b = le.AppendUint32(b, h.add(encodedString(m.name)))
		b = append(b, 0, 0, 0, 0) // flags, padding
		b = le.AppendUint32(b, 0) // declared by this class
		static := h.add(encodedString("static"))
		b = le.AppendUint32(b, h.add(sized(qualifier(static, 0x03, Boolean, 0xFFFF))))
		b = le.AppendUint32(b, h.add(m.in.signature()))
		b = le.AppendUint32(b, h.add(m.out.signature()))
	}
	return sized(append(b, h.sealed()...))
}

// signature encodes the parameters of a method as a class (2.2.70).
func (s schema) signature() []byte {
	block := s.classBlock("", "")
	return append(le.AppendUint32(nil, uint32(len(block))), block...)
}

// classBlock is the object block of a class (2.2.5, 2.2.11).
func (s schema) classBlock(server, namespace string) []byte {
	b := decorated(0x01, server, namespace)
	parent := schema{}
	b = append(append(b, parent.classPart()...), parent.methodsPart()...)
	return append(append(b, s.classPart()...), s.methodsPart()...)
}

// instanceBlock is the object block of an instance (2.2.53).
func (s schema) instanceBlock(server, namespace string, row Instance) []byte {
	var h heap
	name := h.add(encodedString(s.name))
	values := s.values(&h, row, 0)
	body := le.AppendUint32([]byte{0}, name)
	body = append(body, values...)
	body = append(append(body, sized(nil)...), 0x01) // no qualifiers of its own
	body = append(body, h.sealed()...)
	b := decorated(0x02, server, namespace)
	return append(append(b, s.classPart()...), sized(body)...)
}

// decorated begins an object block; parameters are without decoration.
func decorated(flags byte, server, namespace string) []byte {
	if server == "" {
		return []byte{flags}
	}
	b := append([]byte{flags | 0x04}, encodedString(server)...)
	return append(b, encodedString(namespace)...)
}

// encodingUnit makes a block what travels (2.2.1).
func encodingUnit(block []byte) []byte {
	b := le.AppendUint32(nil, wmioSignature)
	return append(le.AppendUint32(b, uint32(len(block))), block...)
}

// check refuses what the encoder cannot do.
func (c Class) check() error {
	seen := map[string]bool{}
	for _, p := range c.Properties {
		if !p.Type.known() || p.Name == "" || seen[strings.ToLower(p.Name)] {
			return fmt.Errorf("property %q of type %d", p.Name, p.Type)
		}
		seen[strings.ToLower(p.Name)] = true
	}
	for i, row := range c.Instances {
		for name, v := range row {
			at := slices.IndexFunc(c.Properties, func(p Property) bool { return p.Name == name })
			if at < 0 {
				return fmt.Errorf("instance %d: no property %q", i, name)
			}
			if err := c.Properties[at].Type.check(v); err != nil {
				return fmt.Errorf("instance %d: %s: %w", i, name, err)
			}
		}
	}
	return nil
}
