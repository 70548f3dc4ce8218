package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report/history"
)

// apiFindings lists how each finding of a scope stands.
func (s *Server) apiFindings(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	spans, err := s.o.Store.Findings(req.Context(), scope)
	if err != nil {
		return err
	}
	q := req.URL.Query()
	spans = slices.DeleteFunc(spans, func(span history.Span) bool {
		return !span.Reported || differs(q, "verdict", string(span.Verdict)) || differs(q, "severity", string(span.Severity)) ||
			differs(q, "cause", span.Cause) || differs(q, "server", span.Subject.Server)
	})
	return writePage(w, req, spans)
}

// apiSpans lists the history of one finding, or of all findings of a cause.
func (s *Server) apiSpans(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	of := req.URL.Query().Get("of")
	if of == "" {
		return badRequest("say of which finding or cause, by its id")
	}
	spans, err := s.o.Store.Spans(req.Context(), scope, of)
	if err != nil {
		return err
	}
	return writePage(w, req, spans)
}

func (s *Server) apiTrend(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	c, err := s.cause(req.URL.Query().Get("cause"))
	if err != nil {
		return err
	}
	from, err := s.since(req.URL.Query(), trendDays)
	if err != nil {
		return err
	}
	points, err := s.o.Store.Trend(req.Context(), scope, c.ID, from)
	if err != nil {
		return err
	}
	return writePage(w, req, points)
}

// apiSource is how a source ended in one run.
type apiSource struct {
	RunID      string       `json:"runId"`
	At         time.Time    `json:"at"` // when the run was started
	Name       string       `json:"name"`
	Target     string       `json:"target,omitempty"`
	Status     facts.Status `json:"status"`
	Class      facts.Class  `json:"class,omitempty"`
	DurationMs int64        `json:"durationMs"`
}

func (s *Server) apiSources(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	q := req.URL.Query()
	from, err := s.since(q, sourceDays)
	if err != nil {
		return err
	}
	points, err := s.o.Store.SourceHistory(req.Context(), scope, q.Get("name"), q.Get("target"), from)
	if err != nil {
		return err
	}
	out := make([]apiSource, 0, len(points))
	for _, p := range points {
		out = append(out, apiSource{p.RunID, p.At, p.Name, p.Target, p.Status, p.Class, p.Duration.Milliseconds()})
	}
	return writePage(w, req, out)
}

// apiCause is an entry of the catalogue.
type apiCause struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	Codes     []int           `json:"codes"`
	Article   string          `json:"article"`
	Severity  checks.Severity `json:"severity"` // the usual one
	Scope     checks.Scope    `json:"scope"`
	Meaning   string          `json:"meaning"`
	Detection string          `json:"detection"`
	Fix       []string        `json:"fix"`
	After     []string        `json:"after"` // causes that explain it
}

func (s *Server) apiCauses(w http.ResponseWriter, _ *http.Request) error {
	out := make([]apiCause, 0, len(s.o.Causes))
	for _, c := range s.o.Causes {
		out = append(out, apiCause{
			c.ID, c.Title, append([]int{}, c.Codes...), c.Article.String(), c.Severity, c.Scope, c.Meaning, c.Detection,
			append([]string{}, c.Fix...), append([]string{}, c.After...),
		})
	}
	return writeJSON(w, http.StatusOK, all(out))
}

// apiMessages lists messages by their number, the oldest first.
func (s *Server) apiMessages(w http.ResponseWriter, req *http.Request) error {
	q := req.URL.Query()
	state := history.State(q.Get("state"))
	switch state {
	case "":
		state = history.Pending
	case history.Pending, history.Sent, history.GivenUp:
	default:
		return badRequest("state is pending, sent or given-up")
	}
	after, err := cursor(req, "cursor")
	if err != nil {
		return err
	}
	most, err := limit(q)
	if err != nil {
		return err
	}
	rows, err := s.messages(req.Context(), q.Get("scope"), state, 0)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(m messageRow) bool { return m.ID <= after })
	out := all(rows)
	if len(rows) > most {
		out.Items, out.Next = rows[:most], strconv.FormatInt(rows[most-1].ID, 10)
	}
	return writeJSON(w, http.StatusOK, out)
}
