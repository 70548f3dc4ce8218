package changes

import (
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/view"
)

// Row is one difference. Before is empty for what is new, After for what is
// gone.
type Row struct {
	Label  string
	Before string
	After  string
	Origin string // who saw it, where
}

// mostUsers are named in a row; the JSON comparison names all.
const mostUsers = 10

// Mark shows what a row tells: + new, − gone, ~ altered.
func (r Row) Mark() string {
	switch {
	case r.Before == "":
		return "+"
	case r.After == "":
		return "−"
	default:
		return "~"
	}
}

func rows(d *compare.Diff) (out []Row) {
	if s := d.Severity; s != nil {
		out = append(out, Row{Label: "Severity", Before: string(s.Before), After: string(s.After)})
	}
	if a := d.Affected; a != nil {
		if a.Before != a.After {
			out = append(out, Row{Label: "Affected", Before: view.Count(a.Before, "user", "users"), After: view.Count(a.After, "user", "users")})
		}
		if len(a.Added) > 0 {
			out = append(out, Row{Label: "Users", After: users(a.Added)})
		}
		if len(a.Removed) > 0 {
			out = append(out, Row{Label: "Users", Before: users(a.Removed)})
		}
	}
	for _, e := range d.Evidence {
		row := Row{Label: "Evidence"}
		if e.Before != nil {
			row.Before, row.Origin = evidence(e.Before), origin(e.Before)
		}
		if e.After != nil {
			row.After, row.Origin = evidence(e.After), origin(e.After)
		}
		out = append(out, row)
	}
	if w := d.Waived; w != nil {
		out = append(out, Row{Label: "Waived", Before: waived(w.Before), After: waived(w.After)})
	}
	return out
}

// note says what the rows cannot tell.
func note(d *compare.Diff) string {
	var out []string
	if d.Affected != nil && d.Affected.Partial {
		out = append(out, "The reports do not name every user, so there may be more.")
	}
	if d.Incomplete {
		out = append(out, "Not everything could be seen this time, so what is gone may still be there.")
	}
	return strings.Join(out, " ")
}

func users(list []string) string {
	cleaned := make([]string, len(list))
	for i, u := range list {
		cleaned[i] = report.Clean(u)
	}
	return view.List(cleaned, mostUsers)
}

func evidence(e *checks.Evidence) string {
	out := report.Clean(e.Observed)
	if e.Expected != "" {
		out += " (expected: " + report.Clean(e.Expected) + ")"
	}
	return out
}

func origin(e *checks.Evidence) string {
	return strings.TrimSpace(report.Clean(e.Source) + " " + report.Clean(e.Host))
}

func waived(w *checks.Waived) string {
	if w == nil {
		return "not waived"
	}
	return view.WaivedWords(&checks.Waived{Owner: report.Clean(w.Owner), Until: report.Clean(w.Until), Reason: report.Clean(w.Reason)})
}
