package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Jittered is the schedule with every run of the scope put off by up to a time,
// so that many do not begin at the same moment. By how much depends on the scope
// and on the run's time alone: a restart does not change it.
//
// A jitter that is as long as the shortest time between two runs is refused.
func (s Schedule) Jittered(scope string, most time.Duration) (Schedule, error) {
	if most < 0 {
		return Schedule{}, fmt.Errorf("jitter %s of schedule %q: it must not be negative", most, s)
	}
	if most%time.Second != 0 {
		return Schedule{}, fmt.Errorf("jitter %s of schedule %q: it is counted in whole seconds", most, s)
	}
	if shortest := s.shortest(); most > 0 && most >= shortest {
		return Schedule{}, fmt.Errorf("jitter %s of schedule %q: it must be shorter than the %s between two runs", most, s, short(shortest))
	}
	s.scope, s.jitter = scope, most
	return s, nil
}

// Jitter is the longest time that a run is put off by.
func (s Schedule) Jitter() time.Duration { return s.jitter }

// delay is by how much the run of a time is put off, in whole seconds.
func (s Schedule) delay(t time.Time) time.Duration {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(t.Unix())))
	h.Write([]byte(s.scope)) // sha256 never fails
	sum := binary.BigEndian.Uint64(h.Sum(nil))
	return time.Duration(sum%uint64(s.jitter/time.Second)) * time.Second
}

// times are the minutes of the day at which the schedule runs.
func (s Schedule) times() (out []int) {
	for _, hour := range fields[1].values(s.spec.Hour) {
		for _, minute := range fields[0].values(s.spec.Minute) {
			out = append(out, hour*60+minute)
		}
	}
	return out
}

// shortest is the shortest time between two runs if every day has some.
func (s Schedule) shortest() time.Duration {
	const day = 24 * 60
	times := s.times()
	if len(times) == 0 {
		return day * time.Minute
	}
	gaps := []int{times[0] + day - times[len(times)-1]}
	for i := 1; i < len(times); i++ {
		gaps = append(gaps, times[i]-times[i-1])
	}
	return time.Duration(slices.Min(gaps)) * time.Minute
}
