package collect

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// population makes accounts and entries with every optional field now set and
// now not, several to an address, some without one.
func population(rng *rand.Rand) (accounts []facts.Account, entries []facts.Entry) {
	since := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for i := range 300 {
		address := fmt.Sprintf("user%02d@contoso.com", rng.IntN(90))
		switch rng.IntN(4) {
		case 0:
			a := facts.Account{DN: fmt.Sprintf("CN=%d", i), GUID: fmt.Sprintf("guid-%d", i), Address: "SIP:" + address, Enabled: i%2 == 0, HomeServer: "CN=lcs01"}
			if i%3 == 0 {
				a.TargetSince, a.TargetHomeServer = &since, "CN=lcs02"
			}
			accounts = append(accounts, a)
		case 1:
			accounts = append(accounts, facts.Account{DN: fmt.Sprintf("CN=%d", i), Enabled: true})
		case 2:
			sid, yes := fmt.Sprintf("S-1-5-21-1-2-3-%d", i), i%2 == 0
			entries = append(entries, facts.Entry{Database: "lcs01", ResourceID: int64(i), Address: address, SID: &sid, GUID: &address, DirectoryRow: &yes})
		case 3:
			entries = append(entries, facts.Entry{Database: fmt.Sprintf("lcs%02d", i%3), ResourceID: int64(-i)})
		}
	}
	return accounts, entries
}

func gather(t *testing.T, limit int, accounts []facts.Account, entries []facts.Entry) []*facts.SignIn {
	t.Helper()
	dir := t.TempDir()
	users := NewUsers(dir)
	users.limit = limit
	for _, a := range accounts {
		if err := users.AddAccount(a); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range entries {
		if err := users.AddEntry(e); err != nil {
			t.Fatal(err)
		}
	}
	var got []*facts.SignIn
	for u, err := range users.SignIns(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, u)
	}
	if err := users.AddAccount(facts.Account{}); err == nil {
		t.Error("an account was added after the end")
	}
	if err := users.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left behind: %v, %v", left, err)
	}
	return got
}

// Users come out the same whatever the order in which they were read and
// however many of them fit in memory, and twice the same counts once.
func TestUsersMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	accounts, entries := population(rng)
	want := gather(t, batchSize, accounts, entries)
	if len(want) < 100 {
		t.Fatalf("the population has only %d users", len(want))
	}
	last, held := "", 0
	for i, u := range want {
		if u.Address < last || (u.Address == last && u.Address != "") {
			t.Errorf("user %d, %q, comes after %q", i, u.Address, last)
		}
		last = u.Address
		held += len(u.Accounts) + len(u.Entries)
	}
	if held != len(accounts)+len(entries) {
		t.Errorf("%d accounts and entries came out, %d went in", held, len(accounts)+len(entries))
	}
	for _, limit := range []int{1, 500, 5000} {
		rng.Shuffle(len(accounts), func(i, j int) { accounts[i], accounts[j] = accounts[j], accounts[i] })
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		got := gather(t, limit, append(accounts, accounts[:20]...), append(entries, entries[:20]...))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with batches of %d octets (-want +got):\n%s", limit, diff)
		}
	}
}

func TestUsersCancelled(t *testing.T) {
	users := NewUsers(t.TempDir())
	defer users.Close()
	if err := users.AddAccount(facts.Account{DN: "CN=Kim"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range users.SignIns(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// A folder that cannot be written to is an error, not a lost user.
func TestUsersNoRoom(t *testing.T) {
	users := NewUsers(t.TempDir() + "/gone")
	users.limit = 1
	if err := users.AddAccount(facts.Account{DN: "CN=Kim"}); err == nil {
		t.Error("the account was put aside in a folder that does not exist")
	}
}
