package schedule

import "time"

// A schedule names times of the wall clock. Two days a year the clock of most
// zones does not go evenly, and RFC 5545, section 3.3.5, says what a time means
// then: one that does not exist is told with the offset from before the gap (a
// run at 02:30 is at 03:30, a day after the last), and one that comes twice is
// the first of the two. A schedule of every hour is one of elapsed time, so it
// runs in the repeated hour too.

// segments bounds the search over the changes of a zone's offset and the ends of
// years: more than eight years, from one 29 February to the next around 2100.
const segments = 128

// base is the first run after a time, without jitter. It is zero if there is none.
func (s Schedule) base(after time.Time) time.Time {
	if s.loc == nil {
		return time.Time{}
	}
	in := after.In(s.loc)
	for range segments {
		start, end := bounds(in)
		if t := s.within(after, in, start); !t.IsZero() && (end.IsZero() || t.Before(end)) {
			return t.In(s.loc)
		}
		if end.IsZero() {
			return time.Time{}
		}
		in = end
	}
	return time.Time{}
}

// bounds are a time from which on and one until which the offset of t holds, zero
// for always. Those of [time.Time.ZoneBounds] end too early on 31 December of a
// leap year, where the zone's rule and not its table is in force: a day before
// the year does, which is the end that is meant.
func bounds(t time.Time) (start, end time.Time) {
	start, end = t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		end = time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC).In(t.Location())
	}
	return start, end
}

// within is the first run after a time by the offset of in, which holds from
// start on. It may lie beyond the end of that offset.
func (s Schedule) within(after, in, start time.Time) time.Time {
	now := offset(in)
	if start.IsZero() {
		return onClock(s.nextWall(wall(after, now)), now)
	}
	from := wall(latest(after, start.Add(-time.Second)), now)
	before := offset(start.Add(-time.Second))
	left := wall(start, before) // what the clock would have shown at the change
	if before > now && !s.everyHour() {
		from = latest(from, left.Add(-time.Second)) // until then the clock repeats itself
	}
	next := onClock(s.nextWall(from), now)
	if before < now {
		skipped := s.nextWall(latest(wall(after, before), left.Add(-time.Second)))
		if t := onClock(skipped, before); !skipped.IsZero() && skipped.Before(wall(start, now)) && (next.IsZero() || t.Before(next)) {
			return t
		}
	}
	return next
}

// nextWall is the next time of the wall clock, told as if it were UTC. The
// library looks five years ahead, too few for a 29 February around 2100.
func (s Schedule) nextWall(after time.Time) time.Time {
	if t := s.spec.Next(after); !t.IsZero() {
		return t
	}
	return s.spec.Next(after.AddDate(5, 0, 0))
}

func (s Schedule) everyHour() bool { return fields[1].all(s.spec.Hour) }

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// wall is what a clock with an offset shows, told as if it were UTC.
func wall(t time.Time, offset time.Duration) time.Time { return t.UTC().Add(offset) }

// onClock is when a clock with an offset shows a time.
func onClock(wall time.Time, offset time.Duration) time.Time {
	if wall.IsZero() {
		return wall
	}
	return wall.Add(-offset)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Next is the first run after a time, in the schedule's zone. It is zero if
// there is none.
func (s Schedule) Next(after time.Time) time.Time {
	if s.jitter == 0 {
		return s.base(after)
	}
	var first time.Time
	for t := s.base(after.Add(-s.jitter)); !t.IsZero() && (first.IsZero() || t.Before(first)); t = s.base(t) {
		if run := t.Add(s.delay(t)); run.After(after) && (first.IsZero() || run.Before(first)) {
			first = run
		}
	}
	return first
}

// Missed is the latest run that should have been after last, when the last
// audit began, and is not later than now. However many were missed, it is one,
// to be made up for once. If there was never an audit (last is zero), none was
// missed.
func (s Schedule) Missed(last, now time.Time) (time.Time, bool) {
	if last.IsZero() {
		return time.Time{}, false
	}
	missed := s.Next(last)
	if missed.IsZero() || missed.After(now) {
		return time.Time{}, false
	}
	for back := time.Hour; ; back *= 2 {
		from := latest(last, now.Add(-back))
		if t := s.Next(from); t.After(now) {
			continue
		}
		for t := s.Next(from); !t.IsZero() && !t.After(now); t = s.Next(t) {
			missed = t
		}
		return missed, true
	}
}
