package wmi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

var (
	osRow      = row{"Version": "5.2.3790", "Caption": "Windows Server 2003", "LocalDateTime": "20261122110210.000000+060"}
	serviceRow = row{"Name": "rtcsrv", "State": "Running", "StartMode": "Auto"}
)

// TestClass has what one class may answer, and what becomes of it.
func TestClass(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		answers []answer
		class   facts.Class // of why it is unknown; empty if it is observed
		message string
		dials   int
	}{
		{"rows", []answer{{rows: []row{serviceRow}}}, "", "", 1},
		{"denied", []answer{{err: NewStatus(0x80041003)}}, facts.Rights, "read Win32_Service: access denied", 1},
		{"no class", []answer{{err: NewStatus(0x80041010)}}, facts.Missing, "there is no such class (0x80041010)", 1},
		{"failed", []answer{{err: NewStatus(0x80041001)}}, facts.Protocol, "0x80041001", 1},
		{"unheard of", []answer{{err: errOther}}, facts.Protocol, "something else", 1},
		{"error after a row", []answer{{[]row{serviceRow}, NewStatus(0x80041001)}}, facts.Protocol, "0x80041001", 1},
		{"a row without what matters", []answer{{rows: []row{{"Name": "rtcsrv"}}}}, facts.Protocol, "State is missing", 1},
		{"broken before the first row", []answer{{err: broken("cut")}, {rows: []row{serviceRow}}}, "", "", 2},
		{"broken after a row", []answer{{[]row{serviceRow}, broken("cut")}, {rows: []row{serviceRow}}}, facts.Protocol, "cut", 2},
		{"broken twice", []answer{{err: broken("cut")}, {err: broken("cut again")}}, facts.Protocol, "cut again", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &script{answers: map[string][]answer{
				all("Win32_Service"):         test.answers,
				all("Win32_OperatingSystem"): {{rows: []row{osRow}}},
				all("Win32_Process"):         {{rows: []row{{"ProcessId": uint32(4), "Name": "System"}}}},
			}}
			h, _, err := collectFrom(t, s)
			if err != nil {
				t.Fatal(err)
			}
			if test.class != "" {
				expectUnknown(t, h.Services, test.class, test.message)
			} else if got := expectObserved(t, h.Services); len(got) != 1 || got[0].Name != "rtcsrv" {
				t.Errorf("services: %+v", got)
			}
			// Whatever becomes of one class, the others are read.
			expectObserved(t, h.System)
			expectObserved(t, h.Processes)
			if s.dials != test.dials || s.closed != test.dials {
				t.Errorf("%d connections, of which %d were closed; want %d", s.dials, s.closed, test.dials)
			}
		})
	}
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		err    error
		class  facts.Class
		settle string
	}{
		{"denied by DCOM", NewStatus(0x80070005), facts.Rights, "Administrators on " + fqdn},
		{"denied by WMI", fmt.Errorf(`open root\cimv2: %w`, NewStatus(0x80041003)), facts.Rights, `Remote Enable on root\cimv2`},
		{"explained already", collect.Fail(facts.Unreachable, "open port 135", "%w", NewStatus(0x80070005)), facts.Unreachable, "open port 135"},
		{"not there", NewStatus(0x800706BA), facts.Unreachable, ""},
		{"too slow", context.DeadlineExceeded, facts.Timeout, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &script{dial: []error{test.err}}
			_, _, err := collectFrom(t, s)
			if err == nil {
				t.Fatal("collected")
			}
			why := collect.Reason(err)
			if why.Class != test.class || !strings.Contains(why.Settle, test.settle) {
				t.Errorf("%+v", why)
			}
			if s.dials != 1 {
				t.Errorf("%d connections", s.dials)
			}
		})
	}
}

// TestLost has a host that goes away: all that is left fails with the reason,
// and nobody waits for each part.
func TestLost(t *testing.T) {
	t.Parallel()
	s := &script{
		dial: []error{nil, NewStatus(0x800706BA)},
		answers: map[string][]answer{
			all("Win32_OperatingSystem"): {{rows: []row{osRow}}},
			all("Win32_Service"):         {{err: broken("reset")}},
		},
	}
	h, _, err := collectFrom(t, s)
	if err != nil {
		t.Fatal(err)
	}
	expectObserved(t, h.System)
	const why = "the connection broke, and there is no new one"
	expectUnknown(t, h.Services, facts.Unreachable, why)
	expectUnknown(t, h.Events, facts.Unreachable, why)
	expectUnknown(t, h.Routes, facts.Unreachable, why)
	expectUnknown(t, h.Certificates, facts.Unreachable, why)
	expectUnknown(t, h.UserRoots, facts.Unreachable, why)
	if s.dials != 2 {
		t.Errorf("%d connections", s.dials)
	}
	if last := s.asked[len(s.asked)-1]; last != all("Win32_Service") {
		t.Errorf("asked after the connection was lost: %s", last)
	}
}

