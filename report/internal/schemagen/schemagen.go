// Package schemagen makes the JSON Schema of the report from its Go types:
// their shape by reflection, their descriptions and the words of their
// enumerations from their source. It is for go generate and tests only.
package schemagen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"

	"github.com/invopop/jsonschema"
)

// Schema returns the schema (JSON Schema draft 2020-12) as indented JSON.
// root is the folder of the module's source.
func Schema(root string) ([]byte, error) {
	src := source{comments: map[string]string{}, words: map[string][]any{}}
	for _, sample := range []any{report.Report{}, checks.Finding{}, facts.Source{}} {
		pkg := reflect.TypeOf(sample).PkgPath()
		folder := strings.TrimPrefix(pkg, "lcshealth/")
		if err := src.read(pkg, filepath.Join(root, filepath.FromSlash(folder))); err != nil {
			return nil, fmt.Errorf("describe the report's types: %w", err)
		}
	}
	reflector := jsonschema.Reflector{
		Anonymous:                 true, // no identifier made up from the import path
		AllowAdditionalProperties: true, // fields are only ever added
		LookupComment:             src.comment,
		Mapper:                    src.enumeration,
	}
	schema := reflector.Reflect(&report.Report{})
	schema.ID = "urn:lcshealth:report"
	schema.Title = "lcshealth report"
	schema.Description = "The result of one run of lcshealth. Fields are only ever added; readers must ignore those that they do not know."

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		return nil, fmt.Errorf("encode the report's schema: %w", err)
	}
	return out.Bytes(), nil
}

// enumeration describes string types that have constants.
func (s *source) enumeration(t reflect.Type) *jsonschema.Schema {
	words := s.words[key(t)]
	if t.Kind() != reflect.String || len(words) == 0 {
		return nil
	}
	return &jsonschema.Schema{Type: "string", Enum: words}
}

// comment describes a type or, if name is not empty, its field of that name.
// An enumeration is described where it is used, with its words.
func (s *source) comment(t reflect.Type, name string) string {
	if name == "" {
		return s.comments[key(t)]
	}
	description := s.comments[key(t)+"."+name]
	field, ok := t.FieldByName(name)
	if !ok || len(s.words[key(field.Type)]) == 0 {
		return description
	}
	enumeration := key(field.Type)
	if description == "" {
		description = s.comments[enumeration]
	}
	for _, word := range s.words[enumeration] {
		if why := s.comments[fmt.Sprintf("%s=%v", enumeration, word)]; why != "" {
			description += fmt.Sprintf(" %v: %s.", word, why)
		}
	}
	return description
}

func key(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }
