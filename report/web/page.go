package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
)

//go:embed templates/*.gohtml
var templateFiles embed.FS

// page is what every page shows.
type page struct {
	Title    string
	Nav      string        // the entry of the navigation that it is under
	Who      auth.Identity // zero if nobody has signed in
	Known    bool          // somebody has signed in, or nobody has to
	SignsIn  bool          // people sign in here
	Operator bool
	Notice   string // what was done before
	Now      time.Time
	Version  string
	Refresh  int // seconds after which it is loaded again without script; 0: never
	Body     any
}

// templates are those of the pages, each of which defines what stands in the layout.
var templates = sync.OnceValues(func() (map[string]*template.Template, error) {
	names, err := fs.Glob(templateFiles, "templates/*.gohtml")
	if err != nil {
		return nil, err
	}
	base := template.New("layout.gohtml").Funcs(functions)
	var mains []string
	for _, name := range names {
		text, err := templateFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(text), `{{define "main"}}`) {
			mains = append(mains, name)
			continue
		}
		t := base
		if own := path.Base(name); own != base.Name() {
			t = base.New(own)
		}
		if _, err := t.Parse(string(text)); err != nil {
			return nil, err
		}
	}
	out := map[string]*template.Template{}
	for _, name := range mains {
		t, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if out[path.Base(name)], err = t.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return out, nil
})

// show writes a page. Nothing is written unless all of it is right.
func (s *Server) show(w http.ResponseWriter, req *http.Request, status int, name string, p page) error {
	all, err := templates()
	if err != nil {
		return err
	}
	t, ok := all[name]
	if !ok {
		return fmt.Errorf("there is no page %s", name)
	}
	p.Who, p.Known = auth.FromContext(req.Context())
	p.SignsIn, p.Operator = s.o.Auth != nil, p.Who.Role.Includes(auth.Operator)
	p.Now, p.Version = s.o.Now(), s.o.Version
	p.Notice = notices[req.URL.Query().Get("done")]
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout.gohtml", p); err != nil {
		return fmt.Errorf("fill in %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // else the client is gone
	return nil
}

// notices are what a page says of what was done before, by a word in its
// address.
var notices = map[string]string{
	"waived":     "The waiver is written. It takes effect with the next audit of each scope.",
	"signed-out": "You have signed out.",
}

// send writes an answer that is ready.
func send(w http.ResponseWriter, data []byte) error {
	_, _ = w.Write(data) // else the client is gone
	return nil
}

// failed answers what was refused or failed: as a page or, in the API, as
// problem details.
func (s *Server) failed(w http.ResponseWriter, req *http.Request, f guard.Failure) {
	if f.API || strings.HasPrefix(req.URL.Path, apiPrefix) {
		writeProblem(w, f)
		return
	}
	if err := s.show(w, req, f.Status, "error.gohtml", page{Title: http.StatusText(f.Status), Body: f}); err != nil {
		s.o.Log.ErrorContext(req.Context(), "cannot show what failed", "error", err.Error())
		guard.PlainFailure(w, req, f)
	}
}
