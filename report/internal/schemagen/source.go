package schemagen

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// source is what the Go source says of its types beyond what reflection can
// tell. Keys are "import/path.Type" and "import/path.Type.Field".
type source struct {
	schema   *Schema
	comments map[string]string
	words    map[string][]any // the constants of each string type
}

// read reads one folder's source, tests excepted.
func (s *source) read(importPath, folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no Go source in %s", folder)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				s.declaration(importPath, d)
			}
		}
	}
	return nil
}

func (s *source) declaration(importPath string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			key := importPath + "." + spec.Name.Name
			text := first(spec.Doc, d.Doc)
			if !s.schema.Explain {
				text = new(doc.Package).Synopsis(text)
			}
			s.comments[key] = clean(text)
			if structure, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range structure.Fields.List {
					for _, name := range field.Names {
						s.comments[key+"."+name.Name] = clean(first(field.Doc, field.Comment))
					}
				}
			}
		case *ast.ValueSpec:
			s.constant(importPath, spec)
		}
	}
}

// constant notes the word of: const Present Verdict = "present" // why.
func (s *source) constant(importPath string, spec *ast.ValueSpec) {
	kind, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return
	}
	word, err := strconv.Unquote(literal.Value)
	if err != nil {
		return
	}
	key := importPath + "." + kind.Name
	s.words[key] = append(s.words[key], word)
	if why := clean(first(spec.Doc, spec.Comment)); why != "" {
		s.comments[key+"="+word] = why
	}
}

// first returns the first comment that there is.
func first(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if t := strings.TrimSpace(g.Text()); t != "" {
			return t
		}
	}
	return ""
}

// clean removes the brackets of doc links and the ends of lines.
func clean(text string) string {
	return strings.NewReplacer("[", "", "]", "").Replace(strings.Join(strings.Fields(text), " "))
}
