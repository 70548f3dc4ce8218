package schedule

import (
	"fmt"
	"time"
)

// mostTriggers is how many triggers a task may have (MS-TSCH, section 2.5.3).
const mostTriggers = 48

var (
	weekdayNames = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	everyWeek    = weeks{[]string{"1", "2", "3", "4", "Last"}} // so every week of a month, whether it has four or five
)

// triggers writes the schedule as triggers of a Windows task, from the day after
// now on.
func (s Schedule) triggers(now time.Time) ([]trigger, error) {
	if s.zone != "" {
		return nil, fmt.Errorf("schedule %q: a Windows task runs by the clock of its machine: leave the zone %s out and write the times in the machine's", s, s.zone)
	}
	days := s.days()
	times, repeat := s.times(), (*repetition)(nil)
	if step := s.shortest(); len(times) > 1 && step*time.Duration(len(times)) == 24*time.Hour {
		times, repeat = times[:1], &repetition{Interval: isoDuration(step), Duration: "P1D"}
	}
	if n := len(days) * len(times); n > mostTriggers {
		return nil, fmt.Errorf("schedule %q: a Windows task would need %d triggers and may have %d: write fewer times of the day, or even steps such as */15 * * * *", s, n, mostTriggers)
	}
	var out []trigger
	first := now.AddDate(0, 0, 1)
	for _, t := range times {
		start := time.Date(first.Year(), first.Month(), first.Day(), t/60, t%60, 0, 0, time.UTC)
		for _, day := range days {
			day.Enabled, day.StartBoundary, day.Repetition = true, start.Format("2006-01-02T15:04:05"), repeat
			if s.jitter > 0 {
				day.RandomDelay = isoDuration(s.jitter)
			}
			out = append(out, day)
		}
	}
	return out, nil
}

// days writes on which days the schedule runs. There are two if a day of the
// month or a day of the week counts.
func (s Schedule) days() []trigger {
	inMonths := named(fields[3].values(s.spec.Month), func(v int) string { return time.Month(v).String() })
	onDays := named(fields[4].values(s.spec.Dow), func(v int) string { return weekdayNames[v] })
	allMonths := fields[3].all(s.spec.Month)
	month := trigger{Monthly: &monthly{DaysOfMonth: days{fields[2].values(s.spec.Dom)}, Months: inMonths}}
	week := trigger{Weekly: &weekly{WeeksInterval: 1, DaysOfWeek: onDays}}
	if !allMonths {
		week = trigger{MonthlyByWeek: &weekdayMonth{Weeks: everyWeek, DaysOfWeek: onDays, Months: inMonths}}
	}
	allDom, allDow := fields[2].all(s.spec.Dom), fields[4].all(s.spec.Dow)
	switch {
	case allMonths && (allDom && allDow || s.eitherDay() && (allDom || allDow)):
		return []trigger{{Daily: &daily{DaysInterval: 1}}}
	case s.eitherDay():
		return []trigger{month, week}
	case allDow:
		return []trigger{month}
	}
	return []trigger{week}
}

func named(values []int, name func(int) string) (out names) {
	for _, v := range values {
		out = append(out, name(v))
	}
	return out
}

// isoDuration writes a duration as XML Schema's duration type does.
func isoDuration(d time.Duration) string {
	out := "PT"
	for _, part := range []struct {
		unit   time.Duration
		letter string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := d / part.unit; n > 0 {
			out += fmt.Sprintf("%d%s", n, part.letter)
			d -= n * part.unit
		}
	}
	return out
}
