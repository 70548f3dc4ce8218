package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lcshealth/report"
	"lcshealth/report/notify"
)

// verdict says what an answer means: taken, not now, or not at all.
func verdict(r *http.Response, reply string, now time.Time) error {
	code := r.StatusCode
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return &notify.Refusal{After: retryAfter(r.Header.Get("Retry-After"), now), Err: fmt.Errorf("the receiver answered %s", reply)}
	default:
		return notify.Permanent("the receiver answered %s", reply)
	}
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// secrets are the words that no error may hold.
type secrets struct{ words []string }

func (s *secrets) add(words ...string) {
	for _, w := range words {
		// What is shorter is no secret, and would take words out of sentences.
		if len(w) > 3 {
			s.words = append(s.words, w)
		}
	}
	slices.SortFunc(s.words, func(a, b string) int { return len(b) - len(a) }) // none leaves a part of another
}

func (s *secrets) hide(text string) string {
	for _, w := range s.words {
		text = strings.ReplaceAll(text, w, "…")
	}
	return text
}

// mask says what went wrong, and where only as far as everybody may know it.
func (s *secrets) mask(u *url.URL, err error) error {
	out := &notify.Refusal{}
	var known *notify.Refusal
	if errors.As(err, &known) {
		out.Permanent, out.After = known.Permanent, known.After
	}
	var whole *url.Error // which begins with the address
	if errors.As(err, &whole) {
		err = whole.Err
	}
	out.Err = fmt.Errorf("post to %s: %s", s.hide(masked(u)), s.hide(report.Clean(err.Error())))
	return out
}
