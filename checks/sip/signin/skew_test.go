package signin_test

import (
	"testing"
	"time"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"
)

// The skew lies within its bounds, and the zone is whole or half hours.
func TestClock(t *testing.T) {
	for _, c := range []struct {
		name        string
		zone, skew  time.Duration
		frame       trace.Frame
		wantZone    time.Duration
		wantAbout   time.Duration
		wantSamples int
	}{
		{"right", 8 * time.Hour, 0, trace.RTC, 8 * time.Hour, 0, 3},
		{"ahead", -5 * time.Hour, 400 * time.Second, trace.RTC, -5 * time.Hour, 400 * time.Second, 3},
		{"behind", 5*time.Hour + 30*time.Minute, -6 * time.Minute, trace.UCCAPI, 5*time.Hour + 30*time.Minute, -6 * time.Minute, 3},
		{"another day", 13 * time.Hour, 48 * time.Hour, trace.UCCAPI, -11 * time.Hour, 72 * time.Hour, 3},
		{"far east", 13 * time.Hour, 0, trace.UCCAPI, 13 * time.Hour, 0, 3},
	} {
		l := lab.NewClient()
		l.Zone, l.Skew = c.zone, c.skew
		l.SignIn(200, "OK")
		result := told(t, write(t, c.frame, l.Log, lab.Options{}))
		if len(result.Clocks) != 1 {
			t.Fatalf("%s: %+v", c.name, result.Clocks)
		}
		got := result.Clocks[0]
		if got.Zone != c.wantZone || got.Low > c.wantAbout || got.High < c.wantAbout || got.High-got.Low > 2*time.Second || got.Samples != c.wantSamples || got.Moved ||
			got.Dated != (c.frame == trace.UCCAPI) || got.Estimate() < got.Low || got.Estimate() > got.High {
			t.Errorf("%s: %+v", c.name, got)
		}
		l.Skew += 10 * time.Minute
		l.Register("")
		l.Challenge()
		if got := told(t, write(t, c.frame, l.Log, lab.Options{})).Clocks[0]; !got.Moved {
			t.Errorf("%s, moved: %+v", c.name, got)
		}
	}
}
