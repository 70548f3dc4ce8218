package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"lcshealth/report/compare"
	"lcshealth/report/format"
	"lcshealth/report/history"
	reporthtml "lcshealth/report/html"
)

// showReport shows the report's own page, under the policy that the page has
// for itself.
func (s *Server) showReport(w http.ResponseWriter, req *http.Request) error {
	run, err := s.o.Store.Run(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	if !run.HasReport() {
		return history.ErrPruned // whatever is remembered
	}
	made, err := s.pages.of(run.ID, func() ([]byte, error) {
		r, err := s.o.Store.Report(req.Context(), run.ID)
		if err != nil {
			return nil, err
		}
		return whole(func(out io.Writer) error { return reporthtml.Write(out, r) })
	})
	if err != nil {
		return err
	}
	policy, err := reporthtml.PolicyOfReport()
	if err != nil {
		return err
	}
	return s.confined(w, policy, made, []link{{"/", "Overview"}, {"/runs/" + run.ID, "Run " + short(run.ID)}})
}

// showComparison shows what has changed between two runs, the earlier first.
func (s *Server) showComparison(w http.ResponseWriter, req *http.Request) error {
	before, after, err := s.twoRuns(req)
	if err != nil {
		return err
	}
	changes, err := s.comparison(req.Context(), before.ID, after.ID)
	if err != nil {
		return err
	}
	made, err := whole(func(out io.Writer) error { return reporthtml.WriteComparison(out, changes) })
	if err != nil {
		return err
	}
	return s.confined(w, reporthtml.PolicyOfComparison(), made, []link{{"/", "Overview"}, {"/runs/" + before.ID, "Run " + short(before.ID)}, {"/runs/" + after.ID, "Run " + short(after.ID)}})
}

// comparison compares the reports of two runs, the earlier first.
func (s *Server) comparison(ctx context.Context, before, after string) (*compare.Comparison, error) {
	old, err := s.o.Store.Report(ctx, before)
	if err != nil {
		return nil, err
	}
	now, err := s.o.Store.Report(ctx, after)
	if err != nil {
		return nil, err
	}
	return compare.Compare(old, now), nil
}

func whole(write func(io.Writer) error) ([]byte, error) {
	var out bytes.Buffer
	err := write(&out)
	return out.Bytes(), err
}

// link leads from a report's page back into the web page.
type link struct{ Address, Words string }

var topOf = []byte(`<header class="top">`)

// confined writes a report's page with its own policy as the policy of the
// answer, and with links back put before its top.
func (s *Server) confined(w http.ResponseWriter, policy string, made []byte, back []link) error {
	before, after, found := bytes.Cut(made, topOf)
	if !found {
		return errors.New("the report's page has no top")
	}
	all, err := templates()
	if err != nil {
		return err
	}
	var links bytes.Buffer
	if err := all["error.gohtml"].ExecuteTemplate(&links, "back.gohtml", back); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	for _, part := range [][]byte{before, links.Bytes(), topOf, after} {
		_, _ = w.Write(part) // else the client is gone
	}
	return nil
}

// download writes a report in a format, as a file.
func (s *Server) download(w http.ResponseWriter, req *http.Request) error {
	f, err := formatOf(req.PathValue("format"))
	if err != nil {
		return err
	}
	run, err := s.o.Store.Run(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	attached(w.Header(), run.ID, f.Extension)
	return s.writeReport(w, req, run.ID, f)
}

func (s *Server) writeReport(w http.ResponseWriter, req *http.Request, id string, f format.Format) error {
	r, err := s.o.Store.Report(req.Context(), id)
	if err != nil {
		w.Header().Del("Content-Disposition")
		return err
	}
	made, err := whole(func(out io.Writer) error { return f.Write(out, r, s.formatOptions()) })
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.MediaType)
	return send(w, made)
}
