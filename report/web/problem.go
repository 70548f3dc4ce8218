package web

import (
	"encoding/json"
	"net/http"

	"lcshealth/report/web/guard"
)

// problem is an error of the API (RFC 9457).
type problem struct {
	Type     string `json:"type"` // about:blank: the status says what kind it is
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"` // of an internal error, as the log has it
}

func writeProblem(w http.ResponseWriter, f guard.Failure) {
	p := problem{Type: "about:blank", Title: http.StatusText(f.Status), Status: f.Status, Detail: f.Text}
	if f.ID != "" {
		p.Instance = "urn:lcshealth:error:" + f.ID
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(p) // else the client is gone
}
