package reporttest

import (
	"os"
	"path/filepath"
	"testing"
)

// axeFile is where .ci/peers puts axe-core, from the root of the module.
const axeFile = "build/axe-4.14.1.min.js"

// Axe returns axe-core, which looks for what keeps people with disabilities
// from using a page (Deque Systems, https://github.com/dequelabs/axe-core).
// Without it the test is skipped, or fails where the environment says CI=true.
func Axe(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test does not run within the module")
		}
		dir = filepath.Dir(dir)
	}
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(axeFile)))
	if err != nil {
		absent(t, axeFile+" is missing (.ci/peers gets it), so nothing shows that the page is accessible")
	}
	return string(text)
}

// Violations has axe-core look at the page as it is now. It returns what is
// serious or critical, by the rules of WCAG 2.2 at levels A and AA and by those
// of good practice, one line each.
func (tab *Tab) Violations(axe string) []string {
	tab.t.Helper()
	Eval[int](tab, axe+"\n;0")
	const look = `axe.run(document).then(found => [
		...found.violations.filter(v => v.impact === "serious" || v.impact === "critical")
			.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + ": " + n.target.join(" ") + " " + n.html.slice(0, 200))),
		...(found.passes.length + found.violations.length < 10 ? ["axe-core tried only few rules"] : []),
	])`
	return Eval[[]string](tab, look)
}
