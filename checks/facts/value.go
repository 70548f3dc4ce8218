package facts

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Class says in one word why something could not be observed.
type Class string

// The classes of failure. They are part of the report's format.
const (
	Unreachable Class = "unreachable" // no connection could be made
	Timeout     Class = "timeout"     // the deadline passed before the answer
	Rights      Class = "rights"      // the account may not sign in, or may not read
	Protocol    Class = "protocol"    // the answer could not be understood
	Missing     Class = "missing"     // the thing asked for is not there
	Internal    Class = "internal"    // lcshealth itself failed
	NotAsked    Class = "not-asked"   // nothing was configured that could have told
)

// Unknown is the reason why a fact was not observed.
type Unknown struct {
	Class   Class  `json:"class"`
	Source  string `json:"source,omitempty"`  // directory, rtcdb, host or wire
	Target  string `json:"target,omitempty"`  // the host, database or file that was asked
	Message string `json:"message,omitempty"` // what went wrong, for a person
	Settle  string `json:"settle,omitempty"`  // what would settle it: a right, a port, a file
}

// String gives the reason as one line without a final period.
func (u *Unknown) String() string {
	var b strings.Builder
	if u.Source != "" {
		b.WriteString(u.Source)
		if u.Target != "" {
			b.WriteString(" " + u.Target)
		}
		b.WriteString(": ")
	}
	if u.Message != "" {
		b.WriteString(u.Message)
	} else {
		b.WriteString(string(u.Class))
	}
	return b.String()
}

// Origin says which source observed a fact, on which target, and when.
type Origin struct {
	Source string    `json:"source"`
	Target string    `json:"target,omitempty"`
	At     time.Time `json:"at"`
}

// Value is a fact of type T that was observed, or the reason why it was not.
// The zero Value was not observed because nothing asked for it.
type Value[T any] struct {
	value    T
	observed bool
	origin   Origin
	unknown  Unknown
}

// Observed returns the fact v as seen by the given origin.
func Observed[T any](v T, from Origin) Value[T] {
	return Value[T]{value: v, observed: true, origin: from}
}

// NotObserved returns a fact that is unknown for the given reason.
func NotObserved[T any](why Unknown) Value[T] { return Value[T]{unknown: why} }

// Get returns the fact. If it was not observed, the reason is not nil and the
// fact is the zero value of its type, which then says nothing.
func (v Value[T]) Get() (T, *Unknown) {
	if v.observed {
		return v.value, nil
	}
	why := v.unknown
	if why.Class == "" {
		why.Class, why.Message = NotAsked, "nothing was configured that could have told"
	}
	return v.value, &why
}

// Origin says where an observed fact comes from.
func (v Value[T]) Origin() Origin { return v.origin }

// Rewrite calls a function with pointers to what the fact holds: its value (a
// *T), which says nothing unless it was observed, its origin, and the reason why
// it was not. It is for packages that treat facts of every type alike.
func (v *Value[T]) Rewrite(f func(value any, origin *Origin, unknown *Unknown)) {
	f(&v.value, &v.origin, &v.unknown)
}

// IsObserved reports whether the fact was observed.
func (v Value[T]) IsObserved() bool { return v.observed }

type valueJSON[T any] struct {
	Value   *T       `json:"value,omitempty"`
	Origin  *Origin  `json:"origin,omitempty"`
	Unknown *Unknown `json:"unknown,omitempty"`
}

// MarshalJSON writes {"value":…,"origin":{…}} or {"unknown":{…}}.
func (v Value[T]) MarshalJSON() ([]byte, error) {
	if v.observed {
		return json.Marshal(valueJSON[T]{Value: &v.value, Origin: &v.origin})
	}
	_, why := v.Get()
	return json.Marshal(valueJSON[T]{Unknown: why})
}

// UnmarshalJSON reads what [Value.MarshalJSON] wrote and refuses a fact that
// is neither observed nor explained.
func (v *Value[T]) UnmarshalJSON(data []byte) error {
	var j valueJSON[T]
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	switch {
	case j.Unknown != nil && j.Value == nil:
		*v = NotObserved[T](*j.Unknown)
	case j.Unknown == nil && j.Origin != nil:
		// A null or absent value is an observed nil list.
		var zero T
		if j.Value != nil {
			zero = *j.Value
		}
		*v = Observed(zero, *j.Origin)
	default:
		return errors.New("a fact must be either observed or unknown")
	}
	return nil
}
