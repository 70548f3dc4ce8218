package checks_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house: what holds for every package of the module.

const (
	module = "lcshealth"
	top    = ".." // the module's folder, seen from this package
)

// source is a Go file of the module.
type source struct {
	folder string // below the module, with slashes
	name   string
	file   *ast.File
	text   []byte
}

func (s *source) path() string { return path.Join(s.folder, s.name) }
func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// house returns every Go file of the module.
func house(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != top && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(top, filepath.Dir(name))
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(folder), filepath.Base(name), file, text})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d files were found", len(all))
	}
	return all
}

// Every package has one comment that says what it is, in one file.
func TestPackageComments(t *testing.T) {
	in := map[string][]string{} // package → files with a comment of the package
	for _, s := range house(t) {
		if s.isTest() {
			continue
		}
		in[s.folder] = append(in[s.folder], "")
		if s.file.Doc != nil {
			in[s.folder] = append(in[s.folder], s.name)
			if want := "Package " + s.file.Name.Name; s.file.Name.Name != "main" && !strings.HasPrefix(s.file.Doc.Text(), want+" ") {
				t.Errorf("%s: the comment of the package does not begin with %q", s.path(), want)
			}
		}
	}
	for folder, files := range in {
		if files = slices.DeleteFunc(files, func(name string) bool { return name == "" }); len(files) != 1 {
			t.Errorf("package %s has a comment in %d files: %v", folder, len(files), files)
		}
	}
}

// layer is a part of the module with what it may import.
type layer struct {
	from string
	may  []string
	why  string
}

// layers says which packages of the module a package may import, with all
// below them. The first match counts.
var layers = []layer{
	{"checks/facts", []string{"checks/facts"}, "facts know nothing of what is made of them"},
	{"checks/sip", []string{"checks/sip"}, "messages are read and written, whatever they are for"},
	{"checks/catalog", []string{"checks", "checks/facts"}, "a cause is a pure function of facts"},
	{"checks/collect", []string{"checks/facts", "checks/sip", "checks/collect"}, "sources gather facts and judge nothing"},
	{"checks/lab", []string{"checks/facts", "checks/sip", "checks/lab", "checks/collect", "checks/preflight/plan"}, "the simulated deployment serves facts, carries plans out, and judges nothing"},
	{"checks/preflight", []string{"checks", "checks/facts", "checks/preflight"}, "a plan is judged by pure functions of facts"},
	{"checks", []string{"checks/facts"}, "a judgement needs facts only"},
	{"report", []string{"checks", "checks/facts", "checks/sip", "checks/preflight", "report"}, "a report is made of findings, wherever they come from"},
	{"config", []string{"checks/facts", "config"}, "a configuration is only read"},
	{"cmd", []string{"checks", "checks/facts", "checks/catalog", "checks/collect", "checks/sip", "checks/lab", "checks/preflight", "config", "report", "cmd"}, "commands put everything together"},
}

// The arrows of the design point one way: cmd → report, collect, catalog →
// checks → facts.
func TestArrows(t *testing.T) {
	for _, s := range house(t) {
		if s.isTest() {
			continue // tests may look from above
		}
		i := slices.IndexFunc(layers, func(l layer) bool { return below(s.folder, l.from) })
		if i < 0 {
			t.Errorf("%s belongs to no layer", s.path())
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			inside, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			allowed := slices.ContainsFunc(layers[i].may, func(may string) bool {
				return inside == may || may != "checks" && below(inside, may) // of checks the package alone, since the rest lies in it
			})
			if !allowed {
				t.Errorf("%s imports %s: %s", s.path(), imported, layers[i].why)
			}
		}
	}
}

func below(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

// The packages that judge do no I/O themselves: what they know, they are given.
func TestJudgingDoesNoIO(t *testing.T) {
	forbidden := []string{"net", "os", "os/exec", "syscall", "log", "log/slog", "unsafe", "database/sql"}
	for _, s := range house(t) {
		pure := s.folder == "checks" || s.folder == "checks/catalog" || s.folder == "checks/facts/pki" || s.folder == "checks/sip" || s.folder == "checks/sip/signin" ||
			s.folder == "checks/sip/trace" || below(s.folder, "checks/preflight")
		if s.isTest() || !pure {
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(forbidden, imported) || below(imported, "net/http") || below(imported, "golang.org/x/sys") {
				t.Errorf("%s imports %s", s.path(), imported)
			}
		}
	}
}

// The top of the repository is as the design has it, and nothing else goes
// there.
func TestTopLevel(t *testing.T) {
	required := []string{"CHANGELOG.md", "LICENSE", "Makefile", "README.md", "checks", "cmd", "config", "go.mod", "go.sum", "report"}
	allowed := append([]string{
		".ci", ".github", ".git", ".gitattributes", ".gitignore", ".golangci.yml", ".golangci.yaml",
		"build", "dist", // what is made here and ignored
	}, required...)
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
		if !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s lies at the top level", e.Name())
		}
	}
	for _, name := range required {
		if !there[name] {
			t.Errorf("%s is missing at the top level", name)
		}
	}
}

// A hand-written file is about one idea, and no idea needs 500 lines.
func TestFileSizes(t *testing.T) {
	for _, s := range house(t) {
		if n := bytes.Count(s.text, []byte("\n")); n > 500 && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines", s.path(), n)
		}
	}
}
