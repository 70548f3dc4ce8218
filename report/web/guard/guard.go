// Package guard is the HTTP side of who may do what: it stands between the
// listener and the pages of the web page and its API.
//
// A [Router] is the only way to a handler, and takes no route without an
// [Access]. Every request passes, in this order: a log line and the recovery
// from panics; the headers that confine a page in the browser; the check of
// the Host header, which ends DNS rebinding; the check of the path; the check
// for cross-origin requests; the identity and its rights; the bounded body; and
// the CSRF token.
//
// # Why two defences against cross-site request forgery
//
// [http.CrossOriginProtection] believes the browser, by Sec-Fetch-Site or
// Origin. It refuses other sites, and also what SameSite cookies let through:
// other ports and other names of the same site. But it lets requests pass that
// carry neither header, and by Origin it compares the host without the scheme.
// The token of the session, which a form carries, needs nothing from the
// browser, but there is none before sign-in. So sign-in has the first defence
// alone, and everything after it both. API tokens need no second one: a browser
// never sends them by itself.
//
// Referrer-Policy no-referrer makes browsers send "Origin: null" with forms, so
// that those older than Sec-Fetch-Site (2023) are refused. That is intended.
package guard

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lcshealth/report/web/auth"
)

// Options are what a [Router] needs.
type Options struct {
	// Auth knows the users. Nil lets everybody read, as a viewer, and nobody do
	// more; [Listen] allows that on a loopback address only.
	Auth *auth.Service
	// Hosts are the names and addresses, without port, that the server is asked
	// under; [Hosts] lists them. All others are refused.
	Hosts []string
	// TLS says that the server is asked over TLS, and gives cookies the prefix
	// __Host-, which keeps other hosts of the domain from setting them.
	TLS bool
	// SignInPath is where a page sends those who have not signed in; empty for
	// /sign-in. The page asked for is added as the parameter next.
	SignInPath string
	// Styles and Scripts are further sources of the Content-Security-Policy
	// besides 'self', such as 'sha256-…' with its quotes.
	Styles, Scripts []string
	// HSTS is how long browsers refuse to ask this host without TLS, on any of
	// its ports. Zero is a year, negative never.
	HSTS time.Duration
	// Stop is closed when streams have to end, since the server does: the Done
	// of its context. Nil lets them go on.
	Stop <-chan struct{}
	// Fail answers a request that is refused or failed; nil for [PlainFailure].
	Fail func(http.ResponseWriter, *http.Request, Failure)
	// Log gets a line for every request, and for what went wrong; nil for none.
	Log *slog.Logger
	// Now is the clock of the log; nil for time.Now.
	Now func() time.Time
}

const (
	signInPath  = "/sign-in"
	defaultHSTS = 365 * 24 * time.Hour
)

func (o *Options) complete() error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Fail == nil {
		o.Fail = PlainFailure
	}
	if o.SignInPath == "" {
		o.SignInPath = signInPath
	}
	if o.HSTS == 0 {
		o.HSTS = defaultHSTS
	}
	if len(o.Hosts) == 0 {
		return errors.New("no host names are given to be asked under")
	}
	for _, source := range append(append([]string{}, o.Styles...), o.Scripts...) {
		if source == "" || strings.ContainsAny(source, " ;,\r\n\t") {
			return errors.New("a source of the content security policy is not one word")
		}
	}
	return nil
}

// Failure is the answer to a request that is refused or failed.
type Failure struct {
	Status int
	Text   string // for people: one line, without what the client sent
	ID     string // of an internal error, as the log has it; else empty
	API    bool   // the route is one of the API
}
