package html

import (
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// shown are the functions of the templates that draw.
var shown = map[string]any{
	"add":       add,
	"sub":       func(a, b int) int { return a - b },
	"mul":       func(a, b int) int { return a * b },
	"next":      func(n int) int { return n + 1 },
	"permille":  permille,
	"dotted":    func(name string) []string { return strings.SplitAfter(name, ".") }, // where a name may break
	"badge":     func(m view.Mark, x, y int) placed { return placed{&m, x, y} },
	"legend":    legend,
	"markState": markState,
	"markShape": func(f *view.Finding) string {
		if f.Verdict == checks.Present {
			return view.SeverityShape(f.Severity)
		}
		return view.VerdictShape(f.Verdict)
	},
}

func add(numbers ...int) (sum int) {
	for _, n := range numbers {
		sum += n
	}
	return sum
}

// permille writes a share as SVG takes it: "23.5%".
func permille(n int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/10, 'f', 1, 64), ".0") + "%"
}

// placed is a mark with the place where it is written.
type placed struct {
	Mark *view.Mark
	X, Y int
}

// markState is the state of a mark that counts one finding.
func markState(f *view.Finding) string {
	if f.Verdict == checks.Present {
		return string(f.Severity)
	}
	return string(f.Verdict)
}

// key is an entry of a legend.
type key struct{ State, Shape, Word string }

func legend() (out []key) {
	for _, s := range checks.Severities() {
		out = append(out, key{string(s), view.SeverityShape(s), fmt.Sprint(s)})
	}
	return append(out, key{"undetermined", view.ShapeOpen, "undetermined"}, key{"clear", view.ShapeClear, "nothing found"}, key{"not-applicable", view.ShapeNone, "not applicable"})
}
