package compare_test

import (
	"fmt"
	"slices"
	"testing"

	"lcshealth/checks"
	"lcshealth/report/compare"

	"github.com/google/go-cmp/cmp"
)

// differ compares two findings of one slot.
func differ(t *testing.T, before, after checks.Finding) *compare.Diff {
	t.Helper()
	c := compare.Compare(with(before), with(after))
	if len(c.Changes) != 1 {
		t.Fatalf("%d changes, want 1", len(c.Changes))
	}
	return c.Changes[0].Diff
}

func TestEvidence(t *testing.T) {
	saw := func(observed, expected string) checks.Evidence {
		return checks.Evidence{Observed: observed, Expected: expected, Source: "host", Host: "s1"}
	}
	directory := func(host string) checks.Evidence {
		return checks.Evidence{Observed: "no such account", Source: "directory", Host: host}
	}
	wire := func(host string) checks.Evidence {
		return checks.Evidence{Observed: "DNS knows no sip.contoso.com", Source: "wire", Host: host}
	}
	for _, tt := range []struct {
		name          string
		before, after []checks.Evidence
		want          []string // "before => after"
	}{
		{"the same, otherwise ordered", []checks.Evidence{saw("a", ""), saw("b", "")}, []checks.Evidence{saw("b", ""), saw("a", "")}, nil},
		{"another domain controller answers", []checks.Evidence{directory("dc1")}, []checks.Evidence{directory("dc2")}, nil},
		{"another DNS server answers", []checks.Evidence{wire("192.0.2.1:53")}, []checks.Evidence{wire("192.0.2.2:53")}, nil},
		{"time passes",
			[]checks.Evidence{saw("kim: since 2026-03-04T05:06:07Z, for 3h20m0s", ""), saw("expires in 20 days, on 2026-04-01", ""), saw("the clock is 7m3s ahead", ""), saw("port 5060 is held by a.exe (process 12)", "")},
			[]checks.Evidence{saw("kim: since 2026-03-04T05:06:07Z, for 27h20m0s", ""), saw("expires in 1 day, on 2026-04-01", ""), saw("the clock is 7m8s ahead", ""), saw("port 5060 is held by a.exe (process 9)", "")}, nil},
		{"another day", []checks.Evidence{saw("valid until 2026-04-01", "")}, []checks.Evidence{saw("valid until 2027-04-01", "")}, []string{" => valid until 2027-04-01", "valid until 2026-04-01 => "}},
		{"one twice", []checks.Evidence{saw("a", "")}, []checks.Evidence{saw("a", ""), saw("a", "")}, []string{" => a"}},
		{"altered, by its name", []checks.Evidence{saw("service a: stopped", ""), saw("service b: stopped", "")}, []checks.Evidence{saw("service b: paused", ""), saw("service a: stopped", "")}, []string{"service b: stopped => service b: paused"}},
		{"altered, by what is expected", []checks.Evidence{saw("no next hop", "a host")}, []checks.Evidence{saw("the server itself", "a host")}, []string{"no next hop => the server itself"}},
		{"two of one kind leave doubt", []checks.Evidence{saw("x", "a host"), saw("y", "a host")}, []checks.Evidence{saw("z", "a host")}, []string{" => z", "x => ", "y => "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after := onServer(checks.Present, "x", "s1"), onServer(checks.Present, "x", "s1")
			before.Evidence, after.Evidence = tt.before, tt.after
			var got []string
			if d := differ(t, before, after); d != nil {
				for _, e := range d.Evidence {
					text := [2]string{}
					for i, side := range []*checks.Evidence{e.Before, e.After} {
						if side != nil {
							text[i] = side.Observed
						}
					}
					got = append(got, text[0]+" => "+text[1])
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAffected(t *testing.T) {
	of := func(count int, users ...string) *checks.Affected { return &checks.Affected{Count: count, Users: users} }
	for _, tt := range []struct {
		name          string
		before, after *checks.Affected
		want          *compare.AffectedChange
	}{
		{"the same", of(2, "a", "b"), of(2, "a", "b"), nil},
		{"one more", of(1, "a"), of(2, "a", "b"), &compare.AffectedChange{Before: 1, After: 2, Added: []string{"b"}, Removed: []string{}}},
		{"another one", of(1, "a"), of(1, "b"), &compare.AffectedChange{Before: 1, After: 1, Added: []string{"b"}, Removed: []string{"a"}}},
		{"more are named, nobody is new", of(9, "a", "c"), of(9, "a", "c", "d", "e", "f", "g", "h", "i", "j"), nil},
		{"fewer are named, nobody is gone", of(3, "a", "b", "c"), of(3, "a"), nil},
		{"a sample tells of those before its last", of(9, "a", "c"), of(9, "a", "b"), &compare.AffectedChange{Before: 9, After: 9, Added: []string{"b"}, Removed: []string{}, Partial: true}},
		{"a sample that is not in order tells nothing", of(9, "c", "a"), of(10, "a", "b"), &compare.AffectedChange{Before: 9, After: 10, Added: []string{}, Removed: []string{}, Partial: true}},
		{"not counted before", nil, of(1, "a"), &compare.AffectedChange{After: 1, Added: []string{"a"}, Removed: []string{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after := onServer(checks.Present, "x", "s1"), onServer(checks.Present, "x", "s1")
			before.Affected, after.Affected = tt.before, tt.after
			var got *compare.AffectedChange
			if d := differ(t, before, after); d != nil {
				got = d.Affected
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A sample of evidence that moves up by one does not sound like news.
func TestSampledEvidence(t *testing.T) {
	finding := func(first int) checks.Finding {
		f := onServer(checks.Present, "x", "s1")
		f.Affected = &checks.Affected{}
		for i := first; i < 9; i++ {
			name := fmt.Sprintf("user%d", i)
			f.Affected.Users = append(f.Affected.Users, name)
			if len(f.Evidence) < 5 {
				f.Evidence = append(f.Evidence, checks.Evidence{Observed: name + ": no SID", Source: "rtcdb"})
			}
		}
		f.Affected.Count = len(f.Affected.Users)
		return f
	}
	d := differ(t, finding(0), finding(1))
	if !slices.Equal(d.Affected.Removed, []string{"user0"}) || len(d.Affected.Added) != 0 || len(d.Evidence) != 0 {
		t.Errorf("affected %+v, evidence %+v", d.Affected, d.Evidence)
	}
}

func TestSeverityAndWaiver(t *testing.T) {
	before, after := onServer(checks.Present, "x", "s1"), open(onServer(checks.Present, "x", "s1"))
	after.Severity = checks.Critical
	before.Waived = &checks.Waived{Owner: "Kim", Until: "2026-12-31"}
	want := &compare.Diff{
		Severity: &compare.SeverityChange{Before: checks.Major, After: checks.Critical}, Waived: &compare.WaivedChange{Before: before.Waived}, Incomplete: true,
	}
	if diff := cmp.Diff(want, differ(t, before, after)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if d := differ(t, onServer(checks.Present, "x", "s1"), open(onServer(checks.Present, "x", "s1"))); d != nil {
		t.Errorf("what could not be seen besides is no change, but: %+v", d)
	}
}

func TestFailOn(t *testing.T) {
	waived := onServer(checks.Present, "w", "s1")
	waived.Waived = &checks.Waived{Owner: "Kim", Until: "2026-12-31"}
	c := compare.Compare(
		with(onServer(checks.Absent, "w", "s1"), onServer(checks.Present, "x", "s1", "a"), onServer(checks.Present, "y", "s1"), onServer(checks.Present, "z", "s1")),
		with(waived, onServer(checks.Present, "x", "s1", "b"), onServer(checks.Absent, "y", "s1"), onServer(checks.Undetermined, "z", "s1")))
	for words, want := range map[string]struct {
		fails bool
		exit  checks.ExitCode
	}{
		"new":           {false, checks.ExitIncomplete}, // the only one is waived
		"none":          {false, checks.ExitIncomplete},
		"new, Changed":  {true, checks.ExitPresent},
		"resolved":      {true, checks.ExitPresent},
		"lost":          {true, checks.ExitPresent},
		"undetermined":  {false, checks.ExitIncomplete},
		"any":           {true, checks.ExitPresent},
		"unchanged,new": {false, checks.ExitIncomplete},
	} {
		kinds, err := compare.ParseFailOn(words)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.FailOn(kinds...); got != want.fails {
			t.Errorf("%s: fails %t, want %t", words, got, want.fails)
		}
		if got := c.Exit(kinds...); got != want.exit {
			t.Errorf("%s: exit code %d, want %d", words, got, want.exit)
		}
	}
	if got := compare.Compare(with(), with()).Exit(compare.New); got != checks.ExitNothing {
		t.Errorf("exit code %d for nothing", got)
	}
	for _, words := range []string{"", "new,old"} {
		if _, err := compare.ParseFailOn(words); err == nil {
			t.Errorf("%q is taken", words)
		}
	}
}
