package web

import (
	"context"
	"errors"
	"slices"
	"time"

	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/view"
	"lcshealth/report/view/changes"
)

// standing is a run with what is shown of it. It does not change.
type standing struct {
	Run    history.Run
	Report *report.Report // nil if it was removed
	View   *view.View     // nil without a report
}

// standing returns what is shown of a run.
func (s *Server) standing(ctx context.Context, run *history.Run) (*standing, error) {
	if !run.HasReport() {
		return &standing{Run: *run}, nil
	}
	return s.standings.of(run.ID, func() (*standing, error) {
		r, err := s.o.Store.Report(ctx, run.ID)
		if errors.Is(err, history.ErrPruned) {
			return &standing{Run: *run}, nil
		}
		if err != nil {
			return nil, err
		}
		return &standing{Run: *run, Report: r, View: view.Of(r)}, nil
	})
}

// news is what a run found that the one before it had not.
type news struct {
	Before, After history.Run
	Headline      string
	Sections      []changes.Section // of what is different
}

// before returns the run that was stored before another, of the same scope.
func (s *Server) before(ctx context.Context, run *history.Run) (*history.Run, error) {
	list, err := s.o.Store.Runs(ctx, history.Filter{Scope: run.Scope, Before: run.Seq, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// newsOf compares a run with the one before, or returns nil if there is none or
// its report was removed.
func (s *Server) newsOf(ctx context.Context, run *history.Run) (*news, error) {
	before, err := s.before(ctx, run)
	if err != nil || before == nil {
		return nil, err
	}
	return s.compared(ctx, before, run)
}

// compared compares two runs, or returns nil if a report was removed.
func (s *Server) compared(ctx context.Context, before, after *history.Run) (*news, error) {
	was, err := s.standing(ctx, before)
	if err != nil {
		return nil, err
	}
	is, err := s.standing(ctx, after)
	if err != nil {
		return nil, err
	}
	if was.Report == nil || is.Report == nil {
		return nil, nil //nolint:nilnil // there is nothing to compare, which is no error
	}
	v := changes.Of(compare.Compare(was.Report, is.Report))
	return &news{*before, *after, v.Headline, slices.DeleteFunc(v.Sections, func(s changes.Section) bool {
		return s.Kind == compare.Unchanged || s.Kind == compare.NotJudged
	})}, nil
}

// lastChange is when a scope came to stand as it does, and the run that saw it;
// zero if nothing has changed since the first run.
func lastChange(spans []history.Span, first time.Time) (at time.Time, run string) {
	for i := range spans {
		if s := &spans[i]; s.Latest && s.FirstAt.After(at) && s.FirstAt.After(first) {
			at, run = s.FirstAt, s.FirstRun
		}
	}
	return at, run
}

// scopeNames lists the scopes that are audited and those that the history has,
// by name.
func (s *Server) scopeNames(known []history.Scope) (names []string) {
	for _, k := range known {
		names = append(names, k.Name)
	}
	for _, a := range s.o.Scopes {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// chosenScope is the scope that a request asks about: the one that it names, or
// the first of those that there are. It is empty if there is none.
func (s *Server) chosenScope(ctx context.Context, asked string) (chosen string, all []string, err error) {
	known, err := s.o.Store.Scopes(ctx)
	if err != nil {
		return "", nil, err
	}
	all = s.scopeNames(known)
	switch {
	case asked != "" && !slices.Contains(all, asked):
		return "", all, notFound("there is no such scope")
	case asked != "":
		return asked, all, nil
	case len(all) == 0:
		return "", nil, nil
	}
	return all[0], all, nil
}
