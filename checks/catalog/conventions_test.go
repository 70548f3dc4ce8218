package catalog_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"

	"github.com/google/go-cmp/cmp"
)

// promised are ids, codes and articles of the catalogue. Other tools rely on
// them: an entry may be added here, but none changed.
var promised = []struct {
	id    string
	codes []int
	kb    string
}{
	{"server-service-stopped", nil, "871023"},
	{"no-tls-listener", []int{400}, "871023"},
	{"mtls-not-configured", []int{400, 504}, "871023"},
	{"root-ca-in-user-store", []int{400, 504}, "871023"},
	{"user-sid-invalid", []int{403}, "871023"},
	{"stale-user-entry", []int{403}, "871023"},
	{"sip-domain-not-listed", []int{404, 504}, "871023"},
	{"user-not-enabled", []int{404}, "871023"},
	{"signin-name-mismatch", []int{404, 504}, "871023"},
	{"user-missing-from-database", []int{404}, "871023"},
	{"user-entry-damaged", []int{404}, "871023"},
	{"directory-connector-errors", []int{404}, "871023"},
	{"messenger-on-server", []int{405}, "871023"},
	{"user-being-moved", []int{480}, "871023"},
	{"sql-service-stopped", []int{503}, "871023"},
	{"outbound-certificate-missing", []int{504}, "871023"},
	{"static-route-invalid", []int{504}, "871023"},
	{"pstn-trust-on-client-server", []int{486}, "834477"},
	{"clock-skew", []int{401}, "938295"},
	{"dns-records-wrong", nil, ""},
	{"certificate-expiring", []int{400, 504}, ""},
	{"certificate-renewed-in-place", nil, "836410"},
	{"client-authentication-missing", []int{504}, ""},
	{"certificate-name-mismatch", []int{504}, ""},
	{"ca-list-too-long", []int{400, 504}, "933430"},
}

func TestPromises(t *testing.T) {
	all := catalog.All()
	if len(all) != len(promised) {
		t.Errorf("there are %d causes, promised are %d", len(all), len(promised))
	}
	for i, p := range promised[:min(len(promised), len(all))] {
		if c := all[i]; c.ID != p.id || !slices.Equal(c.Codes, p.codes) || c.Article.KB != p.kb {
			t.Errorf("cause %d is %s, codes %v, KB %s; promised is %s, codes %v, KB %s", i, c.ID, c.Codes, c.Article.KB, p.id, p.codes, p.kb)
		}
	}
}

// Every cause says what an entry of the catalogue has to say.
func TestCausesAreComplete(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, c := range catalog.All() {
		if !kebab.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("the id %q is not in kebab case, or not the only one", c.ID)
		}
		seen[c.ID] = true
		for what, text := range map[string]string{"title": c.Title, "section of the article": c.Article.Section, "meaning": c.Meaning, "detection": c.Detection} {
			if strings.TrimSpace(text) == "" || strings.Contains(text, "TODO") {
				t.Errorf("%s: the %s is %q", c.ID, what, text)
			}
		}
		if strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Meaning, ".") || !strings.HasSuffix(c.Detection, ".") {
			t.Errorf("%s: title, meaning or detection do not end as headlines and sentences do", c.ID)
		}
		if !slices.Contains(checks.Severities(), c.Severity) {
			t.Errorf("%s: unknown severity %q", c.ID, c.Severity)
		}
		if len(c.Needs) == 0 || len(c.Fix) == 0 {
			t.Errorf("%s: it needs %d facts and has %d steps of remedy", c.ID, len(c.Needs), len(c.Fix))
		}
		for _, n := range c.Needs {
			if !slices.Contains([]string{"directory", "rtcdb", "host", "wire"}, n.Source) {
				t.Errorf("%s needs something of an unknown source: %+v", c.ID, n)
			}
		}
		functions := map[checks.Scope]bool{
			checks.ScopeDeployment: c.JudgeDeployment != nil, checks.ScopeServer: c.JudgeServer != nil,
			checks.ScopeUser: c.Users != nil && c.Users.Judge != nil && c.Users.Populations != nil,
		}
		for scope, set := range functions {
			if set != (scope == c.Scope) {
				t.Errorf("%s: its scope is %s, and its function for %s is there: %t", c.ID, c.Scope, scope, set)
			}
		}
	}
}

