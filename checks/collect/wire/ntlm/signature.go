package ntlm

import (
	"strconv"
	"strings"
)

// The versions of the authentication protocol that a server can name in the
// parameter version of its challenge ([MS-SIPAE] 2.2).
const (
	// Version2 is what LCS 2003 and 2005 speak; they name no version.
	Version2 = 2
	// Version3 adds the recipient and the asserted identities to what is signed.
	Version3 = 3
	// Version4 wants the request signed that carries the response.
	Version4 = 4
)

// Fields are the values of a SIP message that its signature covers, each as it
// stands in the message ([MS-SIP] 3.1.4.2). What the message lacks is empty.
type Fields struct {
	Rand       string // crand of a request, srand of the server
	Num        string // cnum of a request, snum of the server
	Realm      string
	TargetName string
	CallID     string
	CSeq       string // the number alone
	Method     string // of the CSeq
	FromURI    string
	FromTag    string
	ToURI      string // from version 3
	ToTag      string
	SIP        string // sip URI of P-Asserted-Identity or P-Preferred-Identity, from version 3
	Tel        string // tel URI of it, from version 3
	Expires    string
	Status     int // of a response; 0 for a request
}

// SignatureBuffer returns the text that is signed for a message in a version of
// the protocol. A version below [Version3], 0 among them, means [Version2].
func SignatureBuffer(version int, f Fields) string {
	values := []string{"NTLM", f.Rand, f.Num, f.Realm, f.TargetName, f.CallID, f.CSeq, f.Method, f.FromURI, f.FromTag}
	if version < Version3 {
		values = append(values, f.ToTag)
	} else {
		values = append(values, f.ToURI, f.ToTag, f.SIP, f.Tel)
	}
	values = append(values, f.Expires)
	if f.Status != 0 {
		values = append(values, strconv.Itoa(f.Status))
	}
	return "<" + strings.Join(values, "><") + ">"
}
