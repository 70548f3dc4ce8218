package schedule

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two days a year the clock does not go evenly.
func TestNextWhenClocksChange(t *testing.T) {
	t.Parallel()
	const berlin, newYork = "Europe/Berlin", "America/New_York"
	tests := []struct {
		name, expr, zone, after, until string
		want                           []string
	}{
		{"Berlin, 02:30 does not exist", "30 2 * * *", berlin, "2027-03-27T00:00:00Z", "2027-03-29T12:00:00Z",
			[]string{"2027-03-27T02:30:00+01:00", "2027-03-28T03:30:00+02:00", "2027-03-29T02:30:00+02:00"}},
		{"Berlin, the first minute that does not exist", "0 2 * * *", berlin, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z",
			[]string{"2027-03-28T03:00:00+02:00"}},
		{"Berlin, the run that moved falls on another", "30 2,3 * * *", berlin, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z",
			[]string{"2027-03-28T03:30:00+02:00"}},
		{"Berlin, the run that moved comes after a later one", "45 2,3 * * *", berlin, "2027-03-28T01:00:00Z", "2027-03-28T12:00:00Z",
			[]string{"2027-03-28T03:45:00+02:00"}},
		{"Berlin, 02:45 moves behind 03:15", "15,45 2-3 * * *", berlin, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z",
			[]string{"2027-03-28T03:15:00+02:00", "2027-03-28T03:45:00+02:00"}},
		{"Berlin, 02:30 comes twice", "30 2 * * *", berlin, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"Berlin, asked between the two 02:30", "30 2 * * *", berlin, "2026-10-25T00:45:00Z", "2026-10-26T12:00:00Z",
			[]string{"2026-10-26T02:30:00+01:00"}},
		{"Berlin, every half hour goes on", "*/30 * * * *", berlin, "2026-10-24T23:59:00Z", "2026-10-25T02:00:00Z",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"Berlin, every half hour over the gap", "*/30 * * * *", berlin, "2027-03-28T00:00:00Z", "2027-03-28T02:00:00Z",
			[]string{"2027-03-28T01:30:00+01:00", "2027-03-28T03:00:00+02:00", "2027-03-28T03:30:00+02:00", "2027-03-28T04:00:00+02:00"}},
		{"New York, 02:30 does not exist", "30 2 * * *", newYork, "2027-03-13T12:00:00Z", "2027-03-15T12:00:00Z",
			[]string{"2027-03-14T03:30:00-04:00", "2027-03-15T02:30:00-04:00"}},
		{"New York, 01:30 comes twice", "30 1 * * *", newYork, "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
		{"Cairo, midnight does not exist", "@daily", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-25T12:00:00Z",
			[]string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"}},
		{"Lord Howe, half an hour is skipped", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z",
			[]string{"2026-10-04T02:45:00+11:00"}},
		{"Apia, a day is skipped", "0 6 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2012-01-30T00:00:00Z",
			[]string{"2011-12-31T06:00:00+14:00"}},
		{"Berlin, the last day of a leap year", "0 0 31 12 *", berlin, "2039-12-01T00:00:00Z", "2045-06-01T00:00:00Z",
			[]string{"2039-12-31T00:00:00+01:00", "2040-12-31T00:00:00+01:00", "2041-12-31T00:00:00+01:00",
				"2042-12-31T00:00:00+01:00", "2043-12-31T00:00:00+01:00", "2044-12-31T00:00:00+01:00"}},
		{"Lord Howe, noon of the last days of a leap year", "0 12 * * *", "Australia/Lord_Howe", "2040-12-30T12:00:00Z", "2041-01-02T00:00:00Z",
			[]string{"2040-12-31T12:00:00+11:00", "2041-01-01T12:00:00+11:00"}},
		{"Anchorage, the end of the year is told in UTC", "0 18 31 12 *", "America/Anchorage", "2040-12-30T12:00:00Z", "2042-01-02T00:00:00Z",
			[]string{"2040-12-31T18:00:00-09:00", "2041-12-31T18:00:00-09:00"}},
	}
	for _, tt := range tests {
		var got []string
		for _, run := range runs(mustParse(t, tt.expr, tt.zone), at(t, tt.after), at(t, tt.until)) {
			got = append(got, run.Format(time.RFC3339))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", tt.name, tt.expr, diff)
		}
	}
}

// Next agrees with a plain reading of the rules, minute by minute.
func TestNextAgainstMinutes(t *testing.T) {
	t.Parallel()
	around := map[string][]string{
		"Europe/Berlin":       {"2026-10-25", "2027-03-28"},
		"America/New_York":    {"2026-11-01", "2027-03-14"},
		"Australia/Lord_Howe": {"2026-10-04", "2027-04-04"},
		"America/Sao_Paulo":   {"2018-11-04", "2018-02-18"},
		"Africa/Casablanca":   {"2027-02-07", "2027-03-14"},
		"Antarctica/Troll":    {"2027-03-28", "2026-10-25"},
		"Pacific/Apia":        {"2011-12-30"},
		"Asia/Kathmandu":      {"2026-11-22"},
		"America/Anchorage":   {"2041-01-01"}, // see bounds
	}
	exprs := []string{
		"30 2 * * *", "*/7 * * * *", "0 * * * *", "0,15,45 0-3 * * *", "59 23 * * *", "0 0 * * *",
		"10 */2 * * *", "5 0-22 * * *", "20 1 * * 0", "40 2 28,30 * 1",
	}
	for zone, days := range around {
		for _, day := range days {
			from := at(t, day+"T00:00:00Z").Add(-36 * time.Hour)
			until := from.Add(5 * 24 * time.Hour)
			for _, expr := range exprs {
				s := mustParse(t, expr, zone)
				want := byMinutes(s, from, until)
				got := runs(s, from, until)
				if !slices.EqualFunc(got, want, time.Time.Equal) {
					t.Errorf("%s around %s:\n got %s\nwant %s", s, day, got, want)
				}
				// From any time on, the next is the next.
				for now := from; now.Before(until); now = now.Add(53 * time.Minute) {
					i := slices.IndexFunc(want, func(w time.Time) bool { return w.After(now) })
					if i >= 0 && !s.Next(now).Equal(want[i]) {
						t.Fatalf("%s after %s: %s, want %s", s, now, s.Next(now), want[i])
					}
				}
			}
		}
	}
}

// byMinutes looks at every minute of the wall clock: when it is shown, and what
// becomes of it if it never is.
func byMinutes(s Schedule, from, until time.Time) (out []time.Time) {
	const margin = 30 * time.Hour
	for m := from.Add(-margin).Truncate(time.Minute); m.Before(until.Add(margin)); m = m.Add(time.Minute) {
		dom, dow := s.spec.Dom&(1<<m.Day()) != 0, s.spec.Dow&(1<<int(m.Weekday())) != 0
		day := dom && dow || s.eitherDay() && (dom || dow)
		if !day || s.spec.Minute&(1<<m.Minute()) == 0 || s.spec.Hour&(1<<m.Hour()) == 0 || s.spec.Month&(1<<int(m.Month())) == 0 {
			continue
		}
		var shown []time.Time
		before := offset(m.Add(-margin).In(s.loc))
		for _, o := range []time.Duration{before, offset(m.Add(margin).In(s.loc))} {
			if t := m.Add(-o); offset(t.In(s.loc)) == o && !slices.ContainsFunc(shown, t.Equal) {
				shown = append(shown, t)
			}
		}
		slices.SortFunc(shown, time.Time.Compare)
		switch {
		case len(shown) == 0:
			out = append(out, m.Add(-before))
		case s.everyHour():
			out = append(out, shown...)
		default:
			out = append(out, shown[0])
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	out = slices.CompactFunc(out, time.Time.Equal)
	return slices.DeleteFunc(out, func(t time.Time) bool { return !t.After(from) || t.After(until) })
}
