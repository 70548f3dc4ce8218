package facts

import "time"

// SIPAnswer is what a server answered to one SIP request that carries no
// credentials. Texts are verbatim, as the server sent them.
type SIPAnswer struct {
	Code   int    `json:"code"`             // of the final response; see RFC 3261, section 21
	Reason string `json:"reason,omitempty"` // its phrase, which no document fixes
	// Provisional are the codes of the 1xx responses before it.
	Provisional []int  `json:"provisional,omitempty"`
	Server      string `json:"server,omitempty"`    // RTC/2.0 and the like: what the server calls itself
	UserAgent   string `json:"userAgent,omitempty"` // which a client sends, and a server does not
	Allow       string `json:"allow,omitempty"`
	// Warnings and Diagnostics are the headers Warning and ms-diagnostics.
	Warnings    []string       `json:"warnings,omitempty"`
	Diagnostics []string       `json:"diagnostics,omitempty"`
	Challenges  []SIPChallenge `json:"challenges,omitempty"` // of a 401 or 407, in their order
	// Date is the server's clock as it says itself, and Received ours at that
	// moment; nil if it did not say.
	Date     *time.Time `json:"date,omitempty"`
	Received time.Time  `json:"received"`
	Contact  string     `json:"contact,omitempty"` // where a redirection leads
	// RedirectedFrom is the contact of a 301 that was followed, if this is the
	// answer of the server that it named.
	RedirectedFrom string `json:"redirectedFrom,omitempty"`
	Transport      string `json:"transport"` // TCP or TLS, as it was asked over
	Milliseconds   int64  `json:"ms"`        // from the request to the final response
	Damaged        int    `json:"damaged,omitempty"`
}

// SIPChallenge is one way to authenticate that a server offers.
type SIPChallenge struct {
	Scheme     string `json:"scheme"` // NTLM or Kerberos
	Realm      string `json:"realm,omitempty"`
	TargetName string `json:"targetName,omitempty"`
	Version    int    `json:"version,omitempty"` // of the authentication protocol; 0: not said, as LCS does
}

// SignInProbe is one attempt to sign in as a user with NTLM, as his client
// would make it. Credentials are sent at most once.
type SignInProbe struct {
	URI       string    `json:"uri"`     // SIP URI of the user
	Account   string    `json:"account"` // as it was signed in with: CONTOSO\kim, or a user principal name
	Host      string    `json:"host"`    // the server that was asked first
	Port      int       `json:"port"`
	Transport Transport `json:"transport"`
	// Steps are the requests that were answered, in their order.
	Steps []SignInStep `json:"steps,omitempty"`
	// Attempted is true once the credentials were sent: the account's logon
	// server may have counted a failed attempt.
	Attempted bool `json:"attempted,omitempty"`
	// Final is the answer to the credentials, or one that ended the attempt
	// before they were asked for. It is not observed if the server asked for
	// something else than NTLM, or did not answer.
	Final Value[SIPAnswer] `json:"final"`
	// ServerProof says whether the server proved that it knows the account, by
	// signing its final answer with the keys of the session.
	ServerProof Proof `json:"serverProof,omitempty"`
	// Names are what the server calls itself in its NTLM challenge; nil if it
	// sent none.
	Names *NTLMNames `json:"names,omitempty"`
	// Left is why the registration of a sign-in that was accepted may still be
	// there. Empty: the server removed it, or there was none. It ends by itself
	// within minutes.
	Left string `json:"left,omitempty"`
}

// SignInStep is a request of a sign-in with its answer.
type SignInStep struct {
	Kind   SignInKind `json:"kind"`
	Server string     `json:"server"` // host:port
	Answer SIPAnswer  `json:"answer"`
}

// SignInKind says what a REGISTER of a sign-in is for.
type SignInKind string

// The requests of a sign-in.
const (
	SignInAsk        SignInKind = "ask"        // without credentials: which ones are wanted?
	SignInChallenge  SignInKind = "challenge"  // for the NTLM challenge (type 2), which needs no account
	SignInRespond    SignInKind = "respond"    // with the answer to it (type 3): the attempt
	SignInDeregister SignInKind = "deregister" // signed; removes the registration
)

// Proof is what a signature shows of who made it.
type Proof string

// What a signature shows.
const (
	Unsigned Proof = ""         // there was none
	Verified Proof = "verified" // made with the keys of the session
	Forged   Proof = "wrong"    // not made with them, or over another text
)

// NTLMNames are the names of a server and of its domain, as its NTLM challenge
// has them. What it does not tell is empty.
type NTLMNames struct {
	TargetName      string `json:"targetName,omitempty"` // of the challenge itself
	NetBIOSDomain   string `json:"netbiosDomain,omitempty"`
	NetBIOSComputer string `json:"netbiosComputer,omitempty"`
	DNSDomain       string `json:"dnsDomain,omitempty"`
	DNSComputer     string `json:"dnsComputer,omitempty"`
	DNSForest       string `json:"dnsForest,omitempty"`
}
