package web

import (
	"errors"
	"net/http"
	"strconv"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
)

// runsPerPage is how many runs are listed at once.
const runsPerPage = 50

type runList struct {
	Scope  string
	Scopes []string
	Rows   []runRow
	First  bool
	Next   int64 // cursor of the next page; 0: there is none
	Marks  []history.Mark
}

type runRow struct {
	history.Run
	Worst checks.Severity // empty if nothing is present
	Pick  string          // before or after, which is chosen at first
}

// worst is the worst severity that is present; empty if nothing is.
func worst(s *report.Summary) checks.Severity {
	for _, severity := range checks.Severities() {
		if s.Severities[severity] > 0 {
			return severity
		}
	}
	return ""
}

// cursor reads where a page begins.
func cursor(req *http.Request, name string) (int64, error) {
	word := req.URL.Query().Get(name)
	if word == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n <= 0 {
		return 0, badRequest(name + " is not one that this server gave")
	}
	return n, nil
}

func (s *Server) listRuns(w http.ResponseWriter, req *http.Request) error {
	before, err := cursor(req, "before")
	if err != nil {
		return err
	}
	scope, scopes, err := s.chosenScope(req.Context(), req.URL.Query().Get("scope"))
	if err != nil {
		return err
	}
	body := runList{Scope: scope, Scopes: scopes, First: before == 0}
	if scope != "" {
		runs, err := s.o.Store.Runs(req.Context(), history.Filter{Scope: scope, Before: before, Limit: runsPerPage + 1})
		if err != nil {
			return err
		}
		if len(runs) > runsPerPage {
			runs = runs[:runsPerPage]
			body.Next = runs[runsPerPage-1].Seq
		}
		for i := range runs {
			row := runRow{Run: runs[i], Worst: worst(&runs[i].Summary)}
			if i < 2 {
				row.Pick = [...]string{"after", "before"}[i]
			}
			body.Rows = append(body.Rows, row)
		}
		if body.First {
			if body.Marks, err = s.o.Store.Marks(req.Context(), scope, 10); err != nil {
				return err
			}
		}
	}
	return s.show(w, req, http.StatusOK, "runs.gohtml", page{Title: "Runs", Nav: "/runs", Body: body})
}

// isGone reports whether a run or its report is not there any more.
func isGone(err error) bool {
	return errors.Is(err, history.ErrNone) || errors.Is(err, history.ErrPruned) || errors.Is(err, history.ErrAmbiguous)
}
