package directory

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
)

var samba = peer.Share(peer.SambaOptions{Forest: new(sambaForest())})

func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }

// accounts collects what a source hands on.
type accounts struct {
	mu   sync.Mutex
	list []facts.Account
	err  error // returned instead of taking another account
}

func (a *accounts) AddAccount(account facts.Account) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return a.err
	}
	a.list = append(a.list, account)
	return nil
}

// of returns the account with that address.
func (a *accounts) of(t *testing.T, address string) facts.Account {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.list, func(account facts.Account) bool { return account.Address == address })
	if i < 0 {
		t.Fatalf("no account with address %s was read", address)
	}
	return a.list[i]
}

// outcome is what a run told.
type outcome struct {
	facts.Directory
	source   facts.Source
	accounts *accounts
	lookups  []facts.Lookup
}

// gather runs the source as the program does.
func gather(t *testing.T, cfg Config) outcome {
	t.Helper()
	return gatherInto(t, cfg, &accounts{})
}

func gatherInto(t *testing.T, cfg Config, into *accounts) outcome {
	t.Helper()
	var d facts.Deployment
	runner := collect.Runner{}
	if err := runner.Run(t.Context(), &d, []collect.Source{New(cfg, into)}); err != nil {
		t.Fatal(err)
	}
	return outcome{d.Directory, d.Sources[0], into, d.Lookups}
}

// get returns a fact that has to be observed.
func get[T any](t *testing.T, v facts.Value[T]) T {
	t.Helper()
	got, why := v.Get()
	if why != nil {
		t.Fatalf("%T was not observed: %s", got, why)
	}
	return got
}

// whyNot returns the reason of a fact that must not be observed.
func whyNot[T any](t *testing.T, v facts.Value[T]) facts.Unknown {
	t.Helper()
	got, why := v.Get()
	if why == nil {
		t.Fatalf("%T was observed: %v", got, got)
	}
	return *why
}

func secret(password string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return password, nil }
}
