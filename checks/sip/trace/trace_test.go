package trace_test

import (
	"testing"
	"time"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

func TestStampSince(t *testing.T) {
	of := func(h, m, s int) trace.Stamp {
		return trace.Stamp{Known: true, Clock: time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second}
	}
	on := func(day int, s trace.Stamp) trace.Stamp {
		s.Date = time.Date(2005, 4, day, 0, 0, 0, 0, time.UTC)
		return s
	}
	for _, c := range []struct {
		name        string
		now, before trace.Stamp
		want        time.Duration
		ok          bool
	}{
		{"later", of(10, 0, 5), of(10, 0, 0), 5 * time.Second, true},
		{"a little earlier", of(10, 0, 0), of(10, 0, 1), -time.Second, true},
		{"past midnight", of(0, 0, 1), of(23, 59, 59), 2 * time.Second, true},
		{"with dates", on(22, of(0, 0, 1)), on(21, of(0, 0, 0)), 24*time.Hour + time.Second, true},
		{"one with a date", on(22, of(0, 0, 1)), of(0, 0, 0), time.Second, true},
		{"unknown", trace.Stamp{}, of(0, 0, 0), 0, false},
	} {
		if got, ok := c.now.Since(c.before); got != c.want || ok != c.ok {
			t.Errorf("%s: %v %v", c.name, got, ok)
		}
	}
	if got := on(21, of(10, 38, 58)).String(); got != "2005-04-21T10:38:58.000" {
		t.Error(got)
	}
	if got := of(10, 38, 58).String(); got != "10:38:58.000" {
		t.Error(got)
	}
	for _, s := range []trace.Stamp{{}, of(10, 38, 58), of(0, 0, 0), on(21, of(23, 59, 59))} {
		var back trace.Stamp
		if err := back.UnmarshalText([]byte(s.String())); err != nil || back != s {
			t.Errorf("%v came back as %v, %v", s, back, err)
		}
	}
	if err := new(trace.Stamp).UnmarshalText([]byte("noon")); err == nil {
		t.Error("noon is a stamp")
	}
	if got := (trace.Stamp{}).String(); got != "" {
		t.Error(got)
	}
}

func TestRecord(t *testing.T) {
	for want, m := range map[string]*sip.Message{
		"":                                 nil,
		"REGISTER sip:contoso.com SIP/2.0": {Method: "REGISTER", RequestURI: "sip:contoso.com"},
		"SIP/2.0 401":                      {Code: 401},
		"SIP/2.0 401 Unauthorized":         {Code: 401, Reason: "Unauthorized"},
	} {
		if got := (&trace.Record{Message: m}).StartLine(); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
	d := trace.Diagnostic{Data: []sip.Param{{Name: "expected-fqdn", Value: "lcs01.contoso.com"}}}
	if d.Get("expected-fqdn") != "lcs01.contoso.com" || d.Get("certName") != "" {
		t.Error(d)
	}
	if trace.Sent.Reverse() != trace.Received || trace.Received.Reverse() != trace.Sent || trace.Unknown.Reverse() != trace.Unknown {
		t.Error("reverse")
	}
}
