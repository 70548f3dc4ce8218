package trace

// Frame says what stands around the messages of a trace.
type Frame string

// The frames.
const (
	Bare     Frame = "bare"     // nothing: messages pasted from somewhere
	RTC      Frame = "rtc"      // Windows Messenger (Rtcdll*.log) and Communicator 2005: time of day, process and thread
	UCCAPI   Frame = "uccapi"   // later clients (.uccplog, .uccapilog): with date, and lines that tell the connection
	SIPStack Frame = "sipstack" // servers: $$begin_record … $$end_record
)

// Direction is which way a message went, seen from where the trace was
// written.
type Direction string

// The directions.
const (
	Unknown  Direction = ""
	Sent     Direction = "sent"
	Received Direction = "received"
)

// Reverse returns the direction of what answers.
func (d Direction) Reverse() Direction {
	switch d {
	case Sent:
		return Received
	case Received:
		return Sent
	default:
		return Unknown
	}
}

// Credentials is what can be said of a request's Authorization or
// Proxy-Authorization without showing it (MS-SIPAE, section 3.2).
type Credentials string

// What a request carries.
const (
	None    Credentials = ""
	Opening Credentials = "opening" // asks for a challenge to answer: gssapi-data is there and empty
	Proof   Credentials = "proof"   // says that its sender knows the password: gssapi-data, or Digest's response
	Signed  Credentials = "signed"  // with the keys of an earlier sign-in: response without gssapi-data
	Hidden  Credentials = "hidden"  // something; somebody has made it unreadable
)
