package config

import (
	_ "embed"
	"encoding/json"
	"io"
	"text/template"
)

//go:embed lcshealth.yaml.tmpl
var fileTemplate string

var file = template.Must(template.New("lcshealth.yaml").Funcs(template.FuncMap{"quote": quote, "json": list}).Parse(fileTemplate))

// Write writes the configuration as a commented file. [Parse] reads from it
// what was written.
func Write(w io.Writer, c *Config) error { return file.Execute(w, c) }

// quote writes a text as a double-quoted YAML scalar, of which every JSON
// string is one.
func quote(s string) (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// list writes texts as a YAML list on one line, of which every JSON list is
// one.
func list(texts []string) (string, error) {
	if len(texts) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(texts)
	return string(text), err
}
