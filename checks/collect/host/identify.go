package host

import (
	"context"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Identify reads the header of a host file, which says on which host it was
// made and when.
func Identify(ctx context.Context, file string) (Header, error) {
	f := open(ctx, file)
	defer f.Close() //nolint:errcheck // it never fails
	_, h, err := newReader(file, f, nil)
	return h, err
}

// Unreadable returns the source for a host file that does not even say which
// host it was made on. It fails with the given reason, and leaves nothing in
// particular unknown.
func Unreadable(file string, why error) collect.Source { return unreadable{file, why} }

type unreadable struct {
	file string
	why  error
}

func (u unreadable) Name() string   { return Name }
func (u unreadable) Target() string { return u.file }

func (u unreadable) Collect(context.Context, *collect.Session) (collect.Observation, error) {
	return nil, u.why
}

func (u unreadable) Unobserved(facts.Unknown) collect.Observation { return nothing{} }

// nothing is an observation of nothing.
type nothing struct{}

func (nothing) AddTo(*facts.Deployment) {}
