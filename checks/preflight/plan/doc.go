// Package plan reads the plan of a roll-out: the users who are about to be
// enabled or moved, the SIP domains, servers, routes, gateways and certificates
// that are about to change, and the state that is expected afterwards.
//
// A plan is a YAML file; its users may be in a CSV file beside it. Unknown keys
// are refused, and whatever is wrong is told with its line. This package opens
// no file: it reads what it is given. [Schema] describes the YAML for editors,
// and [Example] is a plan with comments.
package plan

import "fmt"

// Ref is where something stands: a line of the plan, or of its users' file.
// Lines count from 1; 0 stands for the plan as a whole.
type Ref struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String gives the place as "plan.yaml:12".
func (r Ref) String() string {
	if r.Line == 0 {
		return r.File
	}
	return fmt.Sprintf("%s:%d", r.File, r.Line)
}

// Before orders places for people: the plan before its users' file, and each
// from its first line on.
func (r Ref) Before(other Ref, plan string) bool {
	if r.File != other.File {
		return r.File == plan
	}
	return r.Line < other.Line
}
