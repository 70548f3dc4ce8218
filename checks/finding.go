package checks

// Finding is one cause judged for one subject.
type Finding struct {
	ID       string     `json:"id"` // cause, subject and shape; the same in every run
	Cause    string     `json:"cause"`
	Title    string     `json:"title"`
	Codes    []int      `json:"codes"`
	Article  string     `json:"article"`
	Severity Severity   `json:"severity"`
	Verdict  Verdict    `json:"verdict"`
	Reason   string     `json:"reason,omitempty"`
	Settle   []string   `json:"settle,omitempty"` // what would settle an undetermined verdict
	Subject  Subject    `json:"subject"`
	Shape    string     `json:"shape,omitempty"`
	Evidence []Evidence `json:"evidence"`
	Affected *Affected  `json:"affected,omitempty"`
	// ConsequenceOf is the id of the cause that explains this finding, and
	// Parent the id of that cause's finding.
	ConsequenceOf string `json:"consequenceOf,omitempty"`
	Parent        string `json:"parent,omitempty"`
	Remedy        []Step `json:"remedy"`
	// Waived is set if somebody has accepted the finding for a time. It stays
	// present; it does not count for the exit code.
	Waived *Waived `json:"waived,omitempty"`
}

// Waived says who has accepted a finding, why, and for how long.
type Waived struct {
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	Until  string `json:"until"` // YYYY-MM-DD, the last day
}

// Subject is what a finding is about.
type Subject struct {
	Kind   SubjectKind `json:"kind"`
	Name   string      `json:"name"`
	Server string      `json:"server,omitempty"` // the server that it concerns, if one
}

// SubjectKind tells deployment, server and users apart.
type SubjectKind string

// The kinds of subject.
const (
	DeploymentSubject SubjectKind = "deployment"
	ServerSubject     SubjectKind = "server"
	UsersSubject      SubjectKind = "users"
)

// Affected are the users whom a finding concerns.
type Affected struct {
	Count int      `json:"count"`
	Users []string `json:"users"` // the first ones in alphabetical order, or all if they were asked for
}

// ExitCode says in one number how an examination ended.
type ExitCode int

// The exit codes of every format.
const (
	ExitNothing    ExitCode = 0 // no cause is present
	ExitPresent    ExitCode = 1 // a cause is present at or above the severity asked for
	ExitUsage      ExitCode = 2 // usage or configuration error
	ExitIncomplete ExitCode = 3 // none is present, but at least one is undetermined
	ExitInternal   ExitCode = 4
)

// Exit decides the exit code of an examination. Findings that are waived do not
// count.
func Exit(findings []Finding, failOn Severity) ExitCode {
	code := ExitNothing
	for i := range findings {
		switch f := &findings[i]; {
		case f.Waived != nil:
		case f.Verdict == Present && f.Severity.AtLeast(failOn):
			return ExitPresent
		case f.Verdict == Undetermined:
			code = ExitIncomplete
		}
	}
	return code
}
