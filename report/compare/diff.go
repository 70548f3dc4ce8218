package compare

import (
	"lcshealth/checks"
)

// Diff is how a finding that is present in both reports differs. What is the
// same is not there.
type Diff struct {
	Severity *SeverityChange  `json:"severity,omitempty"`
	Evidence []EvidenceChange `json:"evidence,omitempty"`
	Affected *AffectedChange  `json:"affected,omitempty"`
	Waived   *WaivedChange    `json:"waived,omitempty"`
	// Incomplete says that not everything could be seen in the later run, so
	// that what is missing may be there.
	Incomplete bool `json:"incomplete,omitempty"`
}

// SeverityChange is a severity before and after.
type SeverityChange struct {
	Before checks.Severity `json:"before"`
	After  checks.Severity `json:"after"`
}

// EvidenceChange is a piece of evidence that is new (without Before), gone
// (without After) or altered.
type EvidenceChange struct {
	Before *checks.Evidence `json:"before,omitempty"`
	After  *checks.Evidence `json:"after,omitempty"`
}

// AffectedChange is how many users a finding affects before and after, and
// which of them are new or gone as far as the reports name them.
type AffectedChange struct {
	Before  int      `json:"before"`
	After   int      `json:"after"`
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Partial bool     `json:"partial,omitempty"` // a report does not name all its users, so there may be more of either
}

// WaivedChange is a waiver before and after; one of them may be missing.
type WaivedChange struct {
	Before *checks.Waived `json:"before,omitempty"`
	After  *checks.Waived `json:"after,omitempty"`
}

// diff returns how a finding differs, or nil.
func diff(before, after *checks.Finding) *Diff {
	d := &Diff{Affected: affected(before.Affected, after.Affected)}
	if before.Severity != after.Severity {
		d.Severity = &SeverityChange{before.Severity, after.Severity}
	}
	if b, a := before.Waived, after.Waived; (b == nil) != (a == nil) || b != nil && *b != *a {
		d.Waived = &WaivedChange{b, a}
	}
	d.Evidence = evidence(before.Evidence, after.Evidence)
	if d.Affected != nil && (sampled(before) || sampled(after)) {
		// The evidence is of the first users only. Another one moves up when
		// one goes, which says nothing that the users do not.
		d.Evidence = altered(d.Evidence)
	}
	if d.Severity == nil && d.Waived == nil && d.Affected == nil && len(d.Evidence) == 0 {
		return nil
	}
	d.Incomplete = len(after.Settle) > 0
	return d
}

func sampled(f *checks.Finding) bool {
	return f.Affected != nil && len(f.Evidence) < f.Affected.Count
}
