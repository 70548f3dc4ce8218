package signin

import "lcshealth/checks/sip/trace"

// Kind is what a REGISTER is for.
type Kind string

// The kinds.
const (
	Unknown Kind = ""        // the trace does not hold what would tell
	SignIn  Kind = "sign-in" // nothing was registered before
	Refresh Kind = "refresh" // prolongs what is registered
	SignOut Kind = "sign-out"
)

// Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	Unfinished Outcome = "unfinished" // the trace does not tell
	Succeeded  Outcome = "succeeded"  // 2xx
	Failed     Outcome = "failed"     // 4xx, 5xx and 6xx other than a challenge
	Refused    Outcome = "refused"    // 401 or 407 to a REGISTER with credentials: they were not accepted
	Challenged Outcome = "challenged" // 401 or 407, and the client did not go on
	Redirected Outcome = "redirected" // 3xx
	Unanswered Outcome = "unanswered" // no final answer within 32 seconds, or before the client began anew
)

// Result is what a trace tells.
type Result struct {
	Attempts     []Attempt     `json:"attempts"` // in the order in which they begin
	Observations []Observation `json:"observations,omitempty"`
	Faults       []Fault       `json:"faults,omitempty"`
	Clocks       []Clock       `json:"clocks,omitempty"`
	Messages     int           `json:"messages"`          // requests and responses of every method
	Omitted      int           `json:"omitted,omitempty"` // attempts, observations and faults beyond what is kept; of attempts the oldest
}

// Attempt is a chain of REGISTER requests and their answers.
type Attempt struct {
	CallID   string  `json:"callId"`
	Sequence uint32  `json:"sequence"` // of CSeq, of the last request
	Kind     Kind    `json:"kind,omitempty"`
	Outcome  Outcome `json:"outcome"`

	// Provisional says that more of the trace could give another outcome: it
	// ends too early, or begins too late, or the answer does not say what it
	// answers.
	Provisional bool `json:"provisional,omitempty"`

	Code        int      `json:"code,omitempty"` // of the final answer to the last request; 0 without one
	Reason      string   `json:"reason,omitempty"`
	Warnings    []string `json:"warnings,omitempty"`    // headers Warning of that answer
	Diagnostics []string `json:"diagnostics,omitempty"` // headers ms-diagnostics of that answer
	Expires     *int64   `json:"expires,omitempty"`     // seconds for which the server registered; nil if it did not say
	Contacts    []string `json:"contacts,omitempty"`    // where a redirected client is to go
	Late        int      `json:"late,omitempty"`        // code of an answer that came when the attempt was over unanswered

	User      string   `json:"user,omitempty"` // URI: sip:kim@contoso.com
	Epid      string   `json:"epid,omitempty"`
	Client    string   `json:"client,omitempty"`    // header User-Agent
	Server    string   `json:"server,omitempty"`    // header Server
	Target    string   `json:"target,omitempty"`    // name by which the server challenges
	Transport string   `json:"transport,omitempty"` // TCP, TLS
	Peer      string   `json:"peer,omitempty"`      // host:port of the other end
	Local     string   `json:"local,omitempty"`
	Schemes   []string `json:"schemes,omitempty"` // that the server offers
	Scheme    string   `json:"scheme,omitempty"`  // of the last credentials

	Challenges int  `json:"challenges"` // 401 and 407 that turned nothing down
	Refusals   int  `json:"refusals"`
	Headless   bool `json:"headless,omitempty"` // the request that the first record answers is not in the trace

	Steps        []Step `json:"steps"`
	StepsOmitted int    `json:"stepsOmitted,omitempty"`
}

// Step is a message of an attempt or an observation.
type Step struct {
	File        string            `json:"file"`
	Line        int               `json:"line"`
	Frame       trace.Frame       `json:"frame"`
	At          trace.Stamp       `json:"at"`
	Direction   trace.Direction   `json:"direction,omitempty"`
	Inferred    bool              `json:"inferred,omitempty"` // the direction is not in the trace
	Peer        string            `json:"peer,omitempty"`
	Method      string            `json:"method"` // of an answer: that of its request
	Sequence    uint32            `json:"sequence"`
	Code        int               `json:"code,omitempty"` // 0 for a request
	Reason      string            `json:"reason,omitempty"`
	Credentials trace.Credentials `json:"credentials,omitempty"`
	Scheme      string            `json:"scheme,omitempty"`
	Meaning     Meaning           `json:"meaning"`
}

// Meaning is what a message is to its attempt.
type Meaning string

// The meanings.
const (
	Asks       Meaning = "request"
	Repeats    Meaning = "repeat"    // of a message met before, or on another hop
	Waits      Meaning = "interim"   // 1xx
	Challenges Meaning = "challenge" // the normal 401
	Continues  Meaning = "handshake" // 401 within an authentication
	Refuses    Meaning = "refusal"   // 401 to credentials
	Unclear    Meaning = "unclear"   // 401 to nobody knows what
	Decides    Meaning = "final"
	ComesLate  Meaning = "late" // after the attempt was over
)

// Fault is what a server noted, counted.
type Fault struct {
	trace.Diagnostic
	Count int         `json:"count"`
	File  string      `json:"file"` // of the first
	Line  int         `json:"line"`
	At    trace.Stamp `json:"at"`
}
