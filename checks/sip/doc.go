// Package sip reads and writes SIP messages (RFC 3261) as old Microsoft
// clients and servers exchange them: it reads leniently and writes exactly.
//
// A [Reader] takes messages from a stream, [Parse] takes one from a text that is
// there as a whole. Both keep what they do not understand, in the order in which
// it came: an answer that is damaged is still an answer, and often the one that
// names the fault. A [Request] is what a probe sends.
//
// What can be used to guess a password offline never appears in what
// [Message.String], [Challenge.String] and [Redact] give.
//
// The package does no I/O of its own and knows no time: deadlines belong to the
// connection that a Reader reads.
package sip
