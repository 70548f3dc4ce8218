package view

import (
	"testing"

	"lcshealth/checks"
)

func TestMark(t *testing.T) {
	of := func(list ...checks.Finding) *Mark {
		m := &Mark{}
		for i := range list {
			m.add(newFinding(&list[i]))
		}
		return m
	}
	present := func(s checks.Severity) checks.Finding {
		return checks.Finding{ID: string(s), Verdict: checks.Present, Severity: s}
	}
	open, absent := checks.Finding{ID: "open", Verdict: checks.Undetermined, Severity: checks.Critical}, checks.Finding{ID: "absent", Verdict: checks.Absent}
	merged := of(present(checks.Minor), absent)
	merged.merge(of(present(checks.Critical), open, absent))
	for _, tt := range []struct {
		name                              string
		mark                              *Mark
		state, badge, open, words, anchor string
	}{
		{"nothing", of(), "none", "", "", "not judged", ""},
		{"not applicable", of(checks.Finding{Verdict: checks.NotApplicable}), "none", "", "", "not judged", ""},
		{"absent", of(absent), "clear", "", "", "nothing found", ""},
		{"open", of(open, absent), "undetermined", "", "? 1", "1 undetermined", "f-open"},
		{"one", of(absent, present(checks.Info)), "info", "● 1", "", "1 present, info", "f-info"},
		{"the worst leads", of(open, present(checks.Minor), present(checks.Critical), present(checks.Major)), "critical", "■ 3", "? 1", "3 present, at worst critical; 1 undetermined", "f-critical"},
		{"merged", merged, "critical", "■ 2", "? 1", "2 present, at worst critical; 1 undetermined", "f-critical"},
	} {
		m := tt.mark
		for _, got := range [][2]string{{m.State(), tt.state}, {m.Badge(), tt.badge}, {m.OpenBadge(), tt.open}, {m.Words(), tt.words}, {m.Anchor(), tt.anchor}} {
			if got[0] != got[1] {
				t.Errorf("%s: got %q, want %q", tt.name, got[0], got[1])
			}
		}
	}
	if merged.Judged != 5 {
		t.Errorf("merged, %d are judged, want 5", merged.Judged)
	}
}

func TestMentions(t *testing.T) {
	for _, tt := range []struct {
		text, name string
		want       bool
	}{
		{"the next hop sip.fabrikam.com refuses", "SIP.fabrikam.com", true},
		{"no address of sip.fabrikam.com.", "sip.fabrikam.com", true},
		{"sip.fabrikam.com:5061 refuses", "sip.fabrikam.com", true},
		{"my.sip.fabrikam.com", "sip.fabrikam.com", false},
		{"sip.fabrikam.com.au", "sip.fabrikam.com", false},
		{"xsip.fabrikam.com and sip.fabrikam.com", "sip.fabrikam.com", true},
		{"serial number 612", "serial number 61", false},
		{"anything", "", false},
	} {
		if got := mentions(tt.text, tt.name); got != tt.want {
			t.Errorf("%q in %q: %t", tt.name, tt.text, got)
		}
	}
}
