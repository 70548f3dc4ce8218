package view

import (
	"math"
	"time"
)

// The ends of the axis.
const (
	axisPast   = 365 * day
	axisFuture = 5 * 365 * day
	axisNow    = 230 // permille
)

// place is where a moment stands on the axis, by its distance from now. Its
// scale is a square root, for which a month is a tenth of five years.
func place(after time.Duration) int {
	if after < 0 {
		return axisNow - int(math.Round(math.Sqrt(min(float64(-after)/float64(axisPast), 1))*axisNow))
	}
	return axisNow + int(math.Round(math.Sqrt(min(float64(after)/float64(axisFuture), 1))*(1000-axisNow)))
}

func ticks() []Tick {
	var out []Tick
	for _, t := range []struct {
		after time.Duration
		label string
		minor bool
	}{
		{-365 * day, "−1 year", false}, {0, "now", false}, {30 * day, "30 d", false}, {120 * day, "120 d", true},
		{365 * day, "1 year", false}, {2 * 365 * day, "2 years", true}, {5 * 365 * day, "5 years", false},
	} {
		out = append(out, Tick{At: place(t.after), Label: t.label, Now: t.after == 0, Minor: t.minor})
	}
	return out
}

func (row *DatedRow) span(from, to, now time.Time) {
	row.From, row.Before = place(from.Sub(now)), from.Before(now.Add(-axisPast))
	row.To, row.After = place(to.Sub(now)), to.After(now.Add(axisFuture)) || to.IsZero()
	if to.IsZero() {
		row.To = 1000
	}
	if row.To-row.From < 4 { // a moment is still to be seen
		row.From = max(row.To-4, 0)
		row.To = row.From + 4
	}
}

// Width is the length of the bar.
func (row *DatedRow) Width() int { return row.To - row.From }
