package history

import (
	"time"

	"lcshealth/checks"
)

// Message is a notification that has to reach one channel. It is stored in the
// same transaction as the run that it tells of, so that a crash loses neither.
type Message struct {
	ID        int64 // given by the store
	Scope     string
	RunID     string // the run that it tells of; empty for a test or a warning about the audits themselves
	Channel   string // name of the channel in the configuration
	Payload   []byte // what package notify sends, in its own encoding
	CreatedAt time.Time
	NotBefore time.Time // the next attempt; the end of the quiet hours, or of a pause between attempts
	Attempts  int       // made so far
	LastError string    // of the last attempt; empty if there was none
	State     State
	// Claim says whose turn it is. [Store.Due] sets it, and what becomes of
	// the message is told with it.
	Claim string
}

// State is what has become of a message.
type State string

// The states of a message.
const (
	Pending State = "pending"
	Sent    State = "sent"
	GivenUp State = "given-up" // after too many attempts, or too long
)

// Known is what the history holds of one finding of a scope before a run. A
// finding is known by its id, whatever the severity that the id ends in.
//
// Runs that could not decide it are gaps: between two runs in which it was
// present they end nothing.
type Known struct {
	FirstSeen time.Time   // when it was first present; zero if it never was
	LastSeen  time.Time   // when it was last present
	Since     time.Time   // since when it has had the verdict that it has
	Changes   []time.Time // when it became present or ceased to be, oldest first, no further back than asked for
	// Verdict is how the last run that judged it did so; empty if none did,
	// [Gone] if its subject is no more.
	Verdict     checks.Verdict
	Fingerprint string // report.Fingerprint of when it was last reported; empty if none was
	// Told is what each channel was last told of it.
	Told map[string]Told
}

// Told is what a channel was last told of a finding.
type Told struct {
	At     time.Time
	Kind   string // the compare.Kind, or reminder, or flapping
	Digest string // report.Fingerprint of the finding as it was told
}
