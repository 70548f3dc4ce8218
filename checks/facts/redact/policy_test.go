package redact

import (
	"reflect"
	"testing"

	"lcshealth/checks/facts"
)

// Every text and every octet string that facts can hold has a policy, and
// there is no policy for what is not there.
func TestEveryFieldHasAPolicy(t *testing.T) {
	seen := map[reflect.Type]bool{}
	used := map[reflect.Type]map[string]bool{}
	var walk func(owner reflect.Type, field string, of reflect.Type)
	walk = func(owner reflect.Type, field string, of reflect.Type) {
		switch {
		case of == isTime:
		case reflect.PointerTo(of).Implements(isFact):
			reflect.New(of).Interface().(fact).Rewrite(func(value any, origin *facts.Origin, unknown *facts.Unknown) {
				walk(owner, field, reflect.TypeOf(value).Elem())
				walk(nil, "", reflect.TypeOf(origin).Elem())
				walk(nil, "", reflect.TypeOf(unknown).Elem())
			})
		case of == isOctets:
			if used[owner][field] = true; policies[owner][field].octets == nil {
				t.Errorf("the octets %s.%s have no policy", owner, field)
			}
		case of.Kind() == reflect.String:
			if used[owner][field] = true; policies[owner][field].text == nil {
				t.Errorf("the text %s.%s has no policy", owner, field)
			}
		case of.Kind() == reflect.Slice, of.Kind() == reflect.Pointer:
			walk(owner, field, of.Elem())
		case of.Kind() == reflect.Struct:
			if seen[of] {
				return
			}
			seen[of], used[of] = true, map[string]bool{}
			if _, ok := policies[of]; !ok {
				t.Errorf("%s has no policies", of)
			}
			for i := range of.NumField() {
				if f := of.Field(i); f.IsExported() {
					walk(of, f.Name, f.Type)
				}
			}
		case of.Kind() == reflect.Map, of.Kind() == reflect.Interface, of.Kind() == reflect.Array:
			t.Errorf("%s.%s is a %s, which is not looked into", owner, field, of.Kind())
		}
	}
	for _, root := range []reflect.Type{reflect.TypeFor[facts.Header](), reflect.TypeFor[facts.Deployment](), reflect.TypeFor[facts.SignIn]()} {
		walk(nil, "", root)
	}
	for owner, fields := range policies {
		for name := range fields {
			if !used[owner][name] {
				t.Errorf("there is a policy for %s.%s, which is no text or is not there", owner, name)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d structs were seen", len(seen))
	}
}
