package peer

import (
	"net/netip"
	"testing"
)

func TestLoopbackAddressesAreDistinctHosts(t *testing.T) {
	block := netip.MustParsePrefix("127.64.0.0/10")
	seen := make(map[netip.Addr]bool)
	for n := range uint32(100_000) {
		ip := loopback(n * 40)
		last := ip.As4()[3]
		if !block.Contains(ip) || last == 0 || last == 255 {
			t.Fatalf("loopback(%d) = %s, want a host of %s", n*40, ip, block)
		}
		if seen[ip] {
			t.Fatalf("loopback(%d) = %s, which another number has too", n*40, ip)
		}
		seen[ip] = true
	}
}

func TestReserveLoopback(t *testing.T) {
	NeedRoot(t)
	first, release, err := reserveLoopback(t.Context(), 389)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	second, releaseSecond, err := reserveLoopback(t.Context(), 389)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseSecond()
	if first == second {
		t.Errorf("both reservations got %s", first)
	}

	busy, err := listen(t.Context(), loopbackAfter(second), 389)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	third, releaseThird, err := reserveLoopback(t.Context(), 389)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseThird()
	if third == first || third == second || third == loopbackAfter(second) {
		t.Errorf("got %s, which is reserved or serves the port", third)
	}
}

// loopbackAfter returns the address tried after ip.
func loopbackAfter(ip netip.Addr) netip.Addr {
	next := ip.Next()
	if next.As4()[3] == 255 {
		next = next.Next().Next()
	}
	return next
}
