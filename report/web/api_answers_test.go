package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lcshealth/report/internal/reporttest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// call is a request to the API with what it should be answered by.
type call struct {
	method, path, body string
	status             int
}

func calls() []call {
	run, q := "/api/v1/runs/"+laterID, "?scope="+url.QueryEscape(hostile)
	waive := func(finding, reason, until string) string {
		b, _ := json.Marshal(map[string]any{"run": laterID, "finding": finding, "reason": reason, "until": until})
		return string(b)
	}
	out := []call{
		{"GET", "/api/v1/scopes", "", 200},
		{"GET", "/api/v1/runs", "", 200},
		{"GET", "/api/v1/runs" + q + "&limit=1", "", 200},
		{"GET", "/api/v1/runs?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z", "", 200},
		{"GET", "/api/v1/runs?limit=0", "", 400},
		{"GET", "/api/v1/runs?cursor=x", "", 400},
		{"GET", "/api/v1/runs?from=yesterday", "", 400},
		{"GET", run, "", 200},
		{"GET", "/api/v1/runs/" + laterID[:6], "", 200},
		{"GET", "/api/v1/runs/nonesuch", "", 404},
		{"GET", "/api/v1/runs/nonesuch/report", "", 404},
		{"GET", run + "/report?format=pdf", "", 404},
		{"GET", run + "/findings", "", 200},
		{"GET", run + "/findings?verdict=present&severity=major&limit=2", "", 200},
		{"GET", "/api/v1/comparison?before=" + sampleID + "&after=" + laterID, "", 200},
		{"GET", "/api/v1/comparison?before=" + sampleID, "", 400},
		{"GET", "/api/v1/comparison?before=" + sampleID + "&after=" + sampleID, "", 400},
		{"GET", "/api/v1/comparison?before=" + sampleID + "&after=f" + laterID[1:], "", 400},
		{"GET", "/api/v1/progress?scope=default", "", 404},
		{"GET", "/api/v1/progress/events?scope=default", "", 404},
		{"GET", "/api/v1/findings" + q, "", 200},
		{"GET", "/api/v1/findings" + q + "&verdict=present&limit=3&cursor=2", "", 200},
		{"GET", "/api/v1/findings", "", 400},
		{"GET", "/api/v1/findings?scope=nonesuch", "", 404},
		{"GET", "/api/v1/spans" + q + "&of=sql-service-stopped", "", 200},
		{"GET", "/api/v1/spans" + q, "", 400},
		{"GET", "/api/v1/trend" + q + "&cause=sql-service-stopped", "", 200},
		{"GET", "/api/v1/trend" + q + "&cause=nonesuch", "", 404},
		{"GET", "/api/v1/sources" + q, "", 200},
		{"GET", "/api/v1/sources" + q + "&name=host&target=LCS01.contoso.com", "", 200},
		{"GET", "/api/v1/causes", "", 200},
		{"GET", "/api/v1/lookup?scope=default&user=sip:kim@contoso.com", "", 200},
		{"GET", "/api/v1/lookup?scope=default&user=kim", "", 422},
		{"GET", "/api/v1/waivers", "", 200},
		{"POST", "/api/v1/waivers", waive("messenger-on-server/lcs01.contoso.com", "it goes in May", "2026-05-31"), 201},
		{"POST", "/api/v1/waivers", waive("messenger-on-server/lcs01.contoso.com", "twice", "2026-05-31"), 422},
		{"POST", "/api/v1/waivers", waive("messenger-on-server/lcs01.contoso.com", "too late", "2026-01-31"), 422},
		{"POST", "/api/v1/waivers", waive("nonesuch", "x", "2026-05-31"), 404},
		{"POST", "/api/v1/waivers", `{"nonsense": true}`, 400},
		{"GET", "/api/v1/waivers", "", 200},
		{"GET", "/api/v1/messages", "", 200},
		{"GET", "/api/v1/messages?state=nonesuch", "", 400},
		{"GET", "/api/v1/channels", "", 200},
		{"POST", "/api/v1/channels/test", `{"channel": "operators"}`, 200},
		{"POST", "/api/v1/channels/test", `{"channel": "nobody"}`, 404},
		{"POST", "/api/v1/runs", `{"scope": "nonesuch"}`, 404},
		{"POST", "/api/v1/runs", `{"scope": "default"}`, 202},
		{"GET", "/api/v1/progress?scope=default", "", 200},
		{"GET", "/api/v1/progress/events?scope=default", "", 200},
		{"GET", "/api/v1/messages?state=sent&limit=1", "", 200},
		{"GET", "/api/v1/report.schema.json", "", 200},
	}
	for _, format := range []string{"html", "text", "markdown", "csv", "json", "junit", "sarif", "nagios", "prometheus"} {
		out = append(out, call{"GET", run + "/report?format=" + format, "", 200})
	}
	return out
}

