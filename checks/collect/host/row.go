package host

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// row is one row of any kind, read property by property. Scripts write what
// their language has at hand, so numbers may come as text and truth as -1.
// Names are compared without regard to case, as WMI does. The first property
// that cannot be read is kept in err and spoils the row.
type row struct {
	values map[string]any // by name in lower case
	err    error
}

func newRow(properties map[string]any) *row {
	r := &row{values: make(map[string]any, len(properties))}
	for name, v := range properties {
		lower := strings.ToLower(name)
		if _, twice := r.values[lower]; twice {
			r.fail("%s is there twice", name)
		}
		r.values[lower] = v
	}
	return r
}

func (r *row) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// get returns the first of the named properties that is there and not null.
func (r *row) get(names ...string) (name string, value any) {
	for _, n := range names {
		if v := r.values[strings.ToLower(n)]; v != nil {
			return n, v
		}
	}
	return names[0], nil
}

// need spoils the row if none of the named properties is there. An empty text
// counts as there.
func (r *row) need(names ...string) {
	if name, v := r.get(names...); v == nil {
		r.fail("%s is missing", name)
	}
}

// text reads a text; one that is not there is empty.
func (r *row) text(names ...string) string {
	name, v := r.get(names...)
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v)
	}
	r.fail("%s is not a text but %s", name, describe(v))
	return ""
}

// number reads a whole number from low to high; one that is not there is 0.
func (r *row) number(low, high int64, names ...string) int64 {
	name, v := r.get(names...)
	if v == nil {
		return 0
	}
	n, ok := toInt(v)
	if !ok {
		r.fail("%s is not a whole number but %s", name, describe(v))
		return 0
	}
	if n < low || n > high {
		r.fail("%s is %d, not from %d to %d", name, n, low, high)
		return 0
	}
	return n
}

// unsigned reads a uint32. VBScript has no unsigned numbers and shows those
// above 2147483647 as negative ones.
func (r *row) unsigned(names ...string) uint32 {
	return uint32(r.number(math.MinInt32, math.MaxUint32, names...)) // two's complement is meant
}

// flag reads a truth value; one that is not there is false.
func (r *row) flag(names ...string) bool {
	name, v := r.get(names...)
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true":
			return true
		case "false":
			return false
		}
	}
	if n, ok := toInt(v); ok && n >= -1 && n <= 1 {
		return n != 0
	}
	r.fail("%s is neither true nor false but %s", name, describe(v))
	return false
}

// time reads a moment, as RFC 3339 or as a CIM_DATETIME. One that is not there
// spoils the row.
func (r *row) time(names ...string) time.Time {
	r.need(names...)
	name, v := r.get(names...)
	if v == nil {
		return time.Time{}
	}
	t, err := parseTime(r.text(names...))
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	return t
}

// octets reads a string of octets; one that is not there, or empty, is nil.
func (r *row) octets(names ...string) []byte {
	name, v := r.get(names...)
	if v == nil {
		return nil
	}
	b, err := toOctets(v)
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	if len(b) == 0 {
		return nil
	}
	return b
}

// list reads a list of texts. A text alone is a list of one, and a list that is
// not there is nil.
func (r *row) list(names ...string) []string {
	name, v := r.get(names...)
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		out := make([]string, 0, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				r.fail("item %d of %s is not a text but %s", i+1, name, describe(item))
				return nil
			}
			out = append(out, text)
		}
		return out
	}
	r.fail("%s is not a list but %s", name, describe(v))
	return nil
}

// told reads a truth value that may not be there, which is nil.
func (r *row) told(names ...string) *bool {
	if _, v := r.get(names...); v == nil {
		return nil
	}
	f := r.flag(names...)
	return &f
}

// toInt takes a whole number as the file and as WMI give it.
func toInt(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		return parseInt(v.String())
	case string:
		return parseInt(strings.TrimSpace(v))
	case float64:
		return wholeFloat(v)
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return parseInt(fmt.Sprint(v))
	}
	return 0, false
}

func parseInt(s string) (int64, bool) {
	base, digits := 10, s
	if hex, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		base, digits = 16, hex
	}
	if n, err := strconv.ParseInt(digits, base, 64); err == nil {
		return n, true
	}
	if base == 16 {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64) // 5060.0 and 5.06E+03
	if err != nil {
		return 0, false
	}
	return wholeFloat(f)
}

// wholeFloat refuses fractions and what a float64 cannot hold exactly.
func wholeFloat(f float64) (int64, bool) {
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// describe shows a value in a message, shortened.
func describe(v any) string {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	text := []rune(fmt.Sprint(v))
	if len(text) > 40 {
		text = append(text[:40], '…')
	}
	return strconv.Quote(string(text))
}
