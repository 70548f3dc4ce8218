package report

// SignIn is what came of one sign-in that was tried as a user. One answer
// supports causes; it decides none.
type SignIn struct {
	User      string        `json:"user"` // SIP URI
	Host      string        `json:"host"`
	Port      int           `json:"port"`
	Transport string        `json:"transport,omitempty"`
	Attempted bool          `json:"attempted"` // credentials were sent, once
	Outcome   SignInOutcome `json:"outcome"`
	Code      int           `json:"code,omitempty"`    // SIP code of the final answer; 0 if there was none
	Reason    string        `json:"reason,omitempty"`  // the phrase of that answer, as the server sent it
	Message   string        `json:"message,omitempty"` // why there is no answer, or what else should be known
	// Present, Undetermined and Absent are the causes of the code that were
	// judged, by the worst of their verdicts.
	Present      []string `json:"present,omitempty"`
	Undetermined []string `json:"undetermined,omitempty"`
	Absent       []string `json:"absent,omitempty"`
}

// SignInOutcome says how a sign-in ended.
type SignInOutcome string

// The outcomes of a sign-in.
const (
	SignInAccepted   SignInOutcome = "accepted"
	SignInRefused    SignInOutcome = "refused"
	SignInUnfinished SignInOutcome = "unfinished" // there is no final answer
)
