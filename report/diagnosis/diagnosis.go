package diagnosis

import (
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// Diagnosis is what was found out about one failed sign-in.
type Diagnosis struct {
	Run     Run         `json:"run"`
	Failure Failure     `json:"failure"`
	Log     *Log        `json:"log,omitempty"` // absent if no log was given
	Basis   Basis       `json:"basis"`
	Causes  []Candidate `json:"causes"`           // what explains another first, then those that are present
	Besides []Besides   `json:"besides"`          // what else is present for this user or the servers he met
	Server  *ServerSide `json:"server,omitempty"` // absent if the server side was not checked
	Next    []Command   `json:"next,omitempty"`   // what to run to learn more
}

// Run is the data of the run itself.
type Run struct {
	StartedAt time.Time       `json:"startedAt"`
	Version   string          `json:"version"`            // of lcshealth
	Catalog   string          `json:"catalog"`            // version of the catalogue
	Redacted  string          `json:"redacted,omitempty"` // tells by which key names were replaced by pseudonyms; empty: they were not
	ExitCode  checks.ExitCode `json:"exitCode"`
}

// Kind says what failed.
type Kind string

// The kinds of failure.
const (
	None       Kind = "none"       // the log shows no failure
	Empty      Kind = "empty"      // the log shows no sign-in at all
	Code       Kind = "code"       // a final answer with a code of 400 or more
	Refused    Kind = "refused"    // 401 or 407 to credentials
	Challenged Kind = "challenged" // the client did not answer the server's challenge
	Unanswered Kind = "unanswered" // no final answer in time
	Unfinished Kind = "unfinished" // the log does not tell how the sign-in ended
	Pending    Kind = "pending"    // an invitation without an answer, as KB 834477 has it
	Other      Kind = "other"      // a request that is no sign-in was refused
	Asked      Kind = "asked"      // a user, without a code: everything that can stop him
)

// Failure is what failed.
type Failure struct {
	Kind        Kind        `json:"kind"`
	Provisional bool        `json:"provisional,omitempty"` // more of the log could say otherwise
	Code        int         `json:"code,omitempty"`        // 0: there was none
	Phrase      string      `json:"phrase,omitempty"`      // as the server wrote it
	User        string      `json:"user,omitempty"`        // sip:user@domain
	Server      string      `json:"server,omitempty"`      // name by which the server challenges, or as it was asked for
	Peer        string      `json:"peer,omitempty"`        // host:port of the other end
	Transport   string      `json:"transport,omitempty"`
	At          trace.Stamp `json:"at"`                    // by the log's clock; empty: not known
	Attempt     int         `json:"attempt,omitempty"`     // its place in log.attempts, from 1; 0: it is none of them
	Observation int         `json:"observation,omitempty"` // its place in log.observations, from 1
	Headline    string      `json:"headline"`
	Words       []string    `json:"words"` // in the terms of who wants to sign in
}

// Log is what the log tells. Credentials and bodies are no part of it.
type Log struct {
	Files        []string      `json:"files"`
	Messages     int           `json:"messages"`
	Attempts     []Attempt     `json:"attempts"`         // failed ones first, of each the last first
	More         int           `json:"more,omitempty"`   // attempts beyond those that are kept
	Others       int           `json:"others,omitempty"` // attempts of other users than the one who was asked for
	Observations []Observation `json:"observations"`
	Faults       []Fault       `json:"faults"` // that a server noted
	Clocks       []Clock       `json:"clocks"`
	Damage       []Damage      `json:"damage"`
	Omitted      int           `json:"omitted,omitempty"` // of attempts, observations and faults
}

// Attempt is a sign-in with its exchange.
type Attempt struct {
	signin.Attempt

	Words  string        `json:"words"`
	Ladder signin.Ladder `json:"ladder"`
}

// Observation is something else that explains what users see.
type Observation struct {
	signin.Observation

	Words  string        `json:"words"`
	Ladder signin.Ladder `json:"ladder"`
}

// Fault is what a server noted beside its messages.
type Fault struct {
	Component string      `json:"component"`
	Text      string      `json:"text"`
	Result    string      `json:"result,omitempty"` // hexadecimal, with its name
	About     string      `json:"about,omitempty"`  // start line of the message
	Data      []string    `json:"data,omitempty"`   // name=value
	Count     int         `json:"count"`
	At        trace.Stamp `json:"at"`
	File      string      `json:"file"`
	Line      int         `json:"line"`
}

// Clock compares the clock of a log with that of the server, in seconds.
type Clock struct {
	File    string  `json:"file"`
	Zone    float64 `json:"zone"`    // assumed, east of Greenwich
	Ahead   float64 `json:"ahead"`   // of the server's clock; less than 0: behind
	AtLeast float64 `json:"atLeast"` // bounds of Ahead
	AtMost  float64 `json:"atMost"`
	Words   string  `json:"words"`
	Warning string  `json:"warning,omitempty"` // if authentication suffers
}

// Damage is what could not be read of a log.
type Damage struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	File  string `json:"file"` // of the first
	Line  int    `json:"line"`
}

// Standing is what is known of a cause.
type Standing string

// The standings: the verdicts, and that nobody looked.
const (
	Present       Standing = "present"
	Undetermined  Standing = "undetermined"
	Absent        Standing = "absent"
	NotApplicable Standing = "not-applicable"
	Unchecked     Standing = "unchecked"
)

// Candidate is a cause that could be behind the failure.
type Candidate struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Article  string           `json:"article"`
	Standing Standing         `json:"standing"`
	Explains []string         `json:"explains,omitempty"` // other causes that follow from it; it is not listed for the code itself
	Findings []checks.Finding `json:"findings"`           // those that concern this sign-in
	// Elsewhere are servers on which the cause is present and which this
	// sign-in did not meet.
	Elsewhere []string `json:"elsewhere,omitempty"`
	Fix       []string `json:"fix"` // the remedy in general; that of a finding has the names filled in
}

// Besides is a cause that is present, and not listed for the code.
type Besides struct {
	ID      string        `json:"id"`
	Finding string        `json:"finding"`
	Title   string        `json:"title"`
	About   string        `json:"about"`
	Reason  string        `json:"reason,omitempty"`
	Remedy  []checks.Step `json:"remedy"`
}

// ServerSide says what was checked.
type ServerSide struct {
	From        string         `json:"from"`        // configuration, or facts
	CollectedAt time.Time      `json:"collectedAt"` // when the facts were gathered
	Servers     []string       `json:"servers"`     // those that this sign-in met; empty: all of them were checked
	Home        []string       `json:"home"`        // the user's home server, or the members of its pool
	Notes       []string       `json:"notes"`       // how they were told, and what could not be
	Sources     []facts.Source `json:"sources"`
}

// Command is something to run.
type Command struct {
	Why     string `json:"why"`
	Command string `json:"command"`
}
