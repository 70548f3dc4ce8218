package guard

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"

	"lcshealth/report/web/auth"
)

// Bounds of a request's body, in octets, and of the fields of a form.
const (
	MaxBody       = 1 << 20
	maxPublicBody = 16 << 10
	maxFields     = 1000
)

// csrfField and csrfHeader carry the CSRF token of the session.
const (
	csrfField  = "csrf"
	csrfHeader = "X-CSRF-Token"
)

// takeBody reads the body into memory, now that it is known whose it is, so
// that a handler never waits for a client, and reads the form of a page.
func (r *Router) takeBody(req *http.Request, a Access) *Failure {
	limit := int64(MaxBody)
	if a.kind == open {
		limit = maxPublicBody
	}
	tooLarge := &Failure{Status: http.StatusRequestEntityTooLarge, Text: "the request is too large"}
	if req.ContentLength > limit {
		return tooLarge
	}
	data, err := io.ReadAll(io.LimitReader(req.Body, limit+1))
	switch {
	case isTimeout(err):
		return &Failure{Status: http.StatusRequestTimeout, Text: "the request came too slowly"}
	case err != nil:
		return &Failure{Status: http.StatusBadRequest, Text: "the request cannot be read"}
	case int64(len(data)) > limit:
		return tooLarge
	}
	req.Body, req.ContentLength, req.TransferEncoding = io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
	if a.kind == api || len(data) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return &Failure{Status: http.StatusUnsupportedMediaType, Text: "the request is no form"}
	}
	if bytes.Count(data, []byte("&")) >= maxFields {
		return tooLarge
	}
	if err := req.ParseForm(); err != nil {
		return &Failure{Status: http.StatusBadRequest, Text: "the form cannot be read"}
	}
	return nil
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// intended reports whether a request that changes something was made by one of
// our pages, or by who holds an API token. Where nobody signs in, there is
// neither, and nothing can be changed.
func (r *Router) intended(req *http.Request, a Access, who auth.Identity) bool {
	if a.kind == open || who.Token != "" {
		return true
	}
	sent := req.Header.Get(csrfHeader)
	if sent == "" && a.kind == page {
		sent = req.PostForm.Get(csrfField)
	}
	return auth.SameSecret(sent, who.CSRF)
}

// checkOrigin refuses what a page of another origin makes a browser send.
func (r *Router) checkOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := r.origin.Check(req); err != nil {
			r.fail(w, req, Failure{Status: http.StatusForbidden, Text: "the request comes from another site, or from a browser that does not say where from"})
			return
		}
		next.ServeHTTP(w, req)
	})
}