// What a cause comes after is in the catalogue, and not the cause itself by
// any way round.
func TestAfter(t *testing.T) {
	after, blinded := map[string][]string{}, map[string][]string{}
	for _, c := range catalog.All() {
		after[c.ID], blinded[c.ID] = c.After, c.Blinded
	}
	var leads func(from, to string, depth int) bool
	leads = func(from, to string, depth int) bool {
		return depth <= len(after) && slices.ContainsFunc(after[from], func(id string) bool { return id == to || leads(id, to, depth+1) })
	}
	for id, ids := range after {
		if leads(id, id, 0) {
			t.Errorf("%s comes after itself", id)
		}
		for _, other := range slices.Concat(ids, blinded[id]) {
			if _, known := after[other]; !known {
				t.Errorf("%s comes after %s, which is not in the catalogue", id, other)
			}
		}
	}
}

// A cause is in the file that has its name.
func TestFiles(t *testing.T) {
	for _, c := range catalog.All() {
		name := strings.ReplaceAll(c.ID, "-", "_") + ".go"
		source, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		} else if !regexp.MustCompile(`\bID:\s+"` + c.ID + `"`).Match(source) {
			t.Errorf("%s does not hold the cause %s", name, c.ID)
		}
	}
}

// Every code of a cause is one that the catalogue can explain, in order.
func TestCodes(t *testing.T) {
	var explained, used []int
	for _, c := range catalog.Codes() {
		explained = append(explained, c.Code)
		if len(c.Labels) == 0 || c.Note == "" {
			t.Errorf("%d lacks labels or note", c.Code)
		}
	}
	for _, c := range catalog.All() {
		used = append(used, c.Codes...)
	}
	slices.Sort(used)
	if diff := cmp.Diff(slices.Compact(used), explained); diff != "" {
		t.Errorf("codes that causes have, and that are explained, differ (-used +explained):\n%s", diff)
	}
}

// The catalogue is pure: it imports nothing that can do I/O, and asks no clock.
func TestPure(t *testing.T) {
	allowed := map[string]bool{
		"lcshealth/checks": true, "lcshealth/checks/facts": true, "lcshealth/checks/facts/pki": true,
		"cmp": true, "crypto/x509": true, "fmt": true, "maps": true, "net/netip": true, "slices": true, "strings": true, "time": true, "unicode": true, "unicode/utf8": true,
	}
	impure := []string{"time.Now", "time.Since", "time.Until", "time.After", "time.Sleep", "time.NewTimer", "time.Tick", "fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Fprint", "fmt.Scan", "x509.SystemCertPool"}
	for name, file := range sources(t) {
		for _, i := range file.Imports {
			if path, err := strconv.Unquote(i.Path.Value); err != nil || !allowed[path] {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.SelectorExpr:
				if of, ok := x.X.(*ast.Ident); ok && slices.Contains(impure, of.Name+"."+x.Sel.Name) {
					t.Errorf("%s calls %s.%s", name, of.Name, x.Sel.Name)
				}
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", name)
			}
			return true
		})
	}
}

// Judging does not change the facts, and says the same each time.
func TestJudgingIsRepeatable(t *testing.T) {
	for _, f := range faults() {
		w := f.world()
		before := f.world()
		first, second := w.judge(t), w.judge(t)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%s/%s: the second time something else is said:\n%s", f.cause, f.name, diff)
		}
		if !reflect.DeepEqual(before.users, w.users) || !reflect.DeepEqual(before.Servers, w.Servers) || !reflect.DeepEqual(before.Databases, w.Databases) {
			t.Errorf("%s/%s: the facts were changed", f.cause, f.name)
		}
	}
}

// sources parses the package without its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if out[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < len(catalog.All()) {
		t.Fatalf("only %d files were found", len(out))
	}
	return out
}
