package host

import (
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// FuzzRead reads any text as a host file. Each fact must be either observed or
// explained, and nothing may be observed of a class without an end.
func FuzzRead(f *testing.F) {
	f.Add(hostFile(end("port", 0)))
	f.Add(hostFile(`{"kind":"port","port":5060,"pid":4}`, end("port", 1), `{"kind":"missing","class":"event","code":-2147217405}`))
	f.Add(hostFile(instance("MSFT_SIPListeningAddressData", `{"Enabled":"x","Port":1e9,"TLSCertSN":[1,"2",300]}`), end("MSFT_SIPListeningAddressData", 1)))
	f.Add(hostFile(instance("Win32_OperatingSystem", `{"Version":"5"}`), end("Win32_OperatingSystem", 1)))
	f.Add(hostFile(`{"kind":"certificate","store":"LocalMachine\\MY","blob":"2000000001000000020000003000"}`))
	f.Add(hostFile(smallDatabase()...))
	f.Add("\ufeff" + header + "\r\n\xff\r\n")
	f.Add("{\x00\"\x00")
	f.Add("\x1f\x8b\x08\x00")
	f.Fuzz(func(t *testing.T, text string) {
		s := collect.NewSession("host", lcs01, nil, nil)
		in, h, err := newReader("file", strings.NewReader(text), s)
		if err != nil {
			if message(err) == "" || strings.ContainsAny(message(err), "\r\n") {
				t.Errorf("%q", err)
			}
			return
		}
		if h.Host == "" && !strings.Contains(strings.ToLower(text), `"host"`) {
			t.Error("a header without host")
		}
		in.to = NewDecoder(lcs01, facts.Origin{Source: "host", Target: lcs01, At: h.StartedAt})
		if in.rest() != nil {
			return
		}
		host := in.to.Host(s)
		for fact, why := range whyNot(t, host) {
			if why.Class == "" || why.Message == "" {
				t.Errorf("%s: %+v", fact, why)
			}
		}
		ended := 0
		for _, p := range in.to.parts {
			if p.ended {
				ended++
			}
		}
		if got := observedFacts(t, host); len(got) > ended {
			t.Errorf("%d parts ended, but observed are %v", ended, got)
		}
		var entries kept
		db, err := in.to.Database(s, Database{Name: "db"}, &entries)
		if err != nil {
			t.Error(err)
		}
		if db != nil {
			if n, why := db.Entries.Get(); why == nil && n != len(entries.entries) {
				t.Errorf("%d entries, but %d were added", n, len(entries.entries))
			}
		}
	})
}

// FuzzTime reads any text as a moment.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-11-21T10:00:00Z", "20261121110000.500000+060", "20261121******.******+000", "00000007000000.000000:000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parseTime(s)
		if err != nil {
			return
		}
		again, err := parseTime(at.Format("2006-01-02T15:04:05Z07:00"))
		if err != nil || !again.Equal(at) {
			t.Errorf("%q is %s, and that is %s, %v", s, at, again, err)
		}
	})
}
