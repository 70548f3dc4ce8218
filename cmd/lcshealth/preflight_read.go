package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"
)

// Limits of files that are read whole.
const (
	mostPlan        = 64 << 20
	mostCertificate = 1 << 20
)

// readablePlan is a plan with all the files that it names.
type readablePlan struct {
	plan     *plan.Plan
	users    *plan.Users
	accounts *preflight.Listed // nil: nobody gave a list
	files    preflight.Files
	digest   string
}

// lookups are what is known of the accounts of the plan beside the facts of LCS.
func (p *readablePlan) lookups(d *facts.Deployment) []facts.Lookup {
	if p.accounts != nil {
		return p.accounts.In(d)
	}
	return d.Lookups
}

// gathering has facts gathered that the plan can be judged by.
func (p *readablePlan) gathering(after bool) gathering {
	how := gathering{ahead: p.plan}
	if after {
		how.ahead = nil // what it needs is there, and part of the facts
	}
	if p.accounts == nil {
		how.wanted = preflight.Wanted(p.users)
	}
	return how
}

// readPlan reads a plan and the files that it names, which are looked for beside
// it. An interruption ends it even if one of them is a pipe that nobody writes to.
func readPlan(ctx context.Context, path, accounts string) (*readablePlan, error) {
	type result struct {
		plan *readablePlan
		err  error
	}
	done := make(chan result, 1)
	go func() {
		p, err := readPlanFiles(ctx, path, accounts)
		done <- result{p, err}
	}()
	select {
	case r := <-done:
		return r.plan, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func readPlanFiles(ctx context.Context, path, accounts string) (*readablePlan, error) {
	text, err := readWhole(path, mostPlan)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	sum.Write(text)
	out := &readablePlan{files: preflight.Files{}}
	if out.plan, err = plan.Parse(filepath.Base(path), text); err != nil {
		return nil, err
	}
	beside := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), filepath.FromSlash(name))
	}
	if out.users, err = plan.NewUsers(out.plan, filepath.Base(out.plan.Users.File)); err != nil {
		return nil, err
	}
	if name := out.plan.Users.File; name != "" {
		if err := out.readUsers(ctx, beside(name), sum); err != nil {
			return nil, err
		}
		if out.users.Len() == 0 && out.plan.IsOnlyUsers() {
			return nil, fmt.Errorf("%s: it has no user, and nothing else is planned", beside(name))
		}
	}
	for _, name := range out.plan.Files() {
		if out.files[name], err = readWhole(beside(name), mostCertificate); err != nil {
			return nil, err
		}
	}
	out.digest = hex.EncodeToString(sum.Sum(nil))
	if accounts != "" {
		out.accounts, err = readAccounts(accounts, out.users)
	}
	return out, err
}

func (p *readablePlan) readUsers(ctx context.Context, path string, sum hash.Hash) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	return p.users.ReadCSV(ctx, p.plan, io.TeeReader(f, sum))
}

func readAccounts(path string, users *plan.Users) (*preflight.Listed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	accounts, err := preflight.ReadAccounts(users, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return accounts, nil
}

// readWhole reads a file that should not be large.
func readWhole(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: it is larger than %d MB", path, most>>20)
	}
	return text, err
}
