// Package trace has what the trace of a SIP client or server tells: its
// messages and the faults it names, each with its place in the file.
//
// A [Record] never holds a body, nor what a password could be guessed with:
// whoever makes one leaves that out and keeps only what can be said about it,
// as [Credentials] and [Record.Continues]. Everything else in it is as it came,
// from a file that anybody may have written.
package trace
