package catalog_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hide is one thing taken from what is known of a world.
type hide struct {
	path  string
	apply func(*world)
}

// hides lists everything that a source may fail to tell: every fact of the
// deployment, found by reflection, so that none is forgotten, and the parts of
// facts that can be missing by themselves.
func hides(w *world) (out []hide) {
	paths, _ := everyFact(w)
	for number, path := range paths {
		out = append(out, hide{path, func(w *world) {
			_, values := everyFact(w)
			values[number].SetZero() // not observed
			w.consequence(path)
		}})
	}
	return append(out, partialHides(w)...)
}

// everyFact returns every field of type facts.Value, with its path.
func everyFact(w *world) (paths []string, values []reflect.Value) {
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch {
		case v.Kind() == reflect.Struct && strings.HasPrefix(v.Type().Name(), "Value["):
			paths, values = append(paths, strings.TrimPrefix(path, ".")), append(values, v)
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					walk(v.Field(i), path+"."+f.Name)
				}
			}
		case v.Kind() == reflect.Pointer && !v.IsNil():
			walk(v.Elem(), path)
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), path+"["+label(v.Index(i), i)+"]")
			}
		}
	}
	walk(reflect.ValueOf(w.Deployment).Elem(), "")
	return paths, values
}

// label names an element of a list as people would.
func label(v reflect.Value, i int) string {
	switch x := v.Interface().(type) {
	case *facts.Server:
		return x.FQDN
	case *facts.Database:
		return x.Name
	case *facts.Endpoint:
		return fmt.Sprintf("%s:%d/%s", x.Host, x.Port, x.Transport)
	case facts.ClientRecord:
		return x.Name
	}
	return fmt.Sprint(i)
}

// consequence takes from the users what a source that does not tell a fact
// cannot tell of them either.
func (w *world) consequence(path string) {
	for _, db := range w.Databases {
		blank := func(change func(*facts.Entry)) {
			for _, u := range w.users {
				for i := range u.Entries {
					if u.Entries[i].Database == db.Name {
						change(&u.Entries[i])
					}
				}
			}
		}
		switch path {
		case "Databases[" + db.Name + "].SIDs":
			blank(func(e *facts.Entry) { e.SID = nil })
		case "Databases[" + db.Name + "].GUIDs":
			blank(func(e *facts.Entry) { e.GUID = nil })
		case "Databases[" + db.Name + "].DirectoryRows":
			blank(func(e *facts.Entry) { e.DirectoryRow = nil })
		}
	}
}

// partialHides are what can be missing of a fact that was observed, and of the
// users if a source broke off before the end.
func partialHides(w *world) (out []hide) {
	add := func(path string, apply func(*world)) { out = append(out, hide{path, apply}) }
	homes, _ := w.Directory.HomeServers.Get()
	for i, h := range homes {
		add("Directory.HomeServers["+h.Name+"].Object", func(w *world) {
			homes, _ := w.Directory.HomeServers.Get()
			if homes = slices.Clone(homes); i < len(homes) { // else they are hidden as well
				homes[i].Object = facts.NotObserved[facts.HomeServerObject](hidden)
				w.Directory.HomeServers = facts.Observed(homes, w.Directory.HomeServers.Origin())
			}
		})
	}
	add("Directory.Users (no account read)", func(w *world) { w.forgetAccounts(func(*facts.Account) bool { return true }) })
	for _, u := range w.users {
		if len(u.Accounts) > 1 {
			continue // who sees one of two holders of an address judges by him
		}
		for _, a := range u.Accounts {
			add("Directory.Users (not "+a.DN+")", func(w *world) { w.forgetAccounts(func(other *facts.Account) bool { return other.DN == a.DN }) })
		}
	}
	for _, db := range w.Databases {
		add("Databases["+db.Name+"].Entries (no row read)", func(w *world) {
			w.Database(db.Name).Entries = facts.NotObserved[int](hidden)
			w.forget(func(e *facts.Entry) bool { return e.Database == db.Name })
		})
	}
	for _, s := range w.Servers {
		add("Servers["+s.FQDN+"].Host.Certificates (private keys)", func(w *world) {
			edit(&w.Server(s.FQDN).Host.Certificates, func(c *facts.Certificate) { c.HasPrivateKey = nil })
		})
		add("Servers["+s.FQDN+"].Host.Ports (process names)", func(w *world) {
			edit(&w.Server(s.FQDN).Host.Ports, func(p *facts.PortOwner) { p.Process = "" })
		})
		stored, _ := s.Host.Certificates.Get()
		for i := range stored {
			add(fmt.Sprintf("Servers[%s].Host.Certificates (%d unreadable)", s.FQDN, i), func(w *world) {
				n := 0
				edit(&w.Server(s.FQDN).Host.Certificates, func(c *facts.Certificate) {
					if n == i {
						c.DER = c.DER[:len(c.DER)/2]
					}
					n++
				})
			})
		}
	}
	return out
}

