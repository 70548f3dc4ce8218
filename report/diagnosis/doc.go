// Package diagnosis answers one question: why did this sign-in fail? It walks
// the way of KB 871023: the end of the client's log, the SIP code there with its
// phrase, the causes that the articles list for them, and what is known of the
// server side for each.
//
// A [Diagnosis] is one value, which [WriteText], [WriteJSON] and [WriteHTML]
// show. diagnosis.schema.json describes its JSON; fields are only ever added.
//
// The package does no I/O but writing. Nothing in a Diagnosis was ever a body of
// a message, or a credential: records of a trace have neither.
package diagnosis
