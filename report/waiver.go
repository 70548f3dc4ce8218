package report

// Waiver accepts a finding for a time, and says what became of that.
type Waiver struct {
	Cause       string      `json:"cause"`
	Subject     string      `json:"subject"`         // name of the findings' subject, or * for every one
	Shape       string      `json:"shape,omitempty"` // only findings of this shape
	Reason      string      `json:"reason"`
	Owner       string      `json:"owner"`
	Until       string      `json:"until"`                 // YYYY-MM-DD, the last day
	Fingerprint string      `json:"fingerprint,omitempty"` // of the one finding that was accepted
	State       WaiverState `json:"state"`
	Findings    []string    `json:"findings,omitempty"` // ids of the findings that it is about, whatever its state
}

// WaiverState is what became of a waiver in a run.
type WaiverState string

// The states of a waiver.
const (
	WaiverApplied   WaiverState = "applied"   // it waives at least one finding
	WaiverExpired   WaiverState = "expired"   // its last day has passed
	WaiverOutdated  WaiverState = "outdated"  // there is such a finding, but its evidence is not what was accepted
	WaiverUnjudged  WaiverState = "unjudged"  // such a finding is undetermined, or the run was limited to others
	WaiverUnmatched WaiverState = "unmatched" // no such finding is present
)