func (w *world) forgetAccounts(unwanted func(*facts.Account) bool) {
	w.Directory.Users = facts.NotObserved[facts.UserTotals](hidden)
	for _, u := range w.users {
		u.Accounts = slices.DeleteFunc(slices.Clone(u.Accounts), func(a facts.Account) bool { return unwanted(&a) })
	}
	w.forget(func(*facts.Entry) bool { return false }) // users of whom nothing is left
}

// subject is what a cause was judged for.
type subject struct{ cause, name string }

// verdicts sums findings up; a cause that is present in any shape is present.
func verdicts(findings []checks.Finding) map[subject]checks.Verdict {
	out := map[subject]checks.Verdict{}
	for _, f := range findings {
		key := subject{f.Cause, f.Subject.Name}
		if out[key] != checks.Present {
			out[key] = f.Verdict
		}
	}
	return out
}

func (w *world) verdicts(causes ...string) (map[subject]checks.Verdict, error) {
	findings, err := w.findings(causes...)
	return verdicts(findings), err
}

// dishonest compares what is said with less knowledge to what is said with
// more. All that less knowledge may do is make a verdict undetermined: nothing
// may come to be absent, nor present, nor impossible, because nobody looked.
func dishonest(more, less map[subject]checks.Verdict) (out []string) {
	for key, now := range less {
		before, judged := more[key]
		switch {
		case now == before, now == checks.Undetermined:
		case before == checks.NotApplicable && now == checks.Absent:
			// What is not there is not there, whether it could be or not.
		case key.cause == "user-sid-invalid" && now == checks.Present &&
			(more[subject{"stale-user-entry", key.name}] == checks.Present || more[subject{"user-entry-damaged", key.name}] == checks.Present):
			// A wrong SID is a wrong SID. That it is left from an earlier
			// installation, or lacks with its whole row, takes more to tell.
		case !judged && now == checks.NotApplicable:
		default:
			out = append(out, fmt.Sprintf("%s of %s: %s, with more known %q", key.cause, key.name, now, before))
		}
	}
	open := map[string]bool{} // causes
	for key, now := range less {
		open[key.cause] = open[key.cause] || now == checks.Undetermined
	}
	for key, before := range more {
		_, judged := less[key]
		vague := before == checks.Undetermined || before == checks.NotApplicable
		if !judged && (!vague || !open[key.cause]) {
			out = append(out, fmt.Sprintf("%s of %s: no verdict, with more known %s", key.cause, key.name, before))
		}
	}
	slices.Sort(out)
	return out
}

// exploration is what hiding one thing did to the verdicts of a scenario.
type exploration struct {
	scenario string
	path     string
	problems []string  // what was said in ignorance
	open     []subject // what became undetermined
}

