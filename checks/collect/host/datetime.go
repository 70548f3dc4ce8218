package host

import (
	"fmt"
	"strconv"
	"time"
)

// parseTime reads a moment written as RFC 3339 or as a CIM_DATETIME, and
// returns it in UTC and whole seconds, as facts hold it.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = parseCIM(s)
	}
	if err != nil {
		return time.Time{}, err
	}
	t = t.UTC().Truncate(time.Second)
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("%s is no date that a host could have", describe(s))
	}
	return t, nil
}

// cimTime is the layout of a CIM_DATETIME in UTC.
const cimTime = "20060102150405.000000+000"

// parseCIM reads a CIM_DATETIME (DSP0004, 2.2.1): yyyymmddHHMMSS.mmmmmm±UUU,
// local time with its difference from UTC in minutes. Intervals and fields of
// asterisks, which say no moment, are refused.
func parseCIM(s string) (time.Time, error) {
	bad := fmt.Errorf("%s is neither RFC 3339 nor yyyymmddHHMMSS.mmmmmm±UUU", describe(s))
	const digits = "20060102150405.000000"
	if len(s) != len(digits)+4 {
		return time.Time{}, bad
	}
	t, err := time.ParseInLocation(digits, s[:len(digits)], time.UTC)
	if err != nil {
		return time.Time{}, bad
	}
	sign, offset := s[len(digits)], s[len(digits)+1:]
	minutes, err := strconv.ParseUint(offset, 10, 16)
	if err != nil {
		return time.Time{}, bad
	}
	ahead := time.Duration(minutes) * time.Minute
	switch sign {
	case '+':
		return t.Add(-ahead), nil
	case '-':
		return t.Add(ahead), nil
	}
	return time.Time{}, bad
}
