package notify

import (
	"slices"

	"lcshealth/report/compare"
)

// Kind says why a finding is told of. Those that [compare.Kind] has bear the
// same words.
type Kind string

// The kinds, in the order in which a message has them.
const (
	New          Kind = "new"          // present now, and not so before
	Again        Kind = "again"        // could not be decided for a while, and is still present
	Standing     Kind = "standing"     // present in the first audit of a scope, so nobody knows since when
	Changed      Kind = "changed"      // present as before, with another severity, evidence, users or waiver
	Flapping     Kind = "flapping"     // comes and goes; nothing more is told until it is steady
	Steady       Kind = "steady"       // was flapping and is not any more; its verdict says how it ended
	Lost         Kind = "lost"         // was present and cannot be decided any more
	Undetermined Kind = "undetermined" // cannot be decided any more; was not present
	Resolved     Kind = "resolved"     // was present and is not any more
	Decided      Kind = "decided"      // could not be decided before; is not present
	Reminder     Kind = "reminder"     // is still present
)

// Kinds lists them in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{New, Again, Standing, Changed, Flapping, Steady, Lost, Undetermined, Resolved, Decided, Reminder}
}

func (k Kind) rank() int { return slices.Index(Kinds(), k) }

// wanted is the kind of change that a channel asks for to be told of this kind.
func (k Kind) wanted() compare.Kind {
	switch k {
	case Again, Standing, Flapping, Steady:
		return compare.New
	default:
		return compare.Kind(k)
	}
}

// open reports whether a channel that was told this last believes that the
// finding is, or may be, present.
func (k Kind) open() bool {
	switch k {
	case New, Again, Standing, Changed, Flapping, Steady, Lost, Reminder:
		return true
	}
	return false
}

// unsure reports whether it says that the finding cannot be decided.
func (k Kind) unsure() bool { return k == Lost || k == Undetermined }

// Occasion is what a message as a whole is about.
type Occasion string

// The occasions.
const (
	Changes     Occasion = "changes"      // an audit found something else than the one before
	FirstAudit  Occasion = "first-audit"  // of a scope: what is present now
	Digest      Occasion = "digest"       // what is present now, and what has changed since the last digest
	AuditFailed Occasion = "audit-failed" // an audit was tried and came to no report
	AuditsStale Occasion = "audits-stale" // no audit has ended for too long
	AuditsAgain Occasion = "audits-again" // an audit has ended again
	Trial       Occasion = "test"         // somebody tries the channel out
)

// What is told of something else than a finding is remembered under an id that
// no finding has.
const (
	AuditID  = "(audit)"  // of the audits themselves
	DigestID = "(digest)" // of the last digest
)
