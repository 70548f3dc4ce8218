package web

import (
	"net/http"
	"sync"
)

// requestCounts counts requests by what was answered.
type requestCounts struct {
	mu sync.Mutex
	by map[requestKind]int
}

type requestKind struct {
	method string
	status int
}

// methods are those that are counted by their name; who asks may write any.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true, http.MethodDelete: true, http.MethodOptions: true,
}

func (c *requestCounts) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		out := &counted{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			method := req.Method
			if !methods[method] {
				method = "other"
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.by == nil {
				c.by = map[requestKind]int{}
			}
			c.by[requestKind{method, out.status}]++
		}()
		next.ServeHTTP(out, req)
	})
}

// each calls a function with every kind of request and how many there were.
func (c *requestCounts) each(do func(kind requestKind, n int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for kind, n := range c.by {
		do(kind, n)
	}
}

type counted struct {
	http.ResponseWriter
	status int
}

// Unwrap is for [http.ResponseController].
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counted) WriteHeader(status int) {
	if status >= 200 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}
