package trace

import (
	"fmt"
	"time"
)

// Stamp is a time as a trace has it: that of the clock on the wall where it was
// written. Its zone is not known, and that of an RTC trace has no date.
type Stamp struct {
	Known bool
	Date  time.Time     // midnight, in UTC for want of a zone; zero without a date
	Clock time.Duration // since midnight
}

const (
	day     = 24 * time.Hour
	halfDay = 12 * time.Hour
)

// Dated says whether the stamp has a date.
func (s Stamp) Dated() bool { return s.Known && !s.Date.IsZero() }

// Time returns the stamp as if it were in UTC. That of a stamp without a date
// lies on the first day of the year 1.
func (s Stamp) Time() time.Time { return s.Date.Add(s.Clock) }

// Since returns how much later the stamp is. Without dates, a time of day that
// is more than half a day earlier is one of the next day. It is not ok unless
// both stamps are known.
func (s Stamp) Since(earlier Stamp) (later time.Duration, ok bool) {
	switch {
	case !s.Known || !earlier.Known:
		return 0, false
	case s.Dated() && earlier.Dated():
		return s.Time().Sub(earlier.Time()), true
	}
	later = s.Clock - earlier.Clock
	if later < -halfDay {
		later += day
	}
	return later, true
}

// String writes "2005-04-21T10:38:58.520", "10:38:58.520", or nothing.
func (s Stamp) String() string {
	switch {
	case !s.Known:
		return ""
	case s.Dated():
		return s.Time().Format("2006-01-02T15:04:05.000")
	}
	ms := s.Clock.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

// MarshalText writes the stamp as [Stamp.String] does.
func (s Stamp) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [Stamp.String] writes.
func (s *Stamp) UnmarshalText(text []byte) error {
	*s = Stamp{}
	if len(text) == 0 {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05.000", "15:04:05.000"} {
		at, err := time.Parse(layout, string(text))
		if err != nil {
			continue
		}
		s.Known, s.Clock = true, at.Sub(at.Truncate(day))
		if len(layout) > len("15:04:05.000") {
			s.Date = at.Truncate(day)
		}
		return nil
	}
	return fmt.Errorf("%q is no stamp", text)
}
