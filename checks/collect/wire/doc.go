// Package wire observes the network side of a deployment: whether the names of
// listeners and next hops resolve, whether their ports accept connections,
// what their TLS listeners show of themselves, what they answer to SIP
// requests, and which hosts the DNS names lead to that clients look up. If a
// user is given, it tries his sign-in, once.
//
// It reports what is there and judges nothing: certificates are recorded, not
// verified. A question without an answer (a deadline, a silent DNS server, a
// dropped packet) is never reported as "does not exist" or "refuses".
package wire
