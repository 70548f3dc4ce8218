package web

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/runner"
)

// progressPage is how the audit of a scope gets on.
type progressPage struct {
	Scope        string
	Audited      bool
	Any          bool // there was an audit since the server began
	SourcesEnded int
	Now          time.Time
	runner.Progress
}

// startRun begins an audit.
func (s *Server) startRun(w http.ResponseWriter, req *http.Request) error {
	scope := req.PostFormValue("scope")
	who, _ := auth.FromContext(req.Context())
	if err := s.runs.Ask(scope, who.Name); err != nil {
		return err
	}
	http.Redirect(w, req, "/progress?scope="+url.QueryEscape(scope), http.StatusSeeOther)
	return nil
}

func (s *Server) progressOf(scope string) (progressPage, <-chan struct{}) {
	body := progressPage{Scope: scope, Now: s.o.Now()}
	for _, a := range s.o.Scopes {
		body.Audited = body.Audited || a.Name == scope
	}
	p, changed, ok := s.runs.Progress(scope)
	body.Any, body.Progress = ok, p
	for _, source := range p.Sources {
		if source.Status != "" {
			body.SourcesEnded++
		}
	}
	return body, changed
}

func (s *Server) showProgress(w http.ResponseWriter, req *http.Request) error {
	scope, _, err := s.chosenScope(req.Context(), req.URL.Query().Get("scope"))
	if err != nil {
		return err
	}
	body, _ := s.progressOf(scope)
	p := page{Title: "Audit of " + scope, Nav: "/", Body: body}
	if body.Any && !body.State.Over() {
		p.Refresh = 3
	}
	return s.show(w, req, http.StatusOK, "progress.gohtml", p)
}

// streamPage sends the part of the page that shows the progress, as it changes.
func (s *Server) streamPage(w http.ResponseWriter, req *http.Request) error {
	all, err := templates()
	if err != nil {
		return err
	}
	return s.stream(w, req, func(p progressPage) ([]byte, error) {
		var out bytes.Buffer
		err := all["progress.gohtml"].ExecuteTemplate(&out, "steps.gohtml", p)
		return out.Bytes(), err
	})
}

// sourceState is the state of the mark of a source that is under way or has
// ended.
func sourceState(s facts.Status) string {
	switch s {
	case facts.OK:
		return "clear"
	case facts.Partial:
		return "major"
	case facts.Failed:
		return "critical"
	case "":
		return "info"
	}
	return "none"
}
