// Package history keeps the runs of scheduled audits: which findings each run
// had, since when each has been seen, how its sources ended, and the messages
// that still have to reach somebody. It is one SQLite file, or a PostgreSQL
// database where more than one auditor writes; both have the same schema.
//
// A run is stored whole or not at all, together with the messages that it gave
// rise to.
//
// Runs belong to a scope, a name for what is audited; only runs of one scope
// are compared. Within a scope they stand in the order in which they were
// saved, which a clock that is set back does not change.
//
// What became of each finding is kept as spans: stretches of runs in which it
// was judged the same. A night without news only moves the ends of the spans.
// A run that could not decide a finding makes an undetermined span. That is a
// gap, not an end: a problem is over only when a run has seen that it is.
//
// Times are stored as microseconds since 1970 in UTC and so lose what is
// below a microsecond. Auditors that share a database should have clocks that
// agree to well within [DefaultLease].
package history
