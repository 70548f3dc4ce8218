package diagnosis

import (
	"reflect"

	"lcshealth/report"
)

// clean returns a copy in which every string is safe to show. All that is in a
// log may have been written by anybody.
func (d *Diagnosis) clean() *Diagnosis {
	out := *d
	reflect.ValueOf(&out).Elem().Set(cleanValue(reflect.ValueOf(*d)))
	return &out
}

// cleanValue copies a value, as deep as it holds strings. Unexported fields,
// which nobody shows, stay as they are.
func cleanValue(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(report.Clean(v.String()))
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(cleanValue(v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(cleanValue(v.Index(i)))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(cleanValue(v.Field(i)))
			}
		}
		return out
	}
	return v
}
