// Package signin rebuilds sign-in attempts from the records of a trace, as
// KB 871023 has an administrator do by eye, and the invitations that were left
// pending as KB 834477 has it.
//
// A client signs in with REGISTER (RFC 3261, section 10): it sends one without
// credentials, is challenged with 401, answers the challenge, with NTLM in two
// steps, and is told 200 or why not. All of that has one Call-ID and rising
// numbers in CSeq. An [Attempt] is one such chain, from its first request to the
// answer that decides it. A challenge is a part of every sign-in and no failure.
//
// Transactions are told apart by Call-ID and CSeq. The branch of Via is not
// used: LCS's clients send none, and the trace of a server has one for each hop.
//
// # What may be said of a part
//
// A trace is often cut: the file was turned over, copied while it was written,
// or somebody pasted a part of it. What the package says without calling it
// [Attempt.Provisional] the whole trace never contradicts, so long as it was
// written in the order of time:
//
//   - Answers other than 1xx, 401 and 407 decide an attempt as soon as they are
//     met. What comes later is another attempt.
//   - 401 and 407 decide nothing until the dialogue was quiet for 32 seconds:
//     the client may go on with other credentials, or another scheme.
//   - No answer is [Unanswered] once 32 seconds have passed in the trace, when
//     the transaction times out (RFC 3261, section 17.1.2.2, timer F), or once
//     the client begins anew. Where the trace ends before, it is [Unfinished].
//   - An answer whose request is not in the trace is provisional: it may have
//     come when the client had given up.
//   - Whether credentials were turned down is said only where the request is
//     there. Without it 401 is [Unfinished].
//   - A REGISTER counts as a sign-in only from the dialogue's first, number 1.
//     Where that is missing it may as well be a refresh, and [Attempt.Kind] is
//     unknown.
//
// The package does no I/O, and holds a bounded number of bounded strings. They
// are as they came from the trace: who shows them cleans them.
package signin
