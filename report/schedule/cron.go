package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when the audits of a scope run. Its zero value never runs.
type Schedule struct {
	expr string            // five fields, as written, without its zone
	zone string            // as written; empty: the machine's
	loc  *time.Location    // of zone
	spec cron.SpecSchedule // of wall clock times, which are told as if they were UTC

	jitter time.Duration
	scope  string // which the jitter depends on
}

// descriptors are the short forms of crontab(5) that name times of the clock.
var descriptors = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// Parse reads a cron expression: the five fields minute, hour, day of month,
// month and day of week, or @hourly, @daily, @midnight, @weekly, @monthly,
// @yearly or @annually. Day of week 7 is Sunday, as 0 is. If both day fields
// are restricted, a day that matches either counts (POSIX crontab).
//
// The zone is a name of the IANA database such as "Europe/Berlin", or empty for
// the machine's own. The expression may bring its own in front, as in
// "CRON_TZ=Europe/Berlin 15 2 * * *". Errors name the field that is wrong.
func Parse(expr, zone string) (Schedule, error) {
	s := Schedule{expr: strings.TrimSpace(expr), zone: strings.TrimSpace(zone)}
	if err := s.takeZone(); err != nil {
		return Schedule{}, fmt.Errorf("schedule %q: %w", expr, err)
	}
	if err := s.takeFields(); err != nil {
		return Schedule{}, fmt.Errorf("schedule %q: %w", expr, err)
	}
	return s, nil
}

// takeZone cuts the zone off the expression and loads it.
func (s *Schedule) takeZone() error {
	name, value, found := strings.Cut(s.expr, "=")
	if found && (name == "CRON_TZ" || name == "TZ") {
		end := strings.IndexAny(value, " \t")
		if end < 0 {
			end = len(value)
		}
		zone := value[:end]
		if s.zone != "" && s.zone != zone {
			return fmt.Errorf("it names the zone %q itself, and %q is asked for: give one of them", zone, s.zone)
		}
		s.zone, s.expr = zone, strings.TrimSpace(value[end:])
		if zone == "" {
			return fmt.Errorf("no zone follows %s=", name)
		}
	}
	if s.zone == "Local" {
		s.zone = ""
	}
	if s.zone == "" {
		s.loc = time.Local
		return nil
	}
	loc, err := time.LoadLocation(s.zone)
	if err != nil {
		return fmt.Errorf("zone %q: %w (write a name such as Europe/Berlin or UTC)", s.zone, err)
	}
	s.loc = loc
	return nil
}

func (s *Schedule) takeFields() error {
	text := s.expr
	if strings.HasPrefix(text, "@") {
		fields, ok := descriptors[text]
		switch {
		case ok:
			text = fields
		case strings.HasPrefix(text, "@every"):
			return fmt.Errorf("%s counts from the start of a program, not by the clock: write */15 * * * * for every quarter of an hour", text)
		default:
			return fmt.Errorf("%s is not known: it is @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually", text)
		}
	}
	words := strings.Fields(text)
	if len(words) != len(fields) {
		return fmt.Errorf("it has %d fields, not the five minute, hour, day of month, month, day of week", len(words))
	}
	if text == s.expr {
		s.expr = strings.Join(words, " ") // no line breaks, since it is printed in comments
	}
	var bits [len(fields)]uint64
	for i, f := range fields {
		var err error
		if bits[i], err = f.parse(words[i]); err != nil {
			return err
		}
	}
	s.spec = cron.SpecSchedule{Second: 1, Minute: bits[0], Hour: bits[1], Dom: bits[2], Month: bits[3], Dow: bits[4], Location: time.UTC}
	if err := oneMeaning(words[2], words[4], s.eitherDay()); err != nil {
		return err
	}
	if s.nextWall(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return fmt.Errorf("such a day never comes: day of month %s does not exist in month %s", words[2], words[3])
	}
	return nil
}

// oneMeaning refuses steps over all days together with the other day field.
// Vixie's cron and its heirs take a leading star for "unrestricted" and want
// both fields to match, others want either.
func oneMeaning(dom, dow string, either bool) error {
	if either && strings.HasPrefix(dom, "*/") {
		return fmt.Errorf("day of month %q together with day of week %q: crons disagree on whether both must match; write 1-31%s for either", dom, dow, dom[1:])
	}
	if either && strings.HasPrefix(dow, "*/") {
		return fmt.Errorf("day of week %q together with day of month %q: crons disagree on whether both must match; write 0-6%s for either", dow, dom, dow[1:])
	}
	return nil
}

// eitherDay says whether both day fields are restricted, so that a day that
// matches either counts.
func (s Schedule) eitherDay() bool { return s.spec.Dom&star == 0 && s.spec.Dow&star == 0 }

// Zone is the name of the schedule's zone as it was given, empty for the
// machine's.
func (s Schedule) Zone() string { return s.zone }

// String is the schedule as [Parse] reads it.
func (s Schedule) String() string {
	if s.zone == "" {
		return s.expr
	}
	return "CRON_TZ=" + s.zone + " " + s.expr
}
