package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Parse reads a plan. file is how it is called in errors and findings. All that
// is wrong is reported at once, each with its line.
func Parse(file string, text []byte) (*Plan, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%s:%d: not UTF-8: save the plan as UTF-8", file, lineOf(text))
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: the plan is empty; lcshealth preflight --example writes one", file)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: it holds more than one document", file)
	}
	p := &Plan{File: file}
	r := &reader{file: file}
	r.value(document.Content[0], reflect.ValueOf(p).Elem(), "the plan")
	if len(r.errs) == 0 {
		r.validate(p)
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	if p.Limits.Expires == 0 {
		p.Limits.Expires = DefaultExpires
	}
	return p, nil
}

// lineOf is the line of the first octet that is not UTF-8.
func lineOf(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[n:]
	}
	return line
}

// reader turns nodes of YAML into values, and gathers what is wrong. Unlike a
// decoder of the library it keeps the line of every item.
type reader struct {
	file string
	errs []error
}

func (r *reader) fail(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %w", r.file, line, fmt.Errorf(format, args...)))
}

// value reads a node into a value. what names it for people.
func (r *reader) value(n *yaml.Node, to reflect.Value, what string) {
	if n.Kind == yaml.AliasNode {
		r.fail(n.Line, "%s: a plan has no aliases: write it out", what)
		return
	}
	if n.Tag == "!!null" {
		return // a key without a value
	}
	if d, ok := to.Addr().Interface().(*Item); ok {
		d.Line = n.Line
		r.text(n, reflect.ValueOf(&d.Name).Elem(), what)
		return
	}
	switch to.Kind() {
	case reflect.Struct:
		r.mapping(n, to, what)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.fail(n.Line, "%s: a list is wanted: put - in front of each", what)
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			r.value(item, to.Index(i), what)
		}
	default:
		r.text(n, to, what)
	}
}

func (r *reader) mapping(n *yaml.Node, to reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, "%s: keys with values are wanted, such as %s: …", what, keysOf(to.Type())[0])
		return
	}
	if line := to.FieldByName("Line"); line.IsValid() {
		line.SetInt(int64(n.Line))
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if first, twice := seen[key.Value]; twice {
			r.fail(key.Line, "%s: it is given in line %d already", key.Value, first)
			continue
		}
		seen[key.Value] = key.Line
		field, known := fieldOf(to.Type(), key.Value)
		if !known {
			r.fail(key.Line, "%s: unknown key%s", key.Value, suggest(key.Value, keysOf(to.Type())))
			continue
		}
		r.value(value, to.FieldByIndex(field), key.Value)
	}
}

// text reads a single value. A word is taken as it is written, so that 2003 may
// stand without quotes.
func (r *reader) text(n *yaml.Node, to reflect.Value, what string) {
	if n.Kind != yaml.ScalarNode {
		r.fail(n.Line, "%s: a single value is wanted", what)
		return
	}
	if _, ok := to.Interface().(time.Duration); ok {
		d, err := time.ParseDuration(n.Value)
		if err != nil || d < 0 {
			r.fail(n.Line, "%s: %q is not a duration such as 720h", what, n.Value)
		}
		to.SetInt(int64(d))
		return
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(n.Value)
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			r.fail(n.Line, "%s: %q is not a number", what, n.Value)
		}
		to.SetInt(int64(i))
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil {
			r.fail(n.Line, "%s: %q is neither true nor false", what, n.Value)
		}
		to.SetBool(b)
	}
}
