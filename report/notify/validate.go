package notify

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/report/compare"
)

// FieldError is a setting that cannot be right.
type FieldError struct {
	Field   string // in lower case with dots and hyphens: "quiet.0.from"
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Wrong returns a [FieldError].
func Wrong(field, format string, args ...any) error {
	return &FieldError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// Below puts the name of what holds a field before the name of the field.
func Below(parent string, err error) error {
	if wrong, ok := err.(*FieldError); ok { //nolint:errorlint // made by Wrong, and never wrapped
		return &FieldError{Field: parent + "." + wrong.Field, Problem: wrong.Problem}
	}
	return err
}

// Validate names the first setting that cannot be right.
func (p Policy) Validate() error {
	if err := tellable(p.Tell); err != nil {
		return err
	}
	for i, a := range p.Changed {
		if !slices.Contains(Aspects(), a) {
			return Wrong(fmt.Sprintf("changed.%d", i), "%q is none of severity, evidence, users and waiver", a)
		}
	}
	for severity, after := range p.Reminders {
		if !slices.Contains(checks.Severities(), severity) {
			return Wrong("reminders", "%q is no severity", severity)
		}
		if after < 0 {
			return Wrong("reminders."+string(severity), "%s is negative", after)
		}
	}
	if p.AuditReminder < 0 {
		return Wrong("audit-reminder", "%s is negative", p.AuditReminder)
	}
	switch f := p.Flapping; {
	case f.Transitions < 0 || f.Transitions == 1:
		return Wrong("flapping.transitions", "%d would damp what has changed only once; give 0 or at least 2", f.Transitions)
	case f.Window < 0:
		return Wrong("flapping.window", "%s is negative", f.Window)
	case f.Steady < 0:
		return Wrong("flapping.steady", "%s is negative", f.Steady)
	}
	if p.BaseURL != "" {
		if u, err := url.Parse(p.BaseURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return Wrong("base-url", "it is no http or https address")
		}
	}
	if err := quietable(p.Quiet); err != nil {
		return err
	}
	return Below("digest", p.Digest.validate())
}

// Validate names the first setting that cannot be right.
func (r Rules) Validate() error {
	if r.Channel == "" {
		return Wrong("channel", "it has no name")
	}
	for i, pattern := range r.Scopes {
		if _, err := path.Match(pattern, ""); err != nil {
			return Wrong(fmt.Sprintf("scopes.%d", i), "%q is no pattern", pattern)
		}
	}
	if r.MinSeverity != "" && !slices.Contains(checks.Severities(), r.MinSeverity) {
		return Wrong("min-severity", "%q is none of critical, major, minor and info", r.MinSeverity)
	}
	if err := tellable(r.Tell); err != nil {
		return err
	}
	if err := quietable(r.Quiet); err != nil {
		return err
	}
	if r.Digest != nil {
		return Below("digest", r.Digest.validate())
	}
	return nil
}

func tellable(kinds []compare.Kind) error {
	for i, kind := range kinds {
		if kind == compare.NotJudged || kind == compare.Unchanged || !slices.Contains(compare.Kinds(), kind) {
			return Wrong(fmt.Sprintf("tell.%d", i), "%q is none of new, changed, lost, undetermined, resolved and decided", kind)
		}
	}
	return nil
}

func quietable(list []QuietHours) error {
	for i, q := range list {
		if err := q.validate(); err != nil {
			return Below(fmt.Sprintf("quiet.%d", i), err)
		}
	}
	// A week from now on it must be over, wherever one begins.
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if len(list) > 0 && quietUntil(list, at, "").Sub(at) > 7*24*time.Hour {
		return Wrong("quiet", "it is never over")
	}
	return nil
}

func (q QuietHours) validate() error {
	from, err := clock(q.From)
	if err != nil || from == day {
		return Wrong("from", "%q is no time of day such as 22:00", q.From)
	}
	if _, err := clock(q.To); err != nil {
		return Wrong("to", "%q is no time of day such as 07:00", q.To)
	}
	for i, name := range q.Days {
		if weekday(name) < 0 {
			return Wrong(fmt.Sprintf("days.%d", i), "%q is none of mon, tue, wed, thu, fri, sat and sun", name)
		}
	}
	if _, err := time.LoadLocation(q.Zone); err != nil {
		return Wrong("zone", "%q is no time zone that this computer knows", q.Zone)
	}
	if q.Break != "" && !slices.Contains(checks.Severities(), q.Break) {
		return Wrong("break", "%q is none of critical, major, minor and info", q.Break)
	}
	return nil
}

func (s Schedule) validate() error {
	if s == (Schedule{}) {
		return nil
	}
	if s.Every != "daily" && s.Every != "weekly" {
		return Wrong("every", "%q is neither daily nor weekly", s.Every)
	}
	if at, err := clock(s.At); err != nil || at == day {
		return Wrong("at", "%q is no time of day such as 07:30", s.At)
	}
	if s.Day != "" && (s.Every != "weekly" || weekday(s.Day) < 0) {
		return Wrong("day", "%q is no day of a weekly digest: mon, tue, wed, thu, fri, sat or sun", s.Day)
	}
	if _, err := time.LoadLocation(s.Zone); err != nil {
		return Wrong("zone", "%q is no time zone that this computer knows", s.Zone)
	}
	return nil
}

// day is 24:00 on the clock.
const day = 24 * time.Hour

// clock reads a time of day as "07:30".
func clock(s string) (time.Duration, error) {
	if s == "24:00" {
		return day, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// weekday reads mon to sun, or returns -1.
func weekday(s string) time.Weekday {
	return time.Weekday(slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, strings.ToLower(s)))
}
