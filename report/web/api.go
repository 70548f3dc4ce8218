package web

import (
	"bytes"
	_ "embed" // the description
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"lcshealth/report"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"

	"go.yaml.in/yaml/v3"
)

// apiPrefix is where the API is, in all of its versions.
const apiPrefix = "/api/"

// addAPI adds the routes of the API.
func (s *Server) addAPI() {
	type route struct {
		pattern string
		access  guard.Access
		do      func(http.ResponseWriter, *http.Request) error
	}
	read, run, admin := guard.RequireScope(auth.Read), guard.RequireScope(auth.Run), guard.RequireScope(auth.Admin)
	for _, r := range []route{
		{"GET /api/v1/openapi.json", guard.Public(), s.serveDescription},
		{"GET /api/v1/report.schema.json", guard.Public(), s.serveSchema},
		{"GET /api/v1/scopes", read, s.apiScopes},
		{"GET /api/v1/runs", read, s.apiRuns},
		{"POST /api/v1/runs", run, s.apiStart},
		{"GET /api/v1/runs/{id}", read, s.apiRun},
		{"GET /api/v1/runs/{id}/report", read, s.apiReport},
		{"GET /api/v1/runs/{id}/findings", read, s.apiRunFindings},
		{"GET /api/v1/comparison", read, s.apiCompare},
		{"GET /api/v1/progress", read, s.apiProgress},
		{"GET /api/v1/progress/events", read.Stream(), s.apiEvents},
		{"GET /api/v1/findings", read, s.apiFindings},
		{"GET /api/v1/spans", read, s.apiSpans},
		{"GET /api/v1/trend", read, s.apiTrend},
		{"GET /api/v1/sources", read, s.apiSources},
		{"GET /api/v1/causes", read, s.apiCauses},
		{"GET /api/v1/lookup", read, s.apiLookup},
		{"GET /api/v1/waivers", read, s.apiWaivers},
		{"POST /api/v1/waivers", admin, s.apiWaive},
		{"GET /api/v1/messages", read, s.apiMessages},
		{"GET /api/v1/channels", read, s.apiChannels},
		{"POST /api/v1/channels/test", admin, s.apiTest},
	} {
		s.router.HandleFunc(r.pattern, r.access, s.handle(r.do))
	}
}

//go:embed openapi.yaml
var descriptionYAML []byte

// description is the OpenAPI document as JSON.
var description = sync.OnceValues(func() ([]byte, error) {
	var document any
	if err := yaml.Unmarshal(descriptionYAML, &document); err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	return json.Marshal(document)
})

func (s *Server) serveDescription(w http.ResponseWriter, _ *http.Request) error {
	document, err := description()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return send(w, document)
}

func (s *Server) serveSchema(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	return send(w, report.Schema())
}

// writeJSON answers with a value. Nothing is written unless all of it is right.
func writeJSON(w http.ResponseWriter, status int, value any) error {
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(value); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return send(w, out.Bytes())
}

// listed is a page of a list. Next is the cursor of the one after it; it is
// missing with the last.
type listed[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// all is a list that is one page.
func all[T any](items []T) listed[T] { return listed[T]{Items: append([]T{}, items...)} }

// The number of items of a page.
const (
	usualLimit = 50
	mostLimit  = 500
)

// limit reads how many items are asked for.
func limit(q url.Values) (int, error) {
	word := q.Get("limit")
	if word == "" {
		return usualLimit, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > mostLimit {
		return 0, badRequest(fmt.Sprintf("limit is a number from 1 to %d", mostLimit))
	}
	return n, nil
}

// since reads a point in time; without one it is so many days ago.
func (s *Server) since(q url.Values, days int) (time.Time, error) {
	at, err := moment(q, "from")
	if err != nil || !at.IsZero() {
		return at, err
	}
	return s.o.Now().AddDate(0, 0, -days), nil
}

// moment reads a point in time, or nothing.
func moment(q url.Values, name string) (time.Time, error) {
	word := q.Get(name)
	if word == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, word)
	if err != nil {
		return at, badRequest(name + " is a point in time such as 2026-03-05T02:15:00Z")
	}
	return at, nil
}

// oneScope is the scope that a request has to name.
func (s *Server) oneScope(req *http.Request) (string, error) {
	scope := req.URL.Query().Get("scope")
	if scope == "" {
		return "", badRequest("name a scope")
	}
	_, _, err := s.chosenScope(req.Context(), scope)
	return scope, err
}

// asked reads the body of a request.
func asked(req *http.Request, into any) error {
	d := json.NewDecoder(req.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.More() {
		return badRequest("the body is not the JSON that the description has")
	}
	return nil
}
