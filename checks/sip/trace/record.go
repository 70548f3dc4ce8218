package trace

import (
	"strconv"

	"lcshealth/checks/sip"
)

// Record is a part of a trace: a message, a fault that a server noted, or the
// end of a file.
type Record struct {
	File string // as its reader was told
	Line int    // the record's first, from 1

	Frame    Frame
	At       Stamp
	PID, TID uint32 // of who wrote the record; 0 where the trace does not tell

	Direction Direction
	Peer      string // host:port of the other end of the connection; "" where the trace does not tell
	Local     string // host:port of this end
	Transport string // TCP, TLS or UDP, of the topmost Via; "" without one

	// Message has no Body and no Raw, and of its headers those that a judgement
	// may need: never Authorization, Proxy-Authorization, Authentication-Info
	// and Proxy-Authentication-Info. Challenges are left with their public
	// parameters. Nil if the record is none of a message.
	Message *sip.Message

	Credentials Credentials // what a request carries to prove who sends it
	Scheme      string      // of the credentials: NTLM, Kerberos, TLS-DSK, Digest …

	// Continues says that a 401 or 407 goes on with an authentication rather
	// than turning it down: its challenge carries data (gssapi-data), or calls
	// the credentials stale.
	Continues bool

	// Cut says that the file ended before it was certain that the message did.
	// Headers may be missing at its end. Those that are there are whole.
	Cut bool

	Diagnostic *Diagnostic // nil if the record is none of a fault
	End        bool        // the file ended; At is its last stamp
}

// StartLine returns the first line of the message, or "".
func (r *Record) StartLine() string {
	switch m := r.Message; {
	case m == nil:
		return ""
	case !m.IsResponse():
		return m.Method + " " + m.RequestURI + " SIP/2.0"
	case m.Reason == "":
		return "SIP/2.0 " + strconv.Itoa(m.Code)
	default:
		return "SIP/2.0 " + strconv.Itoa(m.Code) + " " + m.Reason
	}
}

// Diagnostic is a fault as a server noted it beside the messages.
type Diagnostic struct {
	Component string // what noted it: TF_SECURITY, TF_DIAG
	Level     string // TL_ERROR, TL_WARN, TL_INFO
	Text      string
	Code      uint32 // of Result-Code, an HRESULT; 0 without one
	Name      string // that stands behind it: SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH
	StartLine string // of the message that it is about
	CallID    string
	CSeq      string
	Peer      string
	Data      []sip.Param // what Data says, those parts that are no secret: expected-fqdn, certName
}

// Get returns what Data says of a name, or "".
func (d *Diagnostic) Get(name string) string {
	for _, p := range d.Data {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