// explore hides everything in every scenario, one by one. Two tests look at
// what comes of it.
var explore = sync.OnceValues(func() ([]exploration, error) {
	all := scenarios()
	found := make([][]exploration, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range all {
		group.Go(func() (err error) {
			found[i], err = s.explore()
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(found...), err
})

func (s *scenario) explore() (out []exploration, err error) {
	more, err := s.world().verdicts(s.cause...)
	if err != nil {
		return nil, err
	}
	for i, h := range hides(s.world()) {
		if !s.matters(h) || testing.Short() && i%6 != 0 {
			continue
		}
		w := s.world()
		h.apply(w)
		less, err := w.verdicts(s.cause...)
		if err != nil {
			return nil, err
		}
		out = append(out, exploration{s.name, h.path, dishonest(more, less), turned(more, less)})
	}
	return out, nil
}

// tries is how often something is tried: once where little time is asked for.
func tries(n int) int {
	if testing.Short() {
		return 1
	}
	return n
}

// The central property: whatever fact is hidden, in whatever world, no verdict
// becomes another than undetermined.
func TestNothingIsDecidedInIgnorance(t *testing.T) {
	t.Parallel()
	all, err := explore()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		for _, problem := range e.problems {
			t.Errorf("%s: %s hidden: %s", e.scenario, e.path, problem)
		}
	}
}

// Sources fail together, too, and then all causes have to be honest. The seed
// is fixed: the same facts are hidden each time.
func TestNothingIsDecidedInIgnoranceOfSeveral(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	for _, s := range scenarios() {
		more := verdicts(s.world().judge(t))
		all := hides(s.world())
		for range tries(4) {
			w := s.world()
			var names []string
			for _, i := range random.Perm(len(all))[:2+random.IntN(8)] {
				all[i].apply(w)
				names = append(names, all[i].path)
			}
			for _, problem := range dishonest(more, verdicts(w.judge(t))) {
				t.Errorf("%s: %s hidden: %s", s.name, strings.Join(names, " and "), problem)
			}
		}
	}
}

// Which causes rest on which fact, in the healthy deployment, for people to
// review. A verdict that is not listed stays as it was.
func TestNeedsGolden(t *testing.T) {
	more := verdicts(healthy().judge(t))
	var got strings.Builder
	for _, h := range hides(healthy()) {
		w := healthy()
		h.apply(w)
		fmt.Fprintln(&got, h.path)
		for _, key := range turned(more, verdicts(w.judge(t))) {
			fmt.Fprintf(&got, "    %s of %s\n", key.cause, key.name)
		}
	}
	golden := filepath.Join("testdata", "needs.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil { //nolint:gosec // for everybody to read
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("what turns undetermined without a fact has changed; review it, then go test -update (-want +got):\n%s", diff)
	}
}

// turned lists what became undetermined.
func turned(more, less map[subject]checks.Verdict) []subject {
	var out []subject
	for key, now := range less {
		if now == checks.Undetermined && more[key] != checks.Undetermined {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, func(a, b subject) int { return strings.Compare(a.cause+" "+a.name, b.cause+" "+b.name) })
	return out
}

// tells says which facts each declared need stands for, as beginnings of what
// comes after the server, database or endpoint in their paths.
var tells = map[string][]string{
	"the services and their states":                            {"Host.Services"},
	"the processes and who listens on which port":              {"Host.Processes", "Host.Ports"},
	"the listening addresses of Live Communications Server":    {"Host.Listeners"},
	"the routing setting and the static routes":                {"Host.Routing", "Host.Routes"},
	"the authorized hosts and trust settings":                  {"Host.AuthorizedHosts"},
	"the certificate stores of the local computer":             {"Host.Certificates"},
	"the application log":                                      {"Host.Events"},
	"the servers and what each is for":                         {"Role", "Generation", "Directory.Servers"},
	"the list of trusted servers":                              {"Directory.TrustedServers"},
	"the SIP domains of the deployment":                        {"Directory.SIPDomains"},
	"the domains of the forest and their SIDs":                 {"Directory.Forest"},
	"the accounts of every domain of the forest":               {"Directory.Users"},
	"the home servers that accounts name":                      {"Directory.HomeServers"},
	"the users in the RTC database of each home server":        {"Entries"},
	"the column that holds users' SIDs":                        {"SIDs"},
	"the column that holds users' GUIDs":                       {"GUIDs"},
	"the table that mirrors the directory":                     {"DirectoryRows"},
	"names, ports and certificates of listeners and next hops": {"Addresses", "Connected", "TLS"},
	"the DNS records that clients look up":                     {"Targets"},
	"the clock of the host":                                    {"Host.Clock"},
	"the clock of a domain controller":                         {"Directory.Clock"},
	"the pools and edge proxies":                               {"Directory.Pools", "Directory.Settings"},
	"what listeners answer to SIP requests":                    {"Options", "Register"},
}

func stands(need checks.Need, path string) bool {
	if i := strings.Index(path, "]."); i >= 0 && !strings.HasPrefix(path, "Directory") {
		path = strings.TrimPrefix(path[i+2:], ".")
	}
	return slices.ContainsFunc(tells[need.What], func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// What a cause declares to need is what it needs: hiding each makes some
// verdict of the cause undetermined in some world, and nothing else does.
func TestNeedsAreDeclared(t *testing.T) {
	t.Parallel()
	all, err := explore()
	if err != nil {
		t.Fatal(err)
	}
	wide := map[string]bool{} // causes of the deployment
	for _, c := range catalog.All() {
		wide[c.ID] = c.Scope == checks.ScopeDeployment
	}
	needed := map[string]map[string]bool{} // cause → paths
	for _, e := range all {
		for _, key := range e.open {
			if key.name == "deployment" && !wide[key.cause] {
				continue // servers that are not known at all: that is so for every cause
			}
			if needed[key.cause] == nil {
				needed[key.cause] = map[string]bool{}
			}
			needed[key.cause][e.path] = true
		}
	}
	for _, c := range catalog.All() {
		paths := slices.Sorted(maps.Keys(needed[c.ID]))
		for _, need := range c.Needs {
			if tells[need.What] == nil {
				t.Errorf("%s needs %q, which stands for no fact", c.ID, need.What)
			}
			if !testing.Short() && !slices.ContainsFunc(paths, func(p string) bool { return stands(need, p) }) { // which takes all paths
				t.Errorf("%s declares that it needs %s: %s, but is decided without", c.ID, need.Source, need.What)
			}
		}
		for _, path := range paths {
			if !slices.ContainsFunc(c.Needs, func(n checks.Need) bool { return stands(n, path) }) {
				t.Errorf("%s is undetermined without %s, which it does not declare to need", c.ID, path)
			}
		}
	}
}
