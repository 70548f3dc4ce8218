package plan

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/agnivade/levenshtein"
)

// keysOf are the keys of a struct in the order of its fields.
func keysOf(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		if key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); key != "-" && key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(t reflect.Type, key string) ([]int, bool) {
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name == key && key != "-" {
			return t.Field(i).Index, true
		}
	}
	return nil, false
}

// suggest names the known key that is most like an unknown one, or else all.
func suggest(key string, known []string) string {
	best, distance := "", len(key)/2+1
	for _, k := range known {
		d := levenshtein.ComputeDistance(strings.ToLower(key), k)
		if strings.HasPrefix(k, key) || strings.HasPrefix(key, k) {
			d = min(d, 2) // an abbreviation, or more than the key
		}
		if d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return fmt.Sprintf("; known are %q", known)
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
