package checks

import "lcshealth/checks/facts"

// Cause is a documented reason for a SIP failure.
type Cause struct {
	ID       string   // stable; other tools rely on it
	Title    string   // one line, as the headline of a finding
	Codes    []int    // SIP response codes that clients see; empty if none
	Article  Article  // where it is documented
	Severity Severity // the usual one; a finding may carry another
	Scope    Scope

	Meaning   string   // what it does to users, in plain words
	Detection string   // how it is detected, and what counts as present
	Needs     []Need   // the facts that a verdict of absent needs
	After     []string // ids of causes that explain this one when both are present
	Blinded   []string // ids of causes that, when present, leave this one undetermined
	Fix       []string // the remedy in general; a finding's remedy has the names filled in

	// Exactly one of these is set, as Scope says.
	JudgeDeployment func(*facts.Deployment) Judgement
	JudgeServer     func(*facts.Deployment, *facts.Server) Judgement
	Users           *UserRule
}

// Article names the document that a cause comes from.
type Article struct {
	KB      string // number of the Microsoft Knowledge Base article
	Section string // heading in it
	URL     string // for other documents
}

// String gives the article as "KB 871023, 403 - Forbidden".
func (a Article) String() string {
	s := a.URL
	if a.KB != "" {
		s = "KB " + a.KB
	}
	if a.Section != "" {
		s += ", " + a.Section
	}
	return s
}

// Scope says what a cause is judged for.
type Scope string

// The scopes.
const (
	ScopeDeployment Scope = "deployment" // once
	ScopeServer     Scope = "server"     // each server
	ScopeUser       Scope = "user"       // each user; findings are of sets of users
)

// Severity is how bad a finding is.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical" // nobody on a server, or nobody at all, can sign in or be routed
	Major    Severity = "major"    // some users fail, or a route is dead
	Minor    Severity = "minor"    // a risk, or left-overs that will bite later
	Info     Severity = "info"
)

// Severities lists them, worst first.
func Severities() []Severity { return []Severity{Critical, Major, Minor, Info} }

// Rank orders severities: 0 is the worst.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 0
	case Major:
		return 1
	case Minor:
		return 2
	default:
		return 3
	}
}

// AtLeast reports whether s is as bad as other, or worse.
func (s Severity) AtLeast(other Severity) bool { return s.Rank() <= other.Rank() }

// Need is a kind of fact and the source that tells it.
type Need struct {
	Source string // directory, rtcdb, host or wire
	What   string // for people: "state of the services"
}

// UserRule judges users one at a time as they stream by.
type UserRule struct {
	// Populations are the sets of users that get a verdict each. They must
	// not depend on the users themselves.
	Populations func(*facts.Deployment) []Population
	// Judge reports what is wrong with one user. asked is true if this very
	// user was asked for by name.
	Judge func(d *facts.Deployment, u *facts.SignIn, asked bool, report func(Hit))
	// Asked, if not nil, is called once at the end when a user was asked for
	// by name. It judges the name itself; found says whether an account holds
	// it, near are similar addresses that accounts hold.
	Asked func(d *facts.Deployment, name string, found bool, near []string, report func(Hit))
}

// Population is a set of users that a cause is judged for: all users of the
// forest, or those of one database.
type Population struct {
	Name   string // "users of lcs01.contoso.com"; unique among the cause's populations
	Server string // the server it belongs to, if it belongs to one
	// Unknown are the reasons why some user who could show the cause was not
	// seen, or not seen well enough.
	Unknown []*facts.Unknown
	// NotApplicable, if not empty, says why the cause cannot occur here.
	NotApplicable string
	// Evidence supports a verdict of absent.
	Evidence []Evidence
}

// Hit is one user's share in a finding. Hits of one population, shape and
// severity become one finding.
type Hit struct {
	Population string
	Shape      string // which way the cause shows itself: "no-sid", "foreign-sid"; part of the finding's identity
	Title      string // what this shape means, as the finding's headline; empty: the cause's title
	Severity   Severity
	Address    string // the user's sign-in name or, without one, the account's name or the row's number
	Evidence   Evidence
	Remedy     []Step // of the first hit; the others are named as affected users
	// Unknown is set instead of a remedy if this user cannot be judged for
	// the given reason. The population is then undetermined.
	Unknown *facts.Unknown
}
