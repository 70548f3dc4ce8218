package schedule

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/peer"
)

func TestOnCalendar(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string][]string{
		"15 2 * * *":             {"*-*-* 02:15:00"},
		"TZ=UTC @hourly":         {"*-*-* *:00:00 UTC"},
		"*/15 9-17 * * 1-5":      {"Mon,Tue,Wed,Thu,Fri *-*-* 09..17:00..45/15:00"},
		"0 0 1 1 *":              {"*-01-01 00:00:00"},
		"5,7 1 1,15 2-4 sun,wed": {"*-02..04-01,15 01:05,07:00", "Sun,Wed *-02..04-* 01:05,07:00"},
	} {
		if diff := cmp.Diff(want, mustParse(t, expr, "").OnCalendar()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expr, diff)
		}
	}
}

// randomField writes one field as people do.
func randomField(r *rand.Rand, f field) string {
	value := func() int { return f.min + r.IntN(f.max-f.min+1) }
	a, b := value(), value()
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("%d", a)
	case 1:
		return fmt.Sprintf("%d,%d", a, b)
	case 2:
		return fmt.Sprintf("%d-%d", min(a, b), max(a, b))
	case 3:
		return fmt.Sprintf("%d-%d/%d", min(a, b), max(a, b), 1+r.IntN(5))
	}
	return "*"
}

var elapse = regexp.MustCompile(`(?m)(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC$`)

// elapses asks systemd when calendar events are, in order.
func elapses(t *testing.T, events []string, from time.Time, n int) (out []time.Time) {
	t.Helper()
	last := time.Time{} // up to when every event was told
	for _, event := range events {
		cmd := exec.CommandContext(t.Context(), "systemd-analyze", "calendar", fmt.Sprintf("--iterations=%d", n),
			"--base-time="+from.UTC().Format("2006-01-02 15:04:05 UTC"), event)
		cmd.Env = append(cmd.Environ(), "TZ=UTC", "LC_ALL=C")
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", event, err, text)
			return nil
		}
		var own []time.Time
		for _, m := range elapse.FindAllStringSubmatch(string(text), -1) {
			v, err := time.Parse("2006-01-02 15:04:05", m[1])
			if err != nil {
				t.Error(err)
				return nil
			}
			own = append(own, v)
		}
		if len(own) == 0 {
			continue // never
		}
		if end := own[len(own)-1]; last.IsZero() || end.Before(last) {
			last = end
		}
		out = append(out, own...)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.DeleteFunc(slices.CompactFunc(out, time.Time.Equal), func(v time.Time) bool { return v.After(last) })
}

// nearChange says whether the clocks of a zone change within three hours. Then
// systemd leaves a run out that this package does not.
func nearChange(v time.Time, loc *time.Location) bool {
	return offset(v.Add(-3*time.Hour).In(loc)) != offset(v.Add(3*time.Hour).In(loc))
}

// systemd runs at the times that Next tells, but for the nights in which the
// clocks change.
func TestOnCalendarAgainstSystemd(t *testing.T) {
	t.Parallel()
	peer.Need(t, "systemd-analyze")
	exprs := []string{
		"15 2 * * *", "@hourly", "@weekly", "@monthly", "@yearly", "*/15 * * * *", "0 0 29 2 *", "30 2 31 * *", "0 3 13 * 5",
		"0 0 1-31 * 1", "59 23 31 12 *", "0 */5 * * 0,6", "5-50/9 1-23/2 * 2,4,6 *", "0 12 * * 7", "0 0 * * 0-6",
	}
	r := rand.New(rand.NewPCG(871023, 3))
	for len(exprs) < 70 {
		var words []string
		for _, f := range fields {
			words = append(words, randomField(r, f))
		}
		if expr := strings.Join(words, " "); canBe(expr) {
			exprs = append(exprs, expr)
		}
	}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"}
	froms := []string{"2026-10-20T12:34:56Z", "2027-03-10T00:00:00Z", "2028-02-28T23:59:59Z"}
	type job struct {
		s    Schedule
		from time.Time
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for j := range jobs {
				againstSystemd(t, j.s, j.from)
			}
		})
	}
	for i, expr := range exprs {
		jobs <- job{mustParse(t, expr, zones[i%len(zones)]), at(t, froms[i%len(froms)])}
		jobs <- job{mustParse(t, expr, zones[(i+1)%len(zones)]), at(t, froms[(i/3)%len(froms)])}
	}
	close(jobs)
	wg.Wait()
}

func canBe(expr string) bool {
	_, err := Parse(expr, "")
	return err == nil
}

func againstSystemd(t *testing.T, s Schedule, from time.Time) {
	t.Helper()
	const n = 25
	theirs := elapses(t, s.OnCalendar(), from, n)
	if len(theirs) == 0 {
		t.Errorf("%s: systemd never runs %s", s, s.OnCalendar())
		return
	}
	ours := runs(s, from, theirs[len(theirs)-1])
	for _, list := range []*[]time.Time{&ours, &theirs} {
		*list = slices.DeleteFunc(*list, func(v time.Time) bool { return nearChange(v, s.loc) })
	}
	if !slices.EqualFunc(ours, theirs, time.Time.Equal) {
		t.Errorf("%s from %s:\n    Next %s\n systemd %s of %s", s, from, ours, theirs, s.OnCalendar())
	}
}
