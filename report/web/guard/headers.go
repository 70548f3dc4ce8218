package guard

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// policy is the Content-Security-Policy of every answer: nothing but our own
// styles, scripts, pictures and requests, forms to ourselves, no frame around
// it.
func policy(styles, scripts []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		strings.Join(append([]string{"style-src 'self'"}, styles...), " "),
		strings.Join(append([]string{"script-src 'self'"}, scripts...), " "),
		"img-src 'self'",
		"connect-src 'self'",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; ")
}

// headers sets those that confine an answer in the browser. A handler may
// replace them for its own answer.
func (r *Router) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", r.csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY") // for browsers older than frame-ancestors
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
		// Over plain HTTP browsers ignore it, as RFC 6797, section 7.2 has it.
		if req.TLS != nil && r.options.HSTS > 0 {
			h.Set("Strict-Transport-Security", "max-age="+strconv.FormatInt(int64(r.options.HSTS/time.Second), 10))
		}
		next.ServeHTTP(w, req)
	})
}