// TestSlowClass has a class that never answers, on a connection that lives on.
func TestSlowClass(t *testing.T) {
	t.Parallel()
	s := &script{
		answers: map[string][]answer{all("Win32_Process"): {{rows: []row{{"ProcessId": uint32(4), "Name": "System"}}}}},
		query: func(ctx context.Context, wql string) error {
			if wql != all("Win32_Service") {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		},
	}
	h, _, err := collectFrom(t, s, func(c *Config) { c.QueryTimeout = 100 * time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	expectUnknown(t, h.Services, facts.Timeout, "not done after 100ms and 0 rows")
	expectObserved(t, h.Processes)
	if s.dials != 1 {
		t.Errorf("%d connections", s.dials)
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	h, _, err := collectFrom(t, &script{})
	if err != nil {
		t.Fatal(err)
	}
	expectUnknown(t, h.Ports, facts.Missing, "Windows Server 2003 does not tell")
	if _, why := h.Ports.Get(); !strings.Contains(why.Settle, "lcshealth script") {
		t.Errorf("settle: %s", why.Settle)
	}
	// A host that answers nothing has no services that could be known.
	expectUnknown(t, h.Services, facts.Protocol, "no instance")
}

func TestClock(t *testing.T) {
	t.Parallel()
	before := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		row  row
		took time.Duration
		want time.Time // by our clock; zero if it cannot be told
	}{
		{"at once", osRow, 0, before},
		{"in four seconds", osRow, 4 * time.Second, before.Add(2 * time.Second)},
		{"too late", osRow, 6 * time.Second, time.Time{}},
		{"no time", row{"Version": "5.2.3790"}, 0, time.Time{}},
		{"no such time", row{"Version": "5.2.3790", "LocalDateTime": "yesterday"}, 0, time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now := before
			s := &script{answers: map[string][]answer{all("Win32_OperatingSystem"): {{rows: []row{test.row}}}}}
			s.query = func(context.Context, string) error {
				now = now.Add(test.took)
				return nil
			}
			source := New(Config{FQDN: fqdn, Dial: func(context.Context) (Conn, error) { return scripted{s}, nil }})
			o, err := source.Collect(t.Context(), collect.NewSession(source.Name(), source.Target(), func() time.Time { return now }, nil))
			if err != nil {
				t.Fatal(err)
			}
			h := hostOf(t, o)
			if test.want.IsZero() {
				if h.Clock.IsObserved() {
					t.Fatalf("observed: %+v", expectObserved(t, h.Clock))
				}
				return
			}
			got := expectObserved(t, h.Clock)
			if want := time.Date(2026, 11, 22, 10, 2, 10, 0, time.UTC); !got.Theirs.Equal(want) || !got.Ours.Equal(test.want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestEvents has a part that is three questions, and a log that is mostly about
// other services.
func TestEvents(t *testing.T) {
	t.Parallel()
	event := func(log, source, message string) row {
		return row{"Logfile": log, "SourceName": source, "EventCode": uint32(7036), "EventType": uint8(1),
			"TimeGenerated": "20261121110000.000000+000", "Message": message}
	}
	build := func(second error) *script {
		s := &script{answers: map[string][]answer{}}
		s.query = func(_ context.Context, wql string) error {
			switch {
			case strings.Contains(wql, "'Live Communications%'"):
				s.answers[wql] = []answer{{rows: []row{event("Application", "Live Communications Server", "x")}}}
			case strings.Contains(wql, "'MSSQL$RTC%'"):
				return second
			case strings.Contains(wql, "Service Control Manager"):
				s.answers[wql] = []answer{{rows: []row{
					event("System", "Service Control Manager", "The Print Spooler service entered the stopped state."),
					event("System", "Service Control Manager", "The MSSQL$rtc service terminated unexpectedly."),
				}}}
			}
			return nil
		}
		return s
	}
	h, _, err := collectFrom(t, build(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := expectObserved(t, h.Events); len(got) != 2 || !strings.Contains(got[1].Message, "MSSQL$rtc") {
		t.Errorf("events: %+v", got)
	}
	if h, _, err = collectFrom(t, build(NewStatus(0x80041003))); err != nil {
		t.Fatal(err)
	}
	expectUnknown(t, h.Events, facts.Rights, "access denied")
}

func TestUnobserved(t *testing.T) {
	t.Parallel()
	h := hostOf(t, New(Config{FQDN: fqdn}).Unobserved(facts.Unknown{Class: facts.Rights, Message: "no"}))
	expectUnknown(t, h.Services, facts.Rights, "no")
}

// TestAsked holds that a source asks what every way into a host asks, once
// each.
func TestAsked(t *testing.T) {
	t.Parallel()
	s := &script{}
	if _, _, err := collectFrom(t, s); err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.asked)
	for i, wql := range s.asked {
		if i > 0 && s.asked[i-1] == wql && strings.HasPrefix(wql, "SELECT") {
			t.Errorf("asked twice: %s", wql)
		}
	}
	for _, class := range []string{"Win32_Process", "MSFT_SIPListeningAddressData", "MSFT_SIPRoutingTableData"} {
		if !slices.Contains(s.asked, all(class)) {
			t.Errorf("not asked: %s", class)
		}
	}
}
