package waiver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lcshealth/report"

	"go.yaml.in/yaml/v3"
)

// Append adds a waiver to the end of a file, and makes the file if there is
// none. The file is replaced whole or not at all and keeps its mode; the rest
// of it, comments included, stays as it is. It refuses a waiver for what the
// file waives already, and a file that [File] would refuse.
func Append(path string, w Waiver) error {
	for _, key := range keys {
		*w.field(key) = oneLine(*w.field(key))
	}
	if err := w.Validate(); err != nil {
		return fmt.Errorf("write the waiver: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the file, not the link, is replaced
	}
	data, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	extended, err := extend(data, &w)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	info, statErr := os.Stat(path)
	if err := report.WriteFile(path, func(out io.Writer) error {
		_, err := out.Write(extended)
		return err
	}); err != nil {
		return err
	}
	if statErr == nil && info.Mode().IsRegular() {
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			return fmt.Errorf("write the waiver: %w", err)
		}
	}
	return nil
}

// extend returns the file with one more waiver.
func extend(data []byte, w *Waiver) ([]byte, error) {
	old, err := Parse(data)
	if err != nil {
		return nil, err
	}
	for i := range old {
		if old[i].same(w) {
			return nil, fmt.Errorf("line %d waives that already", old[i].Line)
		}
	}
	entry, err := encode(yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{w.node()}})
	if err != nil {
		return nil, err
	}
	for _, way := range []func(data, entry []byte, w *Waiver) ([]byte, error){byText, byNodes} {
		extended, err := way(data, entry, w)
		if err != nil {
			return nil, err
		}
		if list, err := Parse(extended); err == nil && sameWaivers(list, append(slices.Clone(old), *w)) {
			return extended, nil
		}
	}
	return nil, errors.New("the waiver cannot be added to this file")
}

// byText appends the text of the entry, so that every octet before it stays.
// That is right if the list, the file's only key, is in block style.
func byText(data, entry []byte, _ *Waiver) ([]byte, error) {
	top, err := parse(data)
	if err != nil {
		return nil, err
	}
	out, indent := bytes.Clone(data), "  "
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, '\n')
	}
	if top == nil {
		out = append(out, "waivers:\n"...)
	} else if entries := (&parser{}).entries(top); entries != nil {
		indent = strings.Repeat(" ", max(entries.Column-1, 0))
	}
	for text := range strings.Lines(string(entry)) {
		out = append(out, indent+text...)
	}
	if bytes.Contains(data, []byte("\r\n")) {
		out = bytes.ReplaceAll(bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	return out, nil
}

// byNodes adds the entry to a list in flow style, or to an empty one. The file
// is written anew, with its comments.
func byNodes(data, _ []byte, w *Waiver) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 || len(document.Content[0].Content) < 2 {
		return data, nil
	}
	entry, entries := w.node(), document.Content[0].Content[1]
	if len(entries.Content) == 0 { // [], {} or null, whose comment has no place in a list
		entry.HeadComment = entries.LineComment
		*entries = yaml.Node{Kind: yaml.SequenceNode, HeadComment: entries.HeadComment, FootComment: entries.FootComment}
	}
	entries.Content = append(entries.Content, entry)
	return encode(document)
}

func encode(n yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&n); err != nil {
		return nil, fmt.Errorf("encode the waivers: %w", err)
	}
	return out.Bytes(), encoder.Close()
}

// node writes the waiver as a mapping.
func (w *Waiver) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, key := range keys {
		value := *w.field(key)
		if value == "" {
			continue
		}
		text := &yaml.Node{}
		text.SetString(value)
		if key == "until" {
			text.Tag = "!!timestamp" // a day needs no quotes
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, text)
	}
	return n
}

func sameWaivers(a, b []Waiver) bool {
	return slices.EqualFunc(a, b, func(x, y Waiver) bool {
		x.Line, y.Line = 0, 0
		return x == y
	})
}
