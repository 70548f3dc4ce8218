package web

import (
	"net/http"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report/history"
	"lcshealth/report/view"
)

// sourceDays is how far back the reliability of sources is shown.
const sourceDays = 30

// stripRuns is how many of the last runs are shown one by one.
const stripRuns = 40

type sourcesPage struct {
	Scope  string
	Scopes []string
	Days   int
	Rows   []sourceRow
}

// sourceRow is a source over time.
type sourceRow struct {
	Name, Target string
	Runs         int // in which it was asked
	OK           int
	Partial      int
	Failed       int
	Percent      string // of those in which it answered in full
	Mean         string // duration of the runs in which it answered
	Last         history.SourcePoint
	Message      string // of the last run
	Warnings     []string
	Strip        []stripMark
}

// stripMark is how a source ended in one run. The worse, the higher, so that it
// can be told without colours.
type stripMark struct {
	X, Height int
	State     string
	Title     string
}

// heights of the marks, of 20.
var heights = map[facts.Status]int{facts.OK: 8, facts.Partial: 14, facts.Failed: 20, facts.Skipped: 3}

func (s *Server) listSources(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	scope, scopes, err := s.chosenScope(ctx, req.URL.Query().Get("scope"))
	if err != nil {
		return err
	}
	body := sourcesPage{Scope: scope, Scopes: scopes, Days: sourceDays}
	if scope != "" {
		points, err := s.o.Store.SourceHistory(ctx, scope, "", "", s.o.Now().Add(-sourceDays*24*time.Hour))
		if err != nil {
			return err
		}
		body.Rows = rowsOf(points)
		runs, err := s.o.Store.Runs(ctx, history.Filter{Scope: scope, Limit: 1})
		if err != nil {
			return err
		}
		if len(runs) > 0 {
			last, err := s.standing(ctx, &runs[0])
			if err != nil {
				return err
			}
			explain(body.Rows, last)
		}
	}
	return s.show(w, req, http.StatusOK, "sources.gohtml", page{Title: "Sources", Nav: "/sources", Body: body})
}

// rowsOf sums up the points by source, in the order in which sources first
// occur.
func rowsOf(points []history.SourcePoint) (rows []sourceRow) {
	byKey := map[[2]string][]history.SourcePoint{}
	var keys [][2]string
	for _, p := range points {
		key := [2]string{p.Name, p.Target}
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], p)
	}
	for _, key := range keys {
		rows = append(rows, rowOf(byKey[key]))
	}
	return rows
}

func rowOf(points []history.SourcePoint) sourceRow {
	last := points[len(points)-1]
	row := sourceRow{Name: last.Name, Target: last.Target, Last: last}
	var took time.Duration
	for _, p := range points {
		switch p.Status {
		case facts.OK:
			row.OK++
			took += p.Duration
		case facts.Partial:
			row.Partial++
			took += p.Duration
		case facts.Failed:
			row.Failed++
		default:
			continue
		}
		row.Runs++
	}
	if row.Runs > 0 {
		row.Percent = percent(row.OK, row.Runs)
	}
	if n := row.OK + row.Partial; n > 0 {
		row.Mean = view.Duration((took / time.Duration(n)).Milliseconds())
	}
	for i, p := range points[max(len(points)-stripRuns, 0):] {
		row.Strip = append(row.Strip, stripMark{i * 6, heights[p.Status], sourceState(p.Status), p.At.UTC().Format("2006-01-02 15:04 UTC") + ": " + string(p.Status)})
	}
	return row
}

// explain adds what the last run says of each source.
func explain(rows []sourceRow, last *standing) {
	if last.Report == nil {
		return
	}
	for i := range rows {
		for _, s := range last.View.Sources {
			if s.Name == rows[i].Name && sameHost(s.Target, rows[i].Target) {
				rows[i].Message, rows[i].Warnings = s.Message, s.Warnings
			}
		}
	}
}
