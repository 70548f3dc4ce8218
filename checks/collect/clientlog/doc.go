// Package clientlog reads what SIP clients and servers write down of what they
// say: the file in which KB 871023 begins the search for a failed sign-in.
//
// It reads the traces of Windows Messenger (Rtcdll*.log) and Communicator 2005,
// those of the later clients (.uccplog, .uccapilog), the traces of a server
// (TL_INFO … $$begin_record … $$end_record), and messages that somebody pasted
// into a mail, with quotation marks, wrapped lines or all line ends lost. UTF-8,
// UTF-16 and Windows-1252 are told apart by themselves, and so are line ends.
//
// Two frames are known from real files: that of Windows Messenger and that of
// a server. The lines that later clients put around a message, "Sending Packet
// - 192.0.2.1:5061 (From Local Address: 192.0.2.7:1433) 1034 bytes:", are known
// only in part, since no whole file of theirs was found; without them a message
// is read all the same, and its direction is unknown.
//
// Nothing in a file stops the reading. What makes no sense is counted in
// [Damage] with the first places. Memory does not depend on the size of a file:
// lines, headers and their number are bounded, and bodies are skipped.
//
// Credentials are judged where they are read and left out of the [trace.Record]:
// an NTLM answer lets its reader guess the password offline.
//
// A message within the body of another, such as a line of chat that looks like
// a stamp and an answer, cannot be told from a message of the trace. A trace is
// a witness, not a proof.
package clientlog
