package guard

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Route is one of a [Router].
type Route struct {
	Method string // GET also means HEAD
	Path   string // a pattern of [http.ServeMux]
	Access Access
}

// Router takes routes together with who may use them. It is filled before it
// serves, by one goroutine.
type Router struct {
	options Options
	hosts   map[string]bool
	mux     *http.ServeMux
	csp     string
	origin  *http.CrossOriginProtection
	routes  []Route
	wrong   []error
}

// NewRouter returns a router without routes.
func NewRouter(o Options) (*Router, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	r := &Router{
		options: o, hosts: map[string]bool{}, mux: http.NewServeMux(), csp: policy(o.Styles, o.Scripts),
		origin: http.NewCrossOriginProtection(),
	}
	for _, host := range o.Hosts {
		name, ok := hostname(host)
		if !ok {
			return nil, fmt.Errorf("guard: %q is no host name or address", host)
		}
		r.hosts[name] = true
	}
	return r, nil
}

// methods are those that a route may have. HEAD comes with GET.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Handle adds a route. The pattern is one of [http.ServeMux] with a method and
// without a host: "GET /runs/{id}". What GET does must not change anything,
// since it is not defended against cross-site requests. Errors are told by
// [Router.Handler].
func (r *Router) Handle(pattern string, a Access, h http.Handler) {
	if err := r.handle(pattern, a, h); err != nil {
		r.wrong = append(r.wrong, fmt.Errorf("route %q: %w", pattern, err))
	}
}

// HandleFunc is [Router.Handle] of a function.
func (r *Router) HandleFunc(pattern string, a Access, h func(http.ResponseWriter, *http.Request)) {
	if h == nil {
		r.Handle(pattern, a, nil)
		return
	}
	r.Handle(pattern, a, http.HandlerFunc(h))
}

func (r *Router) handle(pattern string, a Access, h http.Handler) (err error) {
	method, path, _ := strings.Cut(pattern, " ")
	switch {
	case !slices.Contains(methods, method):
		return fmt.Errorf("it has to begin with one of %s", strings.Join(methods, ", "))
	case !strings.HasPrefix(path, "/"):
		return errors.New("the path has to begin with a slash")
	case h == nil:
		return errors.New("it has no handler")
	}
	if err := a.validate(); err != nil {
		return err
	}
	defer func() { // patterns that are none, or conflict
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	route := Route{Method: method, Path: path, Access: a}
	r.mux.Handle(pattern, r.guarded(route, h))
	r.routes = append(r.routes, route)
	return nil
}

// Routes returns the routes in the order in which they were added.
func (r *Router) Routes() []Route { return slices.Clone(r.routes) }

// Handler returns the guarded routes, or what is wrong with them.
func (r *Router) Handler() (http.Handler, error) {
	if err := errors.Join(r.wrong...); err != nil {
		return nil, err
	}
	var h http.Handler = http.HandlerFunc(r.route)
	h = r.checkOrigin(h)
	h = r.checkPath(h)
	h = r.checkHost(h)
	h = r.headers(h)
	h = r.observe(h)
	return h, nil
}

// route serves a request that no route is for itself, so that its answer is
// one of ours.
func (r *Router) route(w http.ResponseWriter, req *http.Request) {
	if _, pattern := r.mux.Handler(req); pattern != "" {
		r.mux.ServeHTTP(w, req)
		return
	}
	caught := &statusOnly{header: http.Header{}}
	r.mux.ServeHTTP(caught, req)
	switch caught.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", caught.header.Get("Allow"))
		r.fail(w, req, Failure{Status: caught.status, Text: "the page does not take this method"})
	default:
		r.fail(w, req, Failure{Status: http.StatusNotFound, Text: "there is no such page"})
	}
}

// statusOnly keeps what the mux answers from the client.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header { return s.header }

func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

func (s *statusOnly) WriteHeader(status int) { s.status = status }
