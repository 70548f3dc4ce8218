package collect

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func TestRecords(t *testing.T) {
	accounts, entries := population(rand.New(rand.NewPCG(3, 4)))
	accounts = append(accounts, facts.Account{DN: "CN=Kim", Address: "sip:kim@contoso.com"}, facts.Account{DN: "CN=Kim", Address: "kim@contoso.com"})
	entries = append(entries, facts.Entry{Address: "kim@contoso.com"}, facts.Entry{Address: "sip:kim@contoso.com"})
	for i := range 2 * maxHomes { // more than have a number
		accounts = append(accounts, facts.Account{HomeServer: fmt.Sprint("CN=", i), TargetHomeServer: "CN=lcs01"})
	}
	var c codec
	for _, a := range accounts {
		var r record
		err := c.decode(c.appendAccount(nil, "kim@contoso.com", &a), &r)
		if diff := cmp.Diff(a, r.account); err != nil || r.address != "kim@contoso.com" || r.isEntry || diff != "" {
			t.Fatalf("%v (-put aside +read)\n%s", err, diff)
		}
	}
	for _, e := range entries {
		var r record
		err := c.decode(c.appendEntry(nil, "kim@contoso.com", &e), &r)
		if diff := cmp.Diff(e, r.entry); err != nil || r.address != "kim@contoso.com" || !r.isEntry || diff != "" {
			t.Fatalf("%v (-put aside +read)\n%s", err, diff)
		}
	}
}

// FuzzRecord looks for a record, damaged on the disk, that cannot be compared,
// or that is read as something else than it says.
func FuzzRecord(f *testing.F) {
	sid := "S-1-5-21-1-2-3-4"
	f.Add(new(codec).appendAccount(nil, "kim@contoso.com", &facts.Account{DN: "CN=Kim", Enabled: true}), []byte{})
	f.Add(new(codec).appendEntry(nil, "", &facts.Entry{Database: "lcs01", ResourceID: -7, SID: &sid}), []byte{0xff})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if c, d := compareRaw(a, b), compareRaw(b, a); c != -d || compareRaw(a, a) != 0 {
			t.Errorf("%x and %x compare as %d and %d", a, b, c, d)
		}
		c := codec{homes: []string{"", "CN=lcs01"}, numbers: map[string]uint64{"": 1, "CN=lcs01": 2}}
		var r, s record
		if c.decode(a, &r) != nil {
			return
		}
		var again []byte
		if r.isEntry {
			again = c.appendEntry(nil, r.address, &r.entry)
		} else {
			again = c.appendAccount(nil, r.address, &r.account)
		}
		if err := c.decode(again, &s); err != nil || !cmp.Equal(r.account, s.account) || !cmp.Equal(r.entry, s.entry) {
			t.Errorf("%x was read as %+v, and then as %+v, %v", a, r, s, err)
		}
	})
}
