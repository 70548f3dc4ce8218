package notify

import (
	"slices"
	"time"

	"lcshealth/checks"
)

// quietUntil returns when what would be told now may be sent: now itself, or
// the end of the quiet hours. worst is the worst severity of what is told.
// Quiet hours that follow on one another are one.
func quietUntil(list []QuietHours, now time.Time, worst checks.Severity) time.Time {
	at := now
	// Each round ends one of the hours of a day; two weeks of them are more
	// than any setting that ends at all needs.
	for range 14 * (len(list) + 1) {
		end := at
		for _, q := range list {
			if q.Break != "" && worst != "" && worst.AtLeast(q.Break) {
				continue
			}
			if until := q.until(at); until.After(end) {
				end = until
			}
		}
		if end.Equal(at) {
			break
		}
		at = end
	}
	return at
}

// until returns the end of these hours if at is among them, else the zero time.
func (q QuietHours) until(at time.Time) time.Time {
	zone, err := time.LoadLocation(q.Zone)
	if err != nil {
		zone = time.UTC // Validate has refused it
	}
	from, err := clock(q.From)
	if err != nil {
		return time.Time{}
	}
	to, err := clock(q.To)
	if err != nil {
		return time.Time{}
	}
	if to <= from {
		to += day
	}
	local := at.In(zone)
	for _, ago := range []int{1, 0} { // those that began yesterday, and today
		date := time.Date(local.Year(), local.Month(), local.Day()-ago, 0, 0, 0, 0, time.UTC)
		if len(q.Days) > 0 && !slices.ContainsFunc(q.Days, func(name string) bool { return weekday(name) == date.Weekday() }) {
			continue
		}
		begin, _ := onClock(date, from, zone)
		_, end := onClock(date, to, zone)
		if !at.Before(begin) && at.Before(end) {
			return end
		}
	}
	return time.Time{}
}

// onClock returns when the clocks of a zone show a time of a date. Where they
// are set back they show it twice. A time that they skip is taken as if they
// had not been set forward yet: 02:30 is when they show 03:30.
func onClock(date time.Time, clock time.Duration, zone *time.Location) (first, last time.Time) {
	wall := date.Add(clock) // as if it were UTC
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := offset(wall.Add(-day)), offset(wall.Add(day))
	first, last = wall.Add(-before), wall.Add(-after)
	shows := func(at time.Time) bool { return at.Add(offset(at)).Equal(wall) }
	switch {
	case shows(first) && shows(last):
		if last.Before(first) {
			first, last = last, first
		}
	case shows(last):
		first = last
	default:
		last = first
	}
	return first, last
}

// lastDue returns the last time at or before now at which a digest was due, or
// the zero time if the schedule has none.
func (s Schedule) lastDue(now time.Time) time.Time {
	if s.Every == "" {
		return time.Time{}
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	at, err := clock(s.At)
	if err != nil {
		return time.Time{}
	}
	local := now.In(zone)
	for ago := range 8 {
		date := time.Date(local.Year(), local.Month(), local.Day()-ago, 0, 0, 0, 0, time.UTC)
		if s.Every == "weekly" && date.Weekday() != weekday(or(s.Day, "mon")) {
			continue
		}
		if due, _ := onClock(date, at, zone); !due.After(now) {
			return due
		}
	}
	return time.Time{}
}
