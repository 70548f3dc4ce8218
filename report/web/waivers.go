package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/view"
	"lcshealth/report/waiver"
	"lcshealth/report/web/auth"
)

type waiversPage struct {
	File    string
	List    []waiverRow
	Problem string // with the file
	Today   string
}

type waiverRow struct {
	waiver.Waiver
	Expired bool
}

// dayForm is how days are written.
const dayForm = "2006-01-02"

func (s *Server) listWaivers(w http.ResponseWriter, req *http.Request) error {
	body := waiversPage{File: s.o.Waivers}
	list, err := s.waivers()
	if err != nil {
		body.Problem = report.Clean(err.Error())
	}
	body.List = list
	return s.show(w, req, http.StatusOK, "waivers.gohtml", page{Title: "Waivers", Nav: "/waivers", Body: body})
}

// waivers reads the file. One that is not there has none.
func (s *Server) waivers() (rows []waiverRow, err error) {
	if s.o.Waivers == "" {
		return nil, nil
	}
	list, err := waiver.File(s.o.Waivers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	today := s.o.Now().Format(dayForm)
	for _, one := range list {
		rows = append(rows, waiverRow{one, one.Until < today})
	}
	return rows, err
}

// waiverForm is what an operator fills in.
type waiverForm struct {
	RunID    string
	Finding  *view.Finding
	Reason   string
	Until    string
	Loose    bool
	Problem  string
	File     string
	Earliest string
}

// waivable returns the finding of a run that is to be waived.
func (s *Server) waivable(ctx context.Context, runID, id string) (*checks.Finding, error) {
	if s.o.Waivers == "" {
		return nil, &fault{http.StatusConflict, "no file of waivers is configured: serve.waivers names it"}
	}
	r, err := s.o.Store.Report(ctx, runID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(r.Findings, func(f checks.Finding) bool { return f.ID == id && f.Verdict == checks.Present })
	if i < 0 {
		return nil, notFound("the run has no such finding that is present")
	}
	return &r.Findings[i], nil
}

func (s *Server) newWaiver(w http.ResponseWriter, req *http.Request) error {
	q := req.URL.Query()
	f, err := s.waivable(req.Context(), q.Get("run"), q.Get("finding"))
	if err != nil {
		return err
	}
	return s.askWaiver(w, req, http.StatusOK, waiverForm{RunID: q.Get("run"), Finding: view.FindingOf(f), Until: s.o.Now().AddDate(0, 1, 0).Format(dayForm)})
}

func (s *Server) askWaiver(w http.ResponseWriter, req *http.Request, status int, form waiverForm) error {
	form.File, form.Earliest = s.o.Waivers, s.o.Now().Format(dayForm)
	return s.show(w, req, status, "waiver.gohtml", page{Title: "Waive a finding", Nav: "/waivers", Body: form})
}

func (s *Server) addWaiver(w http.ResponseWriter, req *http.Request) error {
	form := waiverForm{
		RunID: req.PostFormValue("run"), Reason: req.PostFormValue("reason"), Until: req.PostFormValue("until"), Loose: req.PostFormValue("loose") != "",
	}
	_, err := s.waive(req.Context(), form.RunID, req.PostFormValue("finding"), form.Reason, form.Until, form.Loose)
	if f, ok := errors.AsType[*fault](err); ok && f.status == http.StatusUnprocessableEntity {
		found, err := s.waivable(req.Context(), form.RunID, req.PostFormValue("finding"))
		if err != nil {
			return err
		}
		form.Finding, form.Problem = view.FindingOf(found), title(f.text)
		return s.askWaiver(w, req, f.status, form)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, req, "/waivers?done=waived", http.StatusSeeOther)
	return nil
}

// waive adds a waiver in the name of who asks. What is wrong with it is a fault
// that says so.
func (s *Server) waive(ctx context.Context, runID, finding, reason, until string, loose bool) (waiver.Waiver, error) {
	f, err := s.waivable(ctx, runID, finding)
	if err != nil {
		return waiver.Waiver{}, err
	}
	who, _ := auth.FromContext(ctx)
	one := waiver.Waiver{Cause: f.Cause, Subject: f.Subject.Name, Shape: f.Shape, Reason: report.Clean(reason), Owner: who.Name, Until: until}
	if !loose {
		one.Fingerprint = report.Fingerprint(f)
	}
	if err := one.Validate(); err != nil {
		return one, &fault{http.StatusUnprocessableEntity, report.Clean(err.Error())}
	}
	if day, err := time.ParseInLocation(dayForm, until, s.o.Now().Location()); err != nil || day.AddDate(0, 0, 1).Before(s.o.Now()) {
		return one, &fault{http.StatusUnprocessableEntity, "the last day of the waiver has passed"}
	}
	s.waiving.Lock()
	defer s.waiving.Unlock()
	rows, err := s.waivers()
	if err != nil {
		return one, &fault{http.StatusConflict, "the file of waivers cannot be used, so nothing can be added: " + report.Clean(err.Error())}
	}
	if slices.ContainsFunc(rows, func(old waiverRow) bool {
		return !old.Expired && old.Cause == one.Cause && old.Subject == one.Subject && old.Shape == one.Shape
	}) {
		return one, &fault{http.StatusUnprocessableEntity, "the finding is waived already; change the waiver in the file"}
	}
	return one, waiver.Append(s.o.Waivers, one)
}
