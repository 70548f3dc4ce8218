package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/view"
)

// lookupTime is how long a look-up may take: facts may hold a million users.
const lookupTime = 45 * time.Second

// errNoFacts says that there is nothing to look anything up in.
var errNoFacts = errors.New("no facts of the last audit are kept")

type lookupPage struct {
	Scope   string
	Scopes  []string
	Kept    bool // facts can be kept, as far as the server knows
	User    string
	Problem string
	View    *view.View
}

func (s *Server) lookup(w http.ResponseWriter, req *http.Request) error {
	q := req.URL.Query()
	scope, scopes, err := s.chosenScope(req.Context(), q.Get("scope"))
	if err != nil {
		return err
	}
	body, status := lookupPage{Scope: scope, Scopes: scopes, Kept: s.o.Lookup != nil, User: q.Get("user")}, http.StatusOK
	if body.User != "" && body.Kept && scope != "" {
		r, err := s.lookUp(req.Context(), scope, body.User)
		f := (*fault)(nil)
		switch {
		case errors.As(err, &f):
			body.Problem, status = title(f.text), f.status
		case err != nil:
			return err
		default:
			body.View = view.Of(r)
		}
	}
	return s.show(w, req, status, "lookup.gohtml", page{Title: "Look a user up", Nav: "/lookup", Body: body})
}

// lookUp judges what is kept of the last run for one user. Others wait.
func (s *Server) lookUp(ctx context.Context, scope, user string) (*report.Report, error) {
	if facts.AddressDomain(facts.NormalizeAddress(user)) == "" {
		return nil, &fault{http.StatusUnprocessableEntity, "a sign-in name has the form sip:user@domain"}
	}
	if s.o.Lookup == nil {
		return nil, &fault{http.StatusConflict, errNoFacts.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	select {
	case s.looking <- struct{}{}:
		defer func() { <-s.looking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r, err := s.o.Lookup(ctx, scope, user)
	switch {
	case errors.Is(err, history.ErrNone):
		return nil, &fault{http.StatusConflict, "the scope has not been audited yet"}
	case err != nil:
		return nil, err
	case r == nil:
		return nil, &fault{http.StatusConflict, errNoFacts.Error()}
	}
	return r, nil
}