// Every answer is as the description says.
func TestAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	document := s.described()
	var paths []string
	for path := range document.Paths.Map() {
		paths = append(paths, path)
	}
	answered := map[string]bool{}
	for _, c := range calls() {
		a := s.do(c.method, c.path, c.body, s.token("kim-admin")...).want(t, c.method+" "+c.path, c.status)
		route := s.routeOf(document, paths, c)
		if a.StatusCode < 300 {
			answered[route.Method+" "+route.Path] = true
		}
		s.holds(route, c, a)
	}
	for path, item := range document.Paths.Map() {
		for method := range item.Operations() {
			if !answered[method+" "+path] && path != "/api/v1/openapi.json" {
				t.Errorf("%s %s was never answered well, so that nothing is shown of it", method, path)
			}
		}
	}
}

// routeOf finds what the description says of a call.
func (s *site) routeOf(document *openapi3.T, paths []string, c call) *routers.Route {
	s.Helper()
	asked, _, _ := strings.Cut(c.path, "?")
	parts := strings.Split(asked, "/")
	i := slices.IndexFunc(paths, func(path string) bool {
		described := strings.Split(path, "/")
		return len(described) == len(parts) && !slices.ContainsFunc(slices.Collect(indexes(parts)), func(i int) bool {
			return described[i] != parts[i] && !strings.HasPrefix(described[i], "{")
		})
	})
	if i < 0 {
		s.Fatalf("%s is not described", c.path)
	}
	item := document.Paths.Value(paths[i])
	return &routers.Route{Spec: document, Path: paths[i], PathItem: item, Method: c.method, Operation: item.GetOperation(c.method)}
}

func indexes(list []string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range list {
			if !yield(i) {
				return
			}
		}
	}
}

// holds checks an answer, and the request too if it was a good one.
func (s *site) holds(route *routers.Route, c call, a answer) {
	s.Helper()
	req := must[*http.Request](s)(http.NewRequestWithContext(s.Context(), c.method, s.url+c.path, strings.NewReader(c.body)))
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	asked, _, _ := strings.Cut(c.path, "?")
	in := &openapi3filter.RequestValidationInput{
		Request: req, Route: route, PathParams: map[string]string{},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if parts := strings.Split(asked, "/"); strings.Contains(route.Path, "{id}") {
		in.PathParams["id"] = parts[4]
	}
	if a.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(s.Context(), in); err != nil {
			s.Errorf("%s %s: the request that was answered well is not as described: %v", c.method, c.path, err)
		}
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if a.StatusCode >= 400 && kind != "application/problem+json" {
		s.Errorf("%s %s: an error is %s", c.method, c.path, kind)
	}
	response := route.Operation.Responses.Status(a.StatusCode)
	if response == nil || response.Value.Content.Get(kind) == nil {
		s.Errorf("%s %s: status %d as %s is not described", c.method, c.path, a.StatusCode, kind)
		return
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(a.text), &value); err != nil {
		s.Errorf("%s %s: %v", c.method, c.path, err)
		return
	}
	if schema := response.Value.Content.Get(kind).Schema; schema != nil {
		if err := schema.Value.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation()); err != nil {
			s.Errorf("%s %s: the answer is not as described: %v", c.method, c.path, err)
		}
	}
}

// Pages of a list together are the list, each item once.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	type list struct {
		Items []json.RawMessage `json:"items"`
		Next  string            `json:"next"`
	}
	read := func(path string) (out list) {
		t.Helper()
		a := s.get(path, s.token("lee-read")...).want(t, path, http.StatusOK)
		if err := json.Unmarshal([]byte(a.text), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, path := range []string{
		"/api/v1/runs?", "/api/v1/findings?scope=default&", "/api/v1/sources?scope=default&", "/api/v1/runs/" + laterID + "/findings?",
	} {
		want := read(path + "limit=500")
		if want.Next != "" || len(want.Items) < 3 {
			t.Fatalf("%s: %d items, then %q", path, len(want.Items), want.Next)
		}
		var got []json.RawMessage
		for next := ""; ; {
			page := read(path + "limit=2&cursor=" + next)
			got = append(got, page.Items...)
			if next = page.Next; next == "" || len(got) > len(want.Items) {
				break
			}
		}
		if !slices.EqualFunc(got, want.Items, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
			t.Errorf("%s: the pages together have %d items, the list %d", path, len(got), len(want.Items))
		}
	}
}

// The report that the API gives is the one that was stored.
func TestReportOfAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	a := s.get("/api/v1/runs/"+laterID+"/report", s.token("lee-read")...).want(t, "report", http.StatusOK)
	var got struct {
		Findings []any `json:"findings"`
	}
	if err := json.Unmarshal([]byte(a.text), &got); err != nil || len(got.Findings) != len(reporttest.Later().Findings) {
		t.Errorf("%d findings, %v", len(got.Findings), err)
	}
}
