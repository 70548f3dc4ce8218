package waiver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lcshealth/report"

	"go.yaml.in/yaml/v3"
)

// MaxSize bounds a file of waivers, in octets.
const MaxSize = 1 << 20

// mostErrors are told of one file.
const mostErrors = 10

// File reads a file of waivers. Its errors name the file and the line.
func File(path string) ([]Waiver, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	list, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the waivers: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the waivers: %w", err)
	}
	return data, nil
}

// Parse reads waivers. An empty file has none. All that is wrong is told, each
// on a line of its own that begins with "line N: ".
func Parse(data []byte) ([]Waiver, error) {
	document, err := parse(data)
	if err != nil || document == nil {
		return nil, err
	}
	p := &parser{}
	list := p.list(document)
	if len(p.wrong) > mostErrors {
		p.wrong = append(p.wrong[:mostErrors], fmt.Errorf("and %d more errors", len(p.wrong)-mostErrors))
	}
	return list, errors.Join(p.wrong...)
}

// parse returns what the one document of a file holds, or nil.
func parse(data []byte) (*yaml.Node, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the file has more than %d KiB", MaxSize>>10)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, errors.New(report.Clean(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file goes on after its first document")
	}
	if len(document.Content) != 1 || isNull(document.Content[0]) {
		return nil, nil
	}
	return document.Content[0], nil
}

type parser struct{ wrong []error }

func (p *parser) errorf(n *yaml.Node, format string, args ...any) {
	p.wrong = append(p.wrong, fmt.Errorf("line %d: %s", n.Line, report.Clean(fmt.Sprintf(format, args...))))
}

func (p *parser) list(top *yaml.Node) (list []Waiver) {
	entries := p.entries(top)
	if entries == nil {
		return nil
	}
	for _, entry := range entries.Content {
		w, ok := p.waiver(entry)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(list, func(other Waiver) bool { return other.same(&w) }); i >= 0 {
			p.errorf(entry, "it waives the same as line %d", list[i].Line)
		}
		list = append(list, w)
	}
	return list
}

// entries returns the list of waivers, or nil if there is none.
func (p *parser) entries(top *yaml.Node) *yaml.Node {
	if top.Kind != yaml.MappingNode {
		p.errorf(top, "the file is no mapping with the key waivers")
		return nil
	}
	var entries *yaml.Node
	for i := 0; i+1 < len(top.Content); i += 2 {
		switch key, value := top.Content[i], top.Content[i+1]; {
		case key.Value != "waivers" || key.Kind != yaml.ScalarNode:
			p.errorf(key, "unknown key %q; there is only waivers", key.Value)
		case entries != nil:
			p.errorf(key, "waivers is there twice")
		case isNull(value):
		case value.Kind != yaml.SequenceNode:
			p.errorf(value, "waivers is no list")
		default:
			entries = value
		}
	}
	return entries
}

func (p *parser) waiver(entry *yaml.Node) (w Waiver, ok bool) {
	w.Line = entry.Line
	if entry.Kind != yaml.MappingNode {
		p.errorf(entry, "a waiver is a mapping with the keys %s", strings.Join(keys, ", "))
		return w, false
	}
	before := len(p.wrong)
	seen := map[string]bool{}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key, value := entry.Content[i], entry.Content[i+1]
		field := w.field(key.Value)
		switch {
		case field == nil || key.Kind != yaml.ScalarNode:
			p.errorf(key, "unknown key %q; there are %s", key.Value, strings.Join(keys, ", "))
		case seen[key.Value]:
			p.errorf(key, "%s is there twice", key.Value)
		case value.Kind != yaml.ScalarNode:
			p.errorf(value, "%s is no text", key.Value)
		case !isNull(value):
			*field = oneLine(value.Value)
		}
		seen[key.Value] = true
	}
	if err := w.Validate(); err != nil && len(p.wrong) == before { // else it may follow from what is told
		for text := range strings.Lines(err.Error()) {
			p.errorf(entry, "%s", strings.TrimSuffix(text, "\n"))
		}
	}
	return w, len(p.wrong) == before
}

// oneLine puts a text on one line, which may be written on several.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
