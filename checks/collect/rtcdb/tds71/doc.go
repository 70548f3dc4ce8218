// Package tds71 lets a driver that speaks TDS 7.2 to 7.4 only, such as
// go-mssqldb, talk to SQL Server 2000 and MSDE 2000, which speak TDS 7.1.
//
// [Wrap] puts a translator around the connection to the server. It waits for
// the server's reply to PRELOGIN, which names the server's version. With SQL
// Server 2005 or later it then hands on every octet in both directions. With
// an older server it translates: to the driver it is a server of TDS 7.2, to
// the server a client of TDS 7.1. So one setting serves both.
//
//	                                 SQL Server 2000      the driver's side
//	PRELOGIN reply                   empty THREADID,      without it, complete
//	                                 perhaps incomplete
//	version in LOGIN7, LOGINACK      7.1                  7.4, 7.2
//	row count of DONE                4 octets             8 octets
//	line number of ERROR and INFO    2 octets             4 octets
//	user type of a column or value   2 octets             4 octets
//	table of text columns            one name             a list of name parts
//	ALL_HEADERS before a request     absent               present
//
// Everything else is the same in both (MS-TDS 2.2), and a reply is translated
// as it comes, in pieces of a packet.
//
// What TDS 7.1 cannot say is refused with an error and never guessed: TLS (a
// [TLSError]), transactions that the driver begins, bulk copy, parameters of
// (max) types and of the types that came with SQL Server 2005 and 2008
// ([ErrRefused]). A reply that is not understood is an error too ([ErrReply]).
// Either ends the connection. A parameter that is an empty string or an empty
// []byte is of a (max) type for go-mssqldb, and so is a text of more than
// 4,000 characters; a statement without parameters can be longer, since it is
// no parameter itself.
//
// No SQL Server 2000 was available to try this with. It follows MS-TDS and one
// recorded PRELOGIN reply, and is tested against a server that was written for
// the purpose and agrees with independent clients of TDS 7.1.
package tds71
