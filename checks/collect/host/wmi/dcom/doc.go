// Package dcom is the way into the WMI of a Windows host over the network:
// DCOM over TCP (MS-DCOM, MS-WMI), which is all that a Windows Server 2003
// offers. It only reads.
//
// The object resolver on port 135 is asked to activate WMI and tells at which
// port it then listens; everything else goes there. Both connections are
// authenticated, and what comes over them is signed, and encrypted if the host
// can do that.
//
// NTLM, Kerberos and the encoding of the calls are those of go-msrpc. The
// connection itself (MS-RPCE) and the decoding of objects (MS-WMIO) are not,
// since the octets of a host are not to be trusted. go-msrpc decodes answers in
// goroutines of its own, where a panic ends the program; it reserves whatever
// memory an answer says that it needs, takes an answer that is cut for an empty
// one, and does not compare the signature of what NTLM has encrypted.
package dcom
