package redact

import (
	"fmt"
	"strings"
	"testing"

	"lcshealth/checks/facts"
)

func TestSID(t *testing.T) {
	r := newTest(t)
	const domain = "S-1-5-21-1085031214-796845957-839522115"
	for _, same := range []string{"S-1-5-18", "S-1-5-32-544", "S-1-1-0", ""} {
		if got := r.sid(same); got != same {
			t.Errorf("%s became %s", same, got)
		}
	}
	if got := r.sid(domain + "-500"); got != r.sid(domain)+"-500" {
		t.Errorf("the administrator of %s became %s", r.sid(domain), got)
	}
	for _, account := range []string{domain + "-1105", domain + "-4294967295", domain + "-x", domain + "-"} {
		got := r.sid(account)
		if facts.SIDDomain(got) != r.sid(facts.SIDDomain(account)) || got == account && !strings.HasSuffix(account, "-") {
			t.Errorf("%s became %s", account, got)
		}
	}
	seen := map[string]bool{}
	for n := uint32(1000); n < 3000; n++ {
		if out := r.permute(n); out < reserved {
			t.Fatalf("%d became %d", n, out)
		}
		seen[r.sid(fmt.Sprint(domain, "-", n))] = true
	}
	if len(seen) != 2000 {
		t.Errorf("2000 accounts became %d", len(seen))
	}
}

func TestGUID(t *testing.T) {
	r := newTest(t)
	const guid = "444b0498-bad4-5341-bf9d-2ec208240e0e"
	upper := r.guid("{" + strings.ToUpper(guid) + "}")
	if got := r.guid(guid); got == guid || len(got) != len(guid) || !strings.EqualFold("{"+got+"}", upper) || upper != strings.ToUpper(upper) {
		t.Errorf("%s became %s and %s", guid, got, upper)
	}
	if got := r.guid("no guid"); !isPseudonym(got) {
		t.Errorf("what is no GUID became %q", got)
	}
}

// A SID stays as well formed, or as malformed, as it was, and of the domain
// that it was of.
func FuzzSID(f *testing.F) {
	for _, s := range []string{"S-1-5-21-1-2-3-1105", "s-1-5-21-1085031214-796845957-839522115-1105", "S-1-5-21-1-2-3-99999999999", "S-1-5-21-1-2-3-4-5", "S-1--", "S-1-5-21-a-b-c-d", "0x0105", "S-1-0x5-21-1", "S-1-5-021-1-2-3-1105", "kim", " S-1-5-18", "S-1-5-21-1-2-3-1105 "} {
		f.Add(s)
	}
	r := newTest(f)
	const known = "S-1-5-21-1085031214-796845957-839522115"
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		out := r.sid(s)
		_, before := facts.ParseSID(s)
		_, after := facts.ParseSID(out)
		if (before == nil) != (after == nil) {
			t.Errorf("%q (%v) became %q (%v)", s, before, out, after)
		}
		if (facts.SIDDomain(s) == "") != (facts.SIDDomain(out) == "") {
			t.Errorf("%q of domain %q became %q of domain %q", s, facts.SIDDomain(s), out, facts.SIDDomain(out))
		}
		if strings.EqualFold(facts.SIDDomain(s), known) != strings.EqualFold(facts.SIDDomain(out), r.sid(known)) {
			t.Errorf("%q became %q, and the domain %s", s, out, r.sid(known))
		}
		if (s == "") != (out == "") {
			t.Errorf("%q became %q", s, out)
		}
	})
}
