package redact

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"lcshealth/checks/facts"
)

// fact is what every facts.Value is.
type fact interface {
	Rewrite(func(value any, origin *facts.Origin, unknown *facts.Unknown))
}

var (
	isFact   = reflect.TypeFor[fact]()
	isTime   = reflect.TypeFor[time.Time]()
	isOctets = reflect.TypeFor[[]byte]()
)

// step replaces what one field of a struct holds.
type step struct {
	index int
	apply func(reflect.Value)
}

// plans are the steps for each struct, so that a million users need no
// searching.
type plans map[reflect.Type][]step

// compile makes the plans of the policies.
func (r *Redactor) compile() plans {
	out := plans{}
	for t, of := range policies {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				if apply := r.leaf(f.Type, of[f.Name]); apply != nil {
					out[t] = append(out[t], step{i, apply})
				}
			}
		}
	}
	return out
}

// leaf returns what is to be done with a value of a type: nil for numbers and
// the like.
func (r *Redactor) leaf(t reflect.Type, p policy) func(reflect.Value) {
	switch {
	case reflect.PointerTo(t).Implements(isFact):
		return func(v reflect.Value) {
			v.Addr().Interface().(fact).Rewrite(func(value any, origin *facts.Origin, unknown *facts.Unknown) {
				for _, part := range []any{value, origin, unknown} {
					r.at(reflect.ValueOf(part).Elem(), p)
				}
			})
		}
	case t == isTime:
		return nil
	case t.Kind() == reflect.String || t == isOctets || t.Kind() == reflect.Struct:
		return func(v reflect.Value) { r.at(v, p) }
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Pointer:
		if inner := r.leaf(t.Elem(), p); inner != nil {
			return func(v reflect.Value) { r.at(v, p) }
		}
	}
	return nil
}

// at replaces what a value holds, and never what others may share with it.
func (r *Redactor) at(v reflect.Value, p policy) {
	switch t := v.Type(); {
	case t == isTime:
	case t == isOctets:
		if v.Len() > 0 && p.octets != nil {
			v.SetBytes(p.octets(r, v.Bytes()))
		}
	case t.Kind() == reflect.String:
		if s := v.String(); s != "" {
			if p.text == nil {
				v.SetString(removed(s)) // a field that a newer version has added, and a test finds
				return
			}
			v.SetString(p.text(r, strings.ToValidUTF8(s, "\ufffd")))
		}
	case t.Kind() == reflect.Slice && !v.IsNil():
		own := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range own.Len() {
			r.at(own.Index(i), p)
		}
	case t.Kind() == reflect.Pointer && !v.IsNil():
		own := reflect.New(t.Elem())
		own.Elem().Set(v.Elem())
		v.Set(own)
		r.at(own.Elem(), p)
	case t.Kind() == reflect.Struct:
		if _, planned := policies[t]; !planned {
			v.SetZero() // a struct that a newer version has added, and a test finds
		}
		for _, s := range r.plans[t] {
			s.apply(v.Field(s.index))
		}
	}
}

// target replaces what a source asked: a host, with a port or an instance, a
// file, or a text that names it.
func (r *Redactor) target(s string) string {
	switch {
	case strings.ContainsFunc(s, unicode.IsSpace):
		return r.Text(s)
	case strings.Contains(s, "/") || strings.HasPrefix(s, `\\`) || len(s) > 2 && s[1:3] == `:\`:
		return r.path(s)
	}
	return r.host(s)
}

// column keeps table.column of a database, unless it holds a name.
func (r *Redactor) column(s string) string {
	if r.learning {
		for word := range strings.FieldsSeq(strings.ToLower(s)) {
			r.seen.columns[word] = true
		}
		return s
	}
	if r.known.within(strings.ToLower(s)) {
		return fmt.Sprintf("(name removed: %d characters)", len(s))
	}
	return s
}
