package schedule

import (
	"strings"
	"time"
)

var weekdays = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// OnCalendar writes the schedule as calendar events of systemd.time(7), any of
// which starts a run. There are two if a day of the month or a day of the week
// counts.
func (s Schedule) OnCalendar() []string {
	anyDom, anyDow := uint64(1<<32-2), uint64(1<<7-1)
	if s.eitherDay() {
		return []string{s.event(s.spec.Dom, anyDow), s.event(anyDom, s.spec.Dow)}
	}
	return []string{s.event(s.spec.Dom, s.spec.Dow)}
}

// event is one calendar event: the days that match both fields.
func (s Schedule) event(dom, dow uint64) string {
	text := func(i int, bits uint64) string {
		if fields[i].all(bits) {
			return "*"
		}
		return write(fields[i].values(bits), "%02d", "..")
	}
	var b strings.Builder
	if !fields[4].all(dow) {
		var days []string
		for _, day := range fields[4].values(dow) {
			days = append(days, weekdays[day])
		}
		b.WriteString(strings.Join(days, ",") + " ")
	}
	b.WriteString("*-" + text(3, s.spec.Month) + "-" + text(2, dom))
	b.WriteString(" " + text(1, s.spec.Hour) + ":" + text(0, s.spec.Minute) + ":00")
	if s.zone != "" {
		b.WriteString(" " + s.zone)
	}
	return b.String()
}

// lost is the first time of the wall clock within the next year at which a run
// is due and that the clocks jump over: systemd leaves it out.
func (s Schedule) lost(from time.Time) (time.Time, bool) {
	if s.zone == "" || s.everyHour() {
		return time.Time{}, false // the machine's zone is not known, or an hour later comes the next
	}
	until := from.AddDate(1, 0, 0)
	for _, end := bounds(from.In(s.loc)); !end.IsZero() && end.Before(until); _, end = bounds(end) {
		before, after := offset(end.Add(-time.Second)), offset(end)
		left := wall(end, before)
		skipped := s.nextWall(left.Add(-time.Second))
		if !skipped.IsZero() && skipped.Before(left.Add(after-before)) {
			return skipped, true
		}
	}
	return time.Time{}, false
}
