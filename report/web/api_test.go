package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// described asks the server for its description, which has to be right itself.
func (s *site) described() *openapi3.T {
	s.Helper()
	a := s.get("/api/v1/openapi.json").want(s, "description", http.StatusOK)
	document := must[*openapi3.T](s)(openapi3.NewLoader().LoadFromData([]byte(a.text)))
	if err := document.Validate(s.Context()); err != nil {
		s.Fatal(err)
	}
	return document
}

// Every route of the API is in the description with the scope that it needs,
// and nothing else is.
func TestDescriptionIsComplete(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	document := s.described()
	routes := map[string]string{}
	for _, r := range s.web.Routes() {
		if strings.HasPrefix(r.Path, "/api/") {
			routes[r.Method+" "+r.Path] = string(r.Access.Scope())
		}
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			scope, there := routes[method+" "+path]
			if !there {
				t.Errorf("%s %s is described, and is not there", method, path)
			}
			if said, _ := operation.Extensions["x-scope"].(string); said != scope {
				t.Errorf("%s %s: it is said to need %q, and needs %q", method, path, said, scope)
			}
			delete(routes, method+" "+path)
		}
	}
	for route := range routes {
		t.Errorf("%s is not described", route)
	}
}
