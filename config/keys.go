package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// unknownKeys reports every key of a parsed file that the configuration does
// not have, with the known key that is most like it.
func unknownKeys(settings any, t reflect.Type, path string) error {
	var errs []error
	switch value := settings.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]() && value == nil {
			return nil // a wrong type, which the decoding reports
		}
		known := fields(t)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			field, ok := known[key]
			if !ok {
				errs = append(errs, fmt.Errorf("%s: unknown key%s", join(path, key), suggest(key, known)))
				continue
			}
			errs = append(errs, unknownKeys(value[key], field, join(path, key)))
		}
	case []any:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for i, item := range value {
			errs = append(errs, unknownKeys(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)))
		}
	}
	return errors.Join(errs...)
}

// fields are the keys of a struct with their types.
func fields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("mapstructure"); key != "" {
			out[key] = t.Field(i).Type
		}
	}
	return out
}

// scalarKeys are the keys that an environment variable can set: those that are
// not part of a list of structures.
func scalarKeys(t reflect.Type, path string) (out []string) {
	for key, field := range fields(t) {
		full := key
		if path != "" {
			full = path + delimiter + key
		}
		switch {
		case field.Kind() == reflect.Struct:
			out = append(out, scalarKeys(field, full)...)
		case field.Kind() == reflect.Slice && field.Elem().Kind() == reflect.Struct:
		default:
			out = append(out, full)
		}
	}
	slices.Sort(out)
	return out
}

func suggest(key string, known map[string]reflect.Type) string {
	best, distance := "", len(key)/2+1
	for _, k := range slices.Sorted(maps.Keys(known)) {
		d := levenshtein.ComputeDistance(key, k)
		if strings.HasPrefix(k, key) || strings.HasPrefix(key, k) {
			d = min(d, 2) // an abbreviation, or more than the key
		}
		if d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return fmt.Sprintf("; known are %q", slices.Sorted(maps.Keys(known)))
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
