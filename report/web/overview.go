package web

import (
	"context"
	"net/http"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report/history"
	"lcshealth/report/view"
	"lcshealth/report/web/runner"
)

// scopeState is a scope as the overview shows it.
type scopeState struct {
	Name    string
	Tone    view.Tone
	Runs    int
	Last    *standing // nil before the first run
	Change  *news     // the last one that there was; nil if nothing ever changed
	Changed time.Time
	Failing []facts.Source
	Trouble *history.Mark    // what became of an audit since the last run
	Active  *runner.Progress // the audit that is under way
	Audited bool             // by this server
	Cron    string
	Zone    string
	Next    time.Time
	Missing bool // no audit has ended for too long
	Waiting int  // messages that have not arrived
}

func (s *Server) overview(w http.ResponseWriter, req *http.Request) error {
	states, err := s.scopeStates(req.Context())
	if err != nil {
		return err
	}
	return s.show(w, req, http.StatusOK, "overview.gohtml", page{Title: "Overview", Nav: "/", Body: states})
}

func (s *Server) scopeStates(ctx context.Context) ([]scopeState, error) {
	known, err := s.o.Store.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	pending, err := s.o.Store.Pending(ctx, "")
	if err != nil {
		return nil, err
	}
	waiting := map[string]int{}
	for _, m := range pending {
		waiting[m.Scope]++
	}
	byName := map[string]history.Scope{}
	for _, k := range known {
		byName[k.Name] = k
	}
	var out []scopeState
	for _, name := range s.scopeNames(known) {
		state := scopeState{Name: name, Waiting: waiting[name], Tone: view.Empty}
		s.schedule(&state)
		if err := s.fill(ctx, &state, byName[name]); err != nil {
			return nil, err
		}
		out = append(out, state)
	}
	return out, nil
}

// schedule fills in what the runner knows.
func (s *Server) schedule(state *scopeState) {
	for _, a := range s.o.Scopes {
		if a.Name == state.Name {
			state.Audited, state.Cron, state.Zone = true, a.Schedule.String(), a.Schedule.Zone()
		}
	}
	state.Next = s.runs.Next(state.Name)
	if p, _, ok := s.runs.Progress(state.Name); ok && !p.State.Over() {
		state.Active = &p
	}
}

// fill fills in what the history knows.
func (s *Server) fill(ctx context.Context, state *scopeState, known history.Scope) error {
	state.Runs, state.Trouble = known.Runs, known.Trouble
	if state.Active != nil && state.Trouble != nil && state.Trouble.State == history.Started {
		state.Trouble = nil // that is the one
	}
	if known.Last == nil {
		return nil
	}
	var err error
	if state.Last, err = s.standing(ctx, known.Last); err != nil {
		return err
	}
	if state.Last.View != nil {
		state.Tone, state.Failing = state.Last.View.Answer.Tone, failing(state.Last.View.Sources)
	}
	for _, a := range s.o.Scopes {
		if a.Name == state.Name {
			_, state.Missing = runner.Overdue(a.Schedule, known.Last.SavedAt, s.o.Now())
		}
	}
	spans, err := s.o.Store.Findings(ctx, state.Name)
	if err != nil {
		return err
	}
	at, id := lastChange(spans, known.FirstAt)
	if id == "" {
		return nil
	}
	state.Changed = at
	run, err := s.o.Store.Run(ctx, id)
	if isGone(err) {
		return nil // when it was is known all the same
	}
	if err != nil {
		return err
	}
	state.Change, err = s.newsOf(ctx, &run)
	return err
}
