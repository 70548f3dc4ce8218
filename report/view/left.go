package view

import (
	"strings"

	"lcshealth/checks/facts"
)

// Left is what a source left undetermined: the findings whose reason is its
// failure, counted, and their causes in the order in which they are shown.
type Left struct {
	Count  int
	Causes []string
}

// Left returns what a source left undetermined, or nil if that is nothing.
func (v *View) Left(s facts.Source) *Left {
	by := s.Name + ": "
	if s.Target != "" {
		by = s.Name + " " + s.Target + ": " // as facts.Unknown words it
	}
	var left Left
	for _, g := range v.Undetermined {
		if !strings.HasPrefix(g.Reason, by) {
			continue
		}
		left.Count += len(g.Findings)
		for _, f := range g.Findings {
			left.Causes = appendNew(left.Causes, f.Cause)
		}
	}
	if left.Count == 0 {
		return nil
	}
	return &left
}
