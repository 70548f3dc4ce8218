package web

import (
	"net/http"

	"lcshealth/report"
	"lcshealth/report/waiver"
)

func (s *Server) apiLookup(w http.ResponseWriter, req *http.Request) error {
	scope, err := s.oneScope(req)
	if err != nil {
		return err
	}
	r, err := s.lookUp(req.Context(), scope, req.URL.Query().Get("user"))
	if err != nil {
		return err
	}
	f, err := formatOf("json")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.MediaType)
	return f.Write(w, r, s.formatOptions())
}

// apiWaiver is an entry of the file of waivers.
type apiWaiver struct {
	Cause       string `json:"cause"`
	Subject     string `json:"subject"` // of the findings, or * for every one
	Shape       string `json:"shape,omitempty"`
	Reason      string `json:"reason"`
	Owner       string `json:"owner"`
	Until       string `json:"until"` // the last day
	Fingerprint string `json:"fingerprint,omitempty"`
	Expired     bool   `json:"expired"`
}

func apiWaiverOf(w waiver.Waiver, expired bool) apiWaiver {
	return apiWaiver{w.Cause, w.Subject, w.Shape, w.Reason, w.Owner, w.Until, w.Fingerprint, expired}
}

func (s *Server) apiWaivers(w http.ResponseWriter, _ *http.Request) error {
	list, err := s.waivers()
	if err != nil {
		return &fault{http.StatusConflict, "the file of waivers cannot be used: " + report.Clean(err.Error())}
	}
	out := make([]apiWaiver, 0, len(list))
	for _, one := range list {
		out = append(out, apiWaiverOf(one.Waiver, one.Expired))
	}
	return writeJSON(w, http.StatusOK, all(out))
}

func (s *Server) apiWaive(w http.ResponseWriter, req *http.Request) error {
	var body struct {
		Run     string `json:"run"`
		Finding string `json:"finding"`
		Reason  string `json:"reason"`
		Until   string `json:"until"`
		Loose   bool   `json:"loose"`
	}
	if err := asked(req, &body); err != nil {
		return err
	}
	one, err := s.waive(req.Context(), body.Run, body.Finding, body.Reason, body.Until, body.Loose)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, apiWaiverOf(one, false))
}

type apiChannel struct {
	Name string `json:"name"`
}

func (s *Server) apiChannels(w http.ResponseWriter, _ *http.Request) error {
	out := []apiChannel{}
	for _, name := range s.channels() {
		out = append(out, apiChannel{name})
	}
	return writeJSON(w, http.StatusOK, all(out))
}

// apiTest tries a channel out. That it did not work is an answer, not an error.
func (s *Server) apiTest(w http.ResponseWriter, req *http.Request) error {
	var body struct {
		Channel string `json:"channel"`
	}
	if err := asked(req, &body); err != nil {
		return err
	}
	steps, failed, err := s.test(req.Context(), body.Channel)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Channel string   `json:"channel"`
		OK      bool     `json:"ok"`
		Steps   []string `json:"steps"`
		Error   string   `json:"error,omitempty"`
	}{body.Channel, failed == "", steps, failed})
}
