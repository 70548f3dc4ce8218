package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lcshealth/checks"
	"lcshealth/report/history"
	"lcshealth/report/jsonreport"
	"lcshealth/report/view"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/runner"
)

// apiScope is a scope with how it stands.
type apiScope struct {
	Name     string           `json:"name"`
	Tone     view.Tone        `json:"tone"`               // of the last run's answer
	Headline string           `json:"headline,omitempty"` // of the last run's answer
	Runs     int              `json:"runs"`               // in the history
	Last     *history.Run     `json:"last,omitempty"`
	Changed  time.Time        `json:"changed,omitzero"` // when it came to stand as it does
	Trouble  *history.Mark    `json:"trouble,omitempty"`
	Audited  bool             `json:"audited"` // by this server
	Schedule string           `json:"schedule,omitempty"`
	Zone     string           `json:"zone,omitempty"`
	Next     time.Time        `json:"next,omitzero"`
	Missing  bool             `json:"missing"` // no audit has ended for too long
	Pending  int              `json:"pending"` // messages that have not arrived
	Audit    *runner.Progress `json:"audit,omitempty"`
}

func (s *Server) apiScopes(w http.ResponseWriter, req *http.Request) error {
	states, err := s.scopeStates(req.Context())
	if err != nil {
		return err
	}
	out := make([]apiScope, 0, len(states))
	for i := range states {
		state := &states[i]
		one := apiScope{
			Name: state.Name, Tone: state.Tone, Runs: state.Runs, Changed: state.Changed, Trouble: state.Trouble, Audited: state.Audited,
			Schedule: state.Cron, Zone: state.Zone, Next: state.Next, Missing: state.Missing, Pending: state.Waiting, Audit: state.Active,
		}
		if state.Last != nil {
			one.Last = &state.Last.Run
			if state.Last.View != nil {
				one.Headline = state.Last.View.Answer.Sentence()
			}
		}
		out = append(out, one)
	}
	return writeJSON(w, http.StatusOK, all(out))
}

func (s *Server) apiRuns(w http.ResponseWriter, req *http.Request) error {
	q := req.URL.Query()
	filter := history.Filter{Scope: q.Get("scope")}
	var err error
	if filter.Before, err = cursor(req, "cursor"); err != nil {
		return err
	}
	if filter.From, err = moment(q, "from"); err != nil {
		return err
	}
	if filter.To, err = moment(q, "to"); err != nil {
		return err
	}
	most, err := limit(q)
	if err != nil {
		return err
	}
	filter.Limit = most + 1
	runs, err := s.o.Store.Runs(req.Context(), filter)
	if err != nil {
		return err
	}
	out := all(runs)
	if len(runs) > most {
		out.Items, out.Next = runs[:most], strconv.FormatInt(runs[most-1].Seq, 10)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiStart(w http.ResponseWriter, req *http.Request) error {
	var body struct {
		Scope string `json:"scope"`
	}
	if err := asked(req, &body); err != nil {
		return err
	}
	who, _ := auth.FromContext(req.Context())
	by := who.Name
	if who.Token != "" {
		by += " by token " + who.Token
	}
	if err := s.runs.Ask(body.Scope, by); err != nil {
		return err
	}
	p, _, _ := s.runs.Progress(body.Scope)
	w.Header().Set("Location", "/api/v1/progress?scope="+url.QueryEscape(body.Scope))
	return writeJSON(w, http.StatusAccepted, p)
}

func (s *Server) apiRun(w http.ResponseWriter, req *http.Request) error {
	run, err := s.o.Store.Run(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, run)
}

func (s *Server) apiReport(w http.ResponseWriter, req *http.Request) error {
	name := req.URL.Query().Get("format")
	if name == "" {
		name = "json"
	}
	f, err := formatOf(name)
	if err != nil {
		return err
	}
	if name == "html" { // it is not to be shown as a page of this server
		attached(w.Header(), req.PathValue("id"), f.Extension)
	}
	return s.writeReport(w, req, req.PathValue("id"), f)
}

// apiRunFindings lists the findings of one run, in the order of the report.
func (s *Server) apiRunFindings(w http.ResponseWriter, req *http.Request) error {
	r, err := s.o.Store.Report(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	q := req.URL.Query()
	findings := slices.DeleteFunc(r.Findings, func(f checks.Finding) bool {
		return differs(q, "verdict", string(f.Verdict)) || differs(q, "severity", string(f.Severity)) || differs(q, "cause", f.Cause) || differs(q, "server", f.Subject.Server)
	})
	for i := range findings {
		f := &findings[i]
		f.Codes, f.Evidence, f.Remedy = orEmpty(f.Codes), orEmpty(f.Evidence), orEmpty(f.Remedy)
	}
	return writePage(w, req, findings)
}

// orEmpty makes of no list an empty one, which JSON writes as [].
func orEmpty[T any](list []T) []T { return append([]T{}, list...) }

// differs reports whether a request asks for another value.
func differs(q url.Values, name, value string) bool { return q.Get(name) != "" && q.Get(name) != value }

// writePage answers with a page of a list that is there as a whole and does not
// change. The cursor is where the page begins.
func writePage[T any](w http.ResponseWriter, req *http.Request, items []T) error {
	from, err := cursor(req, "cursor")
	if err != nil {
		return err
	}
	most, err := limit(req.URL.Query())
	if err != nil {
		return err
	}
	begin := min(from, int64(len(items)))
	out := all(items[begin:])
	if len(out.Items) > most {
		out.Items, out.Next = out.Items[:most], strconv.FormatInt(begin+int64(most), 10)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiCompare(w http.ResponseWriter, req *http.Request) error {
	before, after, err := s.twoRuns(req)
	if err != nil {
		return err
	}
	changes, err := s.comparison(req.Context(), before.ID, after.ID)
	if err != nil {
		return err
	}
	made, err := whole(func(out io.Writer) error { return jsonreport.WriteComparison(out, changes) })
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return send(w, made)
}

func (s *Server) apiProgress(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	p, _, ok := s.runs.Progress(scope)
	if !ok {
		return notFound("no audit of the scope has begun since the server did")
	}
	return writeJSON(w, http.StatusOK, p)
}

func (s *Server) apiEvents(w http.ResponseWriter, req *http.Request) error {
	if _, err := s.oneScope(req); err != nil {
		return err
	}
	return s.stream(w, req, func(p progressPage) ([]byte, error) { return json.Marshal(p.Progress) })
}
