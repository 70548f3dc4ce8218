// Package ntlm answers the NTLM challenge of a Live Communications Server as a
// client does that registers over SIP ([MS-SIP] 3.1.4.2, [MS-SIPAE] 4.1), and
// signs and verifies SIP messages with the session that results. It does no
// I/O: octets and header values go in, octets and header values come out.
//
// SIP uses the connectionless kind of NTLM ([MS-NLMP] 3.1.5.2): there is no
// NEGOTIATE_MESSAGE, the server's CHALLENGE_MESSAGE (type 2) comes first and
// the client chooses among the flags it offers. A registration goes
//
//	401  WWW-Authenticate: NTLM realm, targetname[, version]
//	     Authorization: [First]
//	401  WWW-Authenticate: NTLM … opaque, gssapi-data  → [Offer.Challenge]
//	     Authorization: [Third], with what [Respond] returns
//	200  Authentication-Info: NTLM rspauth, srand, snum → [Session.Verify]
//
// The challenge alone needs no account and names the server's domain, computer
// and forest. The answer to it is a sign-in attempt like any other, and counts
// toward the lockout of the account when it fails.
//
// Only NTLMv2 with extended session security, key exchange and 128-bit keys is
// spoken: an LM or NTLMv1 response is never made, whatever the server asks for.
package ntlm
