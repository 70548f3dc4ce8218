package signin

import (
	"time"

	"lcshealth/checks/sip/trace"
)

// Clock compares the clock by which a trace is stamped with that of the server,
// which its answers tell in the header Date. Kerberos wants them within 5
// minutes, NTLM within 15 (MS-SIP).
//
// A trace does not name its zone. The part of the difference that is nearest in
// whole or half hours is taken for the zone, and the rest for the skew: a clock
// that is wrong by half an hour looks right. Where the trace has no date, whole
// days are not seen either.
//
// Each bound is sure for a single answer, since the server wrote Date, in whole
// seconds, between the request and the answer. Where answers contradict each
// other a clock was set.
type Clock struct {
	File    string        `json:"file"`
	Zone    time.Duration `json:"zone"` // assumed, east of Greenwich
	Low     time.Duration `json:"low"`  // the trace's clock is ahead of the server's by at least this
	High    time.Duration `json:"high"` // and by at most this
	Samples int           `json:"samples"`
	Dated   bool          `json:"dated"`           // the trace has dates
	Moved   bool          `json:"moved,omitempty"` // answers contradict each other; Low and High hold all of them
}

// Estimate is in the middle of what the skew can be.
func (c Clock) Estimate() time.Duration { return (c.Low + c.High) / 2 }

const (
	halfHour = 30 * time.Minute
	halfDay  = 12 * time.Hour
	day      = 24 * time.Hour
	farWest  = -halfDay - halfHour/2 // beyond is no zone, but a wrong clock
	farEast  = 14*time.Hour + halfHour/2
)

// measure takes an answer to a request that was stamped at.
func (f *file) measure(at trace.Stamp, r *trace.Record) {
	date, ok := r.Message.Date()
	took, stamped := r.At.Since(at)
	if !ok || !stamped || took < 0 || took > quiet || r.Direction == trace.Sent || r.Frame == trace.SIPStack {
		return
	}
	high := r.At.Time().Sub(date)
	if !r.At.Dated() {
		date = date.UTC()
		high = wrap(r.At.Clock - date.Sub(date.Truncate(day)))
	}
	low := high - took - time.Second
	c := &f.skew
	if c.Samples == 0 {
		c.Zone, c.Dated = zone((low+high)/2), r.At.Dated()
		c.Low, c.High, c.Samples = low-c.Zone, high-c.Zone, 1
		return
	}
	low, high = low-c.Zone, high-c.Zone
	if !c.Dated {
		shift := wrap(high) - high
		low, high = low+shift, high+shift
	}
	c.Samples++
	if c.Moved = c.Moved || low > c.High || high < c.Low; c.Moved {
		c.Low, c.High = min(c.Low, low), max(c.High, high)
	} else {
		c.Low, c.High = max(c.Low, low), min(c.High, high)
	}
}

// wrap brings a difference of times of the day to within half a day.
func wrap(d time.Duration) time.Duration {
	d %= day
	switch {
	case d > halfDay:
		return d - day
	case d <= -halfDay:
		return d + day
	}
	return d
}

// zone is the part of a difference that is taken for the zone.
func zone(d time.Duration) time.Duration {
	if d < farWest || d > farEast {
		d = wrap(d)
	}
	return d.Round(halfHour)
}
