package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report/history"
)

// trendDays is how far back the trend of a cause is shown.
const trendDays = 90

type causeRow struct {
	checks.Cause
	Present      int // findings, in all scopes
	Undetermined int // findings
	Absent       int // also those that only follow from others
	Judged       bool
	Worst        checks.Severity // of those present
}

type causePage struct {
	checks.Cause
	ArticleURL string
	Scopes     []causeScope
	Days       int
}

// causeScope is how a cause stands in one scope.
type causeScope struct {
	Name    string
	Present []history.Span // now, the worst and the oldest first
	Open    []history.Span // undetermined now
	Absent  int            // findings that are absent now
	Judged  bool           // anything says how it stands now
	Earlier []history.Span // ended, the last first
	More    int            // earlier ones that are not listed
	Trend   *trend         // nil if it was never judged in that time
}

// standingSpans are how all findings of all scopes stand, by scope.
func (s *Server) standingSpans(ctx context.Context) (names []string, spans map[string][]history.Span, err error) {
	known, err := s.o.Store.Scopes(ctx)
	if err != nil {
		return nil, nil, err
	}
	spans = map[string][]history.Span{}
	for _, k := range known {
		if spans[k.Name], err = s.o.Store.Findings(ctx, k.Name); err != nil {
			return nil, nil, err
		}
	}
	return s.scopeNames(known), spans, nil
}

func (s *Server) listCauses(w http.ResponseWriter, req *http.Request) error {
	_, spans, err := s.standingSpans(req.Context())
	if err != nil {
		return err
	}
	rows, at := make([]causeRow, len(s.o.Causes)), map[string]int{}
	for i, c := range s.o.Causes {
		rows[i].Cause, at[c.ID] = c, i
	}
	for _, list := range spans {
		for i := range list {
			span := &list[i]
			place, known := at[span.Cause]
			if !known || span.Verdict == history.Gone {
				continue
			}
			row := &rows[place]
			row.Judged = true
			switch span.Verdict {
			case checks.Absent:
				row.Absent++
			case checks.Present:
				row.Present++
				if row.Worst == "" || span.Severity.AtLeast(row.Worst) {
					row.Worst = span.Severity
				}
			case checks.Undetermined:
				row.Undetermined++
			}
		}
	}
	return s.show(w, req, http.StatusOK, "causes.gohtml", page{Title: "Causes", Nav: "/causes", Body: rows})
}

// cause returns a cause of the catalogue.
func (s *Server) cause(id string) (checks.Cause, error) {
	i := slices.IndexFunc(s.o.Causes, func(c checks.Cause) bool { return c.ID == id })
	if i < 0 {
		return checks.Cause{}, notFound("the catalogue has no such cause")
	}
	return s.o.Causes[i], nil
}

// mostEarlier is how many spans that have ended are listed for a scope.
const mostEarlier = 20

func (s *Server) showCause(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	c, err := s.cause(req.PathValue("id"))
	if err != nil {
		return err
	}
	known, err := s.o.Store.Scopes(ctx)
	if err != nil {
		return err
	}
	body := causePage{Cause: c, ArticleURL: c.Article.URL, Days: trendDays}
	for _, k := range known {
		spans, err := s.o.Store.Spans(ctx, k.Name, c.ID)
		if err != nil {
			return err
		}
		points, err := s.o.Store.Trend(ctx, k.Name, c.ID, s.o.Now().Add(-trendDays*24*time.Hour))
		if err != nil {
			return err
		}
		body.Scopes = append(body.Scopes, scopeOfCause(k.Name, spans, points))
	}
	return s.show(w, req, http.StatusOK, "cause.gohtml", page{Title: c.Title, Nav: "/causes", Body: body})
}

func scopeOfCause(name string, spans []history.Span, points []history.TrendPoint) causeScope {
	out := causeScope{Name: name, Trend: drawTrend(points)}
	for _, span := range spans {
		out.Judged = out.Judged || span.Latest && span.Verdict != history.Gone
		switch {
		case span.Latest && span.Verdict == checks.Absent:
			out.Absent++
		case span.Latest && span.Verdict == checks.Present:
			out.Present = append(out.Present, span)
		case span.Latest && span.Verdict == checks.Undetermined:
			out.Open = append(out.Open, span)
		case !span.Latest && span.Verdict == checks.Present:
			out.Earlier = append(out.Earlier, span)
		}
	}
	slices.SortStableFunc(out.Present, func(a, b history.Span) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), a.FirstAt.Compare(b.FirstAt))
	})
	slices.Reverse(out.Earlier)
	if len(out.Earlier) > mostEarlier {
		out.More = len(out.Earlier) - mostEarlier
		out.Earlier = out.Earlier[:mostEarlier]
	}
	return out
}
