// Package schemagen makes the JSON Schemas of what is reported from its Go
// types: their shape by reflection, their descriptions and the words of their
// enumerations from their source. It is for go generate and tests only.
package schemagen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lcshealth/report/internal/reporttest"

	"github.com/invopop/jsonschema"
)

// module is the path of the module.
const module = "lcshealth"

// Schema says what a schema is of and how it tells it.
type Schema struct {
	Of                     any // a value of the type, which is of the package under test
	ID, Title, Description string
	Packages               []string // folders of the module whose comments describe the fields, besides that of the type

	// Explain describes types with the whole of their comments instead of the
	// first sentence, and gives string types that have constants as
	// enumerations, with what is said of each word.
	Explain bool

	Words  map[reflect.Type][]any                   // types that have a fixed set of words
	Mapper func(of reflect.Type) *jsonschema.Schema // nil, or what is not to be taken from the type
	Namer  func(of reflect.Type) string             // nil: definitions have the names of their types
}

// Golden compares the committed file, in the folder of the package under test,
// with the schema (JSON Schema draft 2020-12), or writes it with -update.
func Golden(t *testing.T, file string, s Schema) {
	t.Helper()
	got, err := s.encode()
	if err != nil {
		t.Fatalf("make %s: %v", file, err)
	}
	reporttest.Golden(t, file, got)
}

// encode returns the schema as indented JSON.
func (s *Schema) encode() ([]byte, error) {
	src := source{schema: s, comments: map[string]string{}, words: map[string][]any{}}
	own := strings.TrimPrefix(reflect.TypeOf(s.Of).PkgPath(), module+"/")
	root := strings.Repeat("../", 1+strings.Count(own, "/")) // a test runs in the folder of its package
	for _, folder := range append([]string{own}, s.Packages...) {
		if err := src.read(module+"/"+folder, filepath.Join(root, folder)); err != nil {
			return nil, fmt.Errorf("read the comments: %w", err)
		}
	}
	reflector := jsonschema.Reflector{
		Anonymous:                 true, // no identifier made up from the import path
		AllowAdditionalProperties: true, // fields are only ever added
		LookupComment:             src.comment,
		Mapper:                    src.special,
		Namer:                     s.Namer,
	}
	schema := reflector.ReflectFromType(reflect.TypeOf(s.Of))
	schema.ID, schema.Title, schema.Description = jsonschema.ID(s.ID), s.Title, s.Description

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// special returns the schema of a type that is not as reflection has it.
func (s *source) special(of reflect.Type) *jsonschema.Schema {
	if s.schema.Mapper != nil {
		if schema := s.schema.Mapper(of); schema != nil {
			return schema
		}
	}
	words := s.schema.Words[of]
	if s.schema.Explain && words == nil {
		words = s.words[key(of)]
	}
	if len(words) == 0 {
		return nil
	}
	return &jsonschema.Schema{Type: "string", Enum: words}
}

// comment describes a type or, if name is not empty, its field of that name.
// An enumeration is described where it is used, with its words.
func (s *source) comment(of reflect.Type, name string) string {
	if name == "" {
		return s.comments[key(of)]
	}
	description := s.comments[key(of)+"."+name]
	field, ok := of.FieldByName(name)
	if !ok || !s.schema.Explain || len(s.words[key(field.Type)]) == 0 {
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

func key(of reflect.Type) string { return of.PkgPath() + "." + of.Name() }
