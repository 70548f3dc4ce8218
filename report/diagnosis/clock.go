package diagnosis

import (
	"fmt"
	"math"
	"time"

	"lcshealth/checks/sip/signin"
)

// kerberosSkew is how far the clocks of client and server may be apart with
// Kerberos (KB 938295). With NTLM it is a quarter of an hour, and more than that
// cannot be told from a zone.
const kerberosSkew = 5 * time.Minute

func newClock(c signin.Clock) Clock {
	ahead := c.Estimate()
	out := Clock{File: c.File, Zone: c.Zone.Seconds(), Ahead: ahead.Seconds(), AtLeast: c.Low.Seconds(), AtMost: c.High.Seconds()}
	out.Words = fmt.Sprintf("The log is in the zone %s, as far as can be told, and its clock is %s.", zone(c.Zone), apart(ahead))
	if c.Moved {
		out.Words += " A clock was set in between."
	}
	if c.Zone%time.Hour != 0 {
		out.Words += " Few countries have such a zone: the clock may as well be wrong by half an hour."
	}
	least := min(c.Low.Abs(), c.High.Abs())
	if c.Low <= 0 && c.High >= 0 || c.Moved {
		least = 0
	}
	if least > kerberosSkew {
		out.Warning = fmt.Sprintf("The clocks of client and server are %s apart: more than Kerberos allows (5 minutes).", span(ahead.Abs()))
	}
	return out
}

func zone(d time.Duration) string {
	sign := "+"
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, int(d.Hours()), int(d.Minutes())%60)
}

// apart says how far a clock is ahead.
func apart(d time.Duration) string {
	switch {
	case d.Abs() < 2*time.Second:
		return "that of the server"
	case d > 0:
		return span(d) + " ahead of the server's"
	default:
		return span(-d) + " behind the server's"
	}
}

func span(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	if s < 120 {
		return fmt.Sprintf("%d s", s)
	}
	if s%60 == 0 {
		return fmt.Sprintf("%d min", s/60)
	}
	return fmt.Sprintf("%d min %d s", s/60, s%60)
}
