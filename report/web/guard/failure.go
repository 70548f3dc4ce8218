package guard

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// PlainFailure answers with one line of text, or in the API with an object with
// the key error, and id where there is one.
func PlainFailure(w http.ResponseWriter, _ *http.Request, f Failure) {
	if !f.API {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(f.Status)
		text := f.Text
		if f.ID != "" {
			text = fmt.Sprintf("%s (%s)", text, f.ID)
		}
		fmt.Fprintln(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(struct { // else the client is gone
		Error string `json:"error"`
		ID    string `json:"id,omitempty"`
	}{f.Text, f.ID})
}

// Fail answers a request with a failure in the way of the router, for handlers.
func (r *Router) Fail(w http.ResponseWriter, req *http.Request, f Failure) { r.fail(w, req, f) }

func (r *Router) fail(w http.ResponseWriter, req *http.Request, f Failure) {
	if n := noteOf(req); n != nil {
		f.API = f.API || n.api
	}
	w.Header().Set("Cache-Control", "no-store")
	if f.Status == http.StatusUnauthorized && f.API {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lcshealth"`)
	}
	r.options.Fail(w, req, f)
}
