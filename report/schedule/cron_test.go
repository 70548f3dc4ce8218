package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestNext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expr, zone, after string
		want              []string // in the schedule's zone
	}{
		{"15 2 * * *", "UTC", "2026-01-31T02:15:00Z", []string{"2026-02-01T02:15:00Z", "2026-02-02T02:15:00Z"}},
		{"15 2 * * *", "UTC", "2026-01-31T02:14:59.999Z", []string{"2026-01-31T02:15:00Z"}},
		{"@daily", "Europe/Berlin", "2026-01-31T22:59:59Z", []string{"2026-02-01T00:00:00+01:00"}},
		{"CRON_TZ=Asia/Kolkata  0 6 * * 1", "", "2026-11-22T00:00:00Z", []string{"2026-11-23T06:00:00+05:30", "2026-11-30T06:00:00+05:30"}},
		{"TZ=UTC @weekly", "UTC", "2026-11-22T00:00:00Z", []string{"2026-11-29T00:00:00Z"}},
		{"0 0 13 * fri", "UTC", "2026-11-05T00:00:00Z", []string{"2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}},
		{"0 0 ? * 7", "UTC", "2026-11-22T00:00:00Z", []string{"2026-11-29T00:00:00Z"}},
		{"0 0 * * 5-7", "UTC", "2026-11-22T00:00:00Z", []string{"2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z"}},
		{"0 0 * * Thu-7/2,7-7", "UTC", "2026-11-22T00:00:00Z", []string{"2026-11-26T00:00:00Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"}},
		{"*/20 8-9 * jan,DEC *", "UTC", "2026-11-22T00:00:00Z", []string{"2026-12-01T08:00:00Z", "2026-12-01T08:20:00Z", "2026-12-01T08:40:00Z", "2026-12-01T09:00:00Z"}},
		{"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", []string{"2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"}},
	}
	for _, tt := range tests {
		got := at(t, tt.after)
		s := mustParse(t, tt.expr, tt.zone)
		for _, want := range tt.want {
			if got = s.Next(got); got.Format(time.RFC3339) != want {
				t.Fatalf("%s in %q after %s: got %s, want %s of %s", tt.expr, tt.zone, tt.after, got.Format(time.RFC3339), want, tt.want)
			}
		}
	}
	if got := (Schedule{}).Next(at(t, "2026-01-01T00:00:00Z")); !got.IsZero() {
		t.Errorf("the zero schedule runs at %s", got)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ expr, zone, want string }{
		{"", "", `schedule "": it has 0 fields, not the five minute, hour, day of month, month, day of week`},
		{"0 2 * *", "", "it has 4 fields"},
		{"0 15 2 * * *", "", "it has 6 fields"},
		{"60 2 * * *", "", `minute "60": `},
		{"5-1 2 * * *", "", `minute "5-1": `},
		{"*/90 2 * * *", "", `minute "*/90": the step 90 is not between 1 and 59`},
		{"*/0 2 * * *", "", `minute "*/0": the step 0 `},
		{"1,,2 2 * * *", "", `minute "1,,2": "" is not understood`},
		{", 2 * * *", "", `minute ",": "" is not understood`},
		{"? 2 * * *", "", `minute "?": only a day can be ?`},
		{"0 24 * * *", "", `hour "24": `},
		{"0 2h * * *", "", `hour "2h": "2h" is not understood (it is 0 to 23, *, a list a,b, a range a-b or a step */n)`},
		{"0 *-5 * * *", "", `hour "*-5": `},
		{"0 2 0 * *", "", `day of month "0": `},
		{"0 2 32 * *", "", `day of month "32": `},
		{"0 2 L * *", "", `day of month "L": `},
		{"0 2 * 13 *", "", `month "13": `},
		{"0 2 * may-jan *", "", `month "may-jan": `},
		{"0 2 * * 8", "", `day of week "8": `},
		{"0 2 * * fri-sun", "", `day of week "fri-sun": `},
		{"0 2 * * xyz", "", `day of week "xyz": `},
		{"0 2 * * xyz-7", "", `day of week "xyz-7": `},
		{"0 2 31 2,4 *", "", "such a day never comes: day of month 31 does not exist in month 2,4"},
		{"0 2 */2 * 1", "", `write 1-31/2 for either`},
		{"0 2 1 * */2", "", `write 0-6/2 for either`},
		{"@every 1h", "", "write */15 * * * *"},
		{"@reboot", "", "@reboot is not known"},
		{"CRON_TZ=", "", "no zone follows CRON_TZ="},
		{"TZ=UTC", "", "it has 0 fields"},
		{"TZ=UTC 0 2 * * *", "Europe/Berlin", `it names the zone "UTC" itself, and "Europe/Berlin" is asked for`},
		{"0 2 * * *", "Berlin", `zone "Berlin": unknown time zone Berlin (write a name such as Europe/Berlin or UTC)`},
		{"0 2 * * *", "../etc/passwd", `zone "../etc/passwd": `},
	}
	for _, tt := range tests {
		_, err := Parse(tt.expr, tt.zone)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q, %q): %v, want %s", tt.expr, tt.zone, err, tt.want)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"15 2 * * *":                  "15 2 * * *",
		" 15\n2 * *\t* ":              "15 2 * * *",
		"@daily":                      "@daily",
		"TZ=Europe/Berlin 15 2 * * *": "CRON_TZ=Europe/Berlin 15 2 * * *",
	} {
		if got := mustParse(t, expr, "").String(); got != want {
			t.Errorf("%q: %q, want %q", expr, got, want)
		}
	}
}

