package audit

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/view"
)

// Line says in one line what an audit found that the one before had not, or is
// empty if nothing has changed.
func (o *Outcome) Line() string {
	if o.Report == nil {
		return ""
	}
	if o.Comparison == nil {
		return "first audit: " + standing(o.Report)
	}
	var parts []string
	for _, kind := range compare.Kinds() {
		if n := o.Comparison.Counts[kind]; n > 0 && kind != compare.Unchanged && kind != compare.NotJudged {
			parts = append(parts, fmt.Sprintf("%d %s", n, words[kind]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	line := strings.Join(parts, ", ")
	if worst := worst(o.Comparison); worst != nil {
		f := view.FindingOf(worst)
		line += fmt.Sprintf("; %s: %s, %s", f.Severity, f.Title, f.About())
	}
	return line
}

var words = map[compare.Kind]string{
	compare.New: "new", compare.Changed: "changed", compare.Lost: "cannot be told any more", compare.Undetermined: "newly undetermined",
	compare.Resolved: "resolved", compare.Decided: "decided",
}

// worst is the worst finding that is new or changed, or nil.
func worst(c *compare.Comparison) *checks.Finding {
	for _, change := range c.Changes { // the worst of each kind comes first
		if change.Kind == compare.New || change.Kind == compare.Changed {
			return change.Finding
		}
	}
	return nil
}

// standing says what is present.
func standing(r *report.Report) string {
	v := r.Summary.Verdicts
	if v.Present+v.Undetermined == 0 {
		return "nothing is present"
	}
	var parts []string
	for _, s := range checks.Severities() {
		if n := r.Summary.Severities[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if v.Undetermined > 0 {
		parts = append(parts, fmt.Sprintf("%d undetermined", v.Undetermined))
	}
	return strings.Join(parts, ", ")
}
