// Package facts holds what can be known about a Live Communications Server
// (LCS) deployment: its forest, servers, databases, users and what the network
// shows of them.
//
// Every fact is a [Value], which knows whether it was observed and, if not, why
// not. Facts are gathered by package collect, stored and read back by [Writer]
// and [Reader] (FORMAT.md describes the stored form), and judged by the causes
// of package catalog. Nothing here performs I/O other than on the reader or
// writer that it is given.
package facts
