package lab

import (
	"context"
	"fmt"
	"net"
)

// loopback is where DNS of the lab listens, and everything else on systems that
// have no other address of their own.
const loopback = "127.0.0.1"

// addressBook has the addresses of a lab's hosts, by their names in lower case.
// Every host has its own, as in a deployment, so that an address tells which
// host is meant.
type addressBook struct {
	one bool // all have the address loopback
	of  map[string]string
}

// newAddressBook finds out whether the system has more addresses than one: of
// 127.0.0.0/8, Linux and Windows take every one for their own, but other systems
// only the first.
func newAddressBook(ctx context.Context, one bool) *addressBook {
	a := &addressBook{one: one, of: map[string]string{}}
	if !one {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(ownAddress(1), "0"))
		if a.one = err != nil; err == nil {
			_ = ln.Close() // it was only tried
		}
	}
	return a
}

// ownAddress is the address of the n-th host.
func ownAddress(n int) string { return fmt.Sprintf("127.0.%d.%d", 1+n/255, n%255) }

// assign gives a host an address, or returns the one that it has.
func (a *addressBook) assign(host string) string {
	if a.of[host] == "" {
		a.of[host] = loopback
		if !a.one {
			a.of[host] = ownAddress(len(a.of))
		}
	}
	return a.of[host]
}
