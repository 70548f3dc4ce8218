package view

import (
	"fmt"
	"strconv"
	"strings"

	"lcshealth/checks"
)

// Mark sums findings up for a place that has room for a shape and a number.
type Mark struct {
	Severity     checks.Severity // the worst of those that are present; empty if none is
	Present      int
	Undetermined int
	Judged       int // findings that are absent, present or undetermined
	Findings     []*Finding
}

// add counts a finding. Those that are present or undetermined are kept, the
// worst first.
func (m *Mark) add(f *Finding) {
	switch f.Verdict {
	case checks.Present:
		m.Present++
		if m.Severity == "" || f.Severity.Rank() < m.Severity.Rank() {
			m.Severity = f.Severity
		}
	case checks.Undetermined:
		m.Undetermined++
	case checks.Absent:
		m.Judged++
		return
	default:
		return
	}
	m.Judged++
	at := len(m.Findings)
	for at > 0 && worse(f, m.Findings[at-1]) {
		at--
	}
	m.Findings = append(m.Findings, nil)
	copy(m.Findings[at+1:], m.Findings[at:])
	m.Findings[at] = f
}

// merge counts what another mark counts.
func (m *Mark) merge(other *Mark) {
	for _, f := range other.Findings {
		m.add(f)
	}
	m.Judged += other.Judged - other.Present - other.Undetermined
}

func worse(a, b *Finding) bool {
	if a.Verdict != b.Verdict {
		return a.Verdict == checks.Present
	}
	return a.Severity.Rank() < b.Severity.Rank()
}

// Any reports whether anything is present or undetermined.
func (m *Mark) Any() bool { return m.Present+m.Undetermined > 0 }

// State is one word for the mark: a severity, undetermined, clear or none.
func (m *Mark) State() string {
	switch {
	case m.Present > 0:
		return string(m.Severity)
	case m.Undetermined > 0:
		return "undetermined"
	case m.Judged > 0:
		return "clear"
	}
	return "none"
}

// rank orders marks, the worst first.
func (m *Mark) rank() int {
	switch {
	case m.Present > 0:
		return m.Severity.Rank()
	case m.Undetermined > 0:
		return len(checks.Severities())
	}
	return len(checks.Severities()) + 1
}

// Badge is what is present: "■ 3"; or "".
func (m *Mark) Badge() string {
	if m.Present == 0 {
		return ""
	}
	return SeverityShape(m.Severity) + " " + strconv.Itoa(m.Present)
}

// OpenBadge is what is undetermined: "? 2"; or "".
func (m *Mark) OpenBadge() string {
	if m.Undetermined == 0 {
		return ""
	}
	return ShapeOpen + " " + strconv.Itoa(m.Undetermined)
}

// Shape is the shape of the worst that a mark counts.
func (m *Mark) Shape() string {
	switch {
	case m.Present > 0:
		return SeverityShape(m.Severity)
	case m.Undetermined > 0:
		return ShapeOpen
	case m.Judged > 0:
		return ShapeClear
	}
	return ""
}

// Words say what a mark shows: "3 present, at worst critical; 2 undetermined".
func (m *Mark) Words() string {
	var parts []string
	switch {
	case m.Present == 1:
		parts = append(parts, "1 present, "+string(m.Severity))
	case m.Present > 1:
		parts = append(parts, fmt.Sprintf("%d present, at worst %s", m.Present, m.Severity))
	}
	if m.Undetermined > 0 {
		parts = append(parts, fmt.Sprintf("%d undetermined", m.Undetermined))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "; ")
	case m.Judged > 0:
		return "nothing found"
	}
	return "not judged"
}

// Anchor is that of the worst finding, or "".
func (m *Mark) Anchor() string {
	if len(m.Findings) == 0 {
		return ""
	}
	return m.Findings[0].Anchor
}
