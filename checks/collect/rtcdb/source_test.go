package rtcdb_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"

	"github.com/google/go-cmp/cmp"
)

func TestGoodDatabase(t *testing.T) {
	t.Parallel()
	l := serve(t, users(t), nil)
	db, source := l.run(t)
	if source.Status != facts.OK {
		t.Fatalf("the source ended %s: %s", source.Status, source.Message)
	}
	if diff := cmp.Diff(wantUsers(), l.sink.entries); diff != "" {
		t.Errorf("entries (-want +got)\n%s", diff)
	}
	for name, why := range reasons(db) {
		if why != nil {
			t.Errorf("%s: %v", name, why)
		}
	}
	if n, _ := db.Entries.Get(); n != 5 {
		t.Errorf("%d entries, want 5", n)
	}
	s, _ := db.Structure.Get()
	if s.Product != "8.00.2039" || s.Generation != "LCS" || !slices.Contains(s.Columns, "Resource.UserAtHost nvarchar(450)") {
		t.Errorf("structure: %+v", s)
	}
	if at := db.Entries.Origin(); at.Source != "rtcdb" || at.Target != database || at.At.IsZero() {
		t.Errorf("origin: %+v", at)
	}
	if n := l.conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// TestNamedInstance follows the way from the name of an instance over its
// browser to its port, and that names are left to the dialer.
func TestNamedInstance(t *testing.T) {
	t.Parallel()
	l := serve(t, users(t), nil)
	server := l.cfg.Address
	browser, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- tdsd.ServeBrowser(browser, "LCS01", "8.00.194", tdsd.Instance{Name: "RTC", Port: 1533})
	}()
	defer func() { _ = browser.Close(); <-done }()
	var mu sync.Mutex
	var dialled []string
	l.cfg.Address = `lcs01.contoso.com\rtc`
	l.cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		dialled = append(dialled, network+" "+address)
		to := server
		if network == "udp" {
			to = browser.LocalAddr().String()
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	_, source := l.run(t)
	if source.Status != facts.OK || len(l.sink.entries) != 5 {
		t.Errorf("the source ended %s: %s", source.Status, source.Message)
	}
	if want := []string{"udp lcs01.contoso.com:1434", "tcp lcs01.contoso.com:1533"}; !slices.Equal(dialled, want) {
		t.Errorf("dialled %q, want %q", dialled, want)
	}
}

func TestEntriesCannotBeKept(t *testing.T) {
	t.Parallel()
	l := serve(t, users(t), nil)
	l.sink.fail = errors.New("no space left on device")
	db, source := l.run(t)
	failed(t, db, source, facts.Internal, "keep the entries of database lcs01.contoso.com: no space left on device", "")
}

func TestProgress(t *testing.T) {
	t.Parallel()
	sim := rtcsim.New("rtc", "8.00.2039")
	for range 20_001 {
		if _, err := sim.AddUser(rtcsim.User{Address: "kim@contoso.com", Unmirrored: true}); err != nil {
			t.Fatal(err)
		}
	}
	l := serve(t, sim, nil)
	if _, source := l.run(t); source.Status != facts.OK {
		t.Fatalf("the source ended %s: %s", source.Status, source.Message)
	}
	if want := []string{" 0", "entries 10000", "entries 20000"}; !slices.Equal(l.told, want) {
		t.Errorf("progress: %q, want %q", l.told, want)
	}
	if len(l.sink.entries) != 20_001 {
		t.Errorf("%d entries", len(l.sink.entries))
	}
}

func TestAddTo(t *testing.T) {
	var d facts.Deployment
	for _, name := range []string{"lcs02", "LCS03", "lcs01", "LCS02"} {
		rtcdb.New(rtcdb.Config{Name: name}, nil).Unobserved(facts.Unknown{Class: facts.Missing, Message: name}).AddTo(&d)
	}
	var got []string
	for _, db := range d.Databases {
		got = append(got, db.Name)
	}
	if want := []string{"lcs01", "LCS02", "LCS03"}; !slices.Equal(got, want) {
		t.Errorf("databases %q, want %q", got, want)
	}
}