func TestMissed(t *testing.T) {
	t.Parallel()
	tests := []struct{ expr, last, now, want string }{
		{"15 2 * * *", "2026-11-20T02:15:03Z", "2026-11-21T02:14:00Z", ""},
		{"15 2 * * *", "2026-11-20T02:15:03Z", "2026-11-21T02:15:00Z", "2026-11-21T02:15:00Z"},
		{"15 2 * * *", "2026-11-10T02:15:03Z", "2026-11-22T01:00:00Z", "2026-11-21T02:15:00Z"}, // eleven, made up for once
		{"* * * * *", "2020-01-01T00:00:00Z", "2026-11-22T01:00:30Z", "2026-11-22T01:00:00Z"},
		{"0 0 1 1 *", "2020-01-01T00:00:01Z", "2026-11-22T01:00:30Z", "2026-01-01T00:00:00Z"},
		{"15 2 * * *", "2026-11-23T02:15:03Z", "2026-11-22T01:00:00Z", ""}, // the clock was put back
	}
	for _, tt := range tests {
		s := mustParse(t, tt.expr, "UTC")
		got, missed := s.Missed(at(t, tt.last), at(t, tt.now))
		if missed != (tt.want != "") || missed && got.Format(time.RFC3339) != tt.want {
			t.Errorf("%s: Missed(%s, %s) = %s, %t, want %q", tt.expr, tt.last, tt.now, got, missed, tt.want)
		}
		if again, missed := s.Missed(at(t, tt.now), at(t, tt.now)); missed {
			t.Errorf("%s: after the run that made up at %s, %s is missed too", tt.expr, tt.now, again)
		}
	}
	if _, missed := mustParse(t, "* * * * *", "").Missed(time.Time{}, at(t, "2026-11-22T01:00:00Z")); missed {
		t.Error("a run is missed although there was never one")
	}
}

func TestJitter(t *testing.T) {
	t.Parallel()
	plain := mustParse(t, "*/30 * * * *", "Europe/Berlin")
	const most = 20 * time.Minute
	jittered, err := plain.Jittered("contoso", most)
	if err != nil {
		t.Fatal(err)
	}
	other, err := plain.Jittered("fabrikam", most)
	if err != nil {
		t.Fatal(err)
	}
	after := at(t, "2026-10-24T00:00:00Z")
	until := after.AddDate(0, 0, 4) // over the repeated hour
	base := runs(plain, after, until)
	delays, differ := map[time.Duration]bool{}, false
	for i, run := range runs(jittered, base[0].Add(-time.Second), until.Add(most))[:len(base)] {
		delay := run.Sub(base[i])
		if delay < 0 || delay >= most {
			t.Fatalf("the run of %s is at %s", base[i], run)
		}
		delays[delay] = true
		if from := run.Add(-time.Second); !jittered.Next(from).Equal(run) { // as after a restart
			t.Fatalf("asked at %s, the run of %s is at %s", from, run, jittered.Next(from))
		}
		differ = differ || !other.Next(base[i].Add(-time.Second)).Equal(run)
	}
	if len(delays) < len(base)/2 || !differ {
		t.Errorf("%d runs have %d delays; those of another scope differ: %t", len(base), len(delays), differ)
	}
	for jitter, want := range map[time.Duration]string{
		30 * time.Minute: "it must be shorter than the 30m between two runs",
		-time.Second:     "it must not be negative",
		time.Millisecond: "whole seconds",
	} {
		if _, err := plain.Jittered("x", jitter); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("jitter %s: %v, want %s", jitter, err, want)
		}
	}
}
