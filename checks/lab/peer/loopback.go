package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
)

// guardPort is held on a reserved address for as long as it is reserved. No peer
// serves it (1 is tcpmux).
const guardPort = 1

// reserveLoopback finds a loopback address on which none of the ports is served, and
// keeps other test binaries from taking it until release is called.
func reserveLoopback(ctx context.Context, ports ...int) (ip netip.Addr, release func(), err error) {
	// Process ids are unique, so binaries that start together try different addresses.
	first := uint32(os.Getpid()) * 251
	var errs []error
	for i := range uint32(16) {
		ip = loopback(first + i)
		guard, err := listen(ctx, ip, guardPort)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := probe(ctx, ip, ports); err != nil {
			errs = append(errs, err, guard.Close())
			continue
		}
		return ip, func() { _ = guard.Close() }, nil
	}
	return netip.Addr{}, nil, fmt.Errorf("reserve a loopback address: %w", errors.Join(errs...))
}

// loopback maps n to an address of 127.64.0.0/10 whose last byte is neither 0 nor 255.
func loopback(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{127, 64 | byte(n/254>>8)&63, byte(n / 254), byte(n%254) + 1})
}

func probe(ctx context.Context, ip netip.Addr, ports []int) error {
	for _, port := range ports {
		l, err := listen(ctx, ip, port)
		if err != nil {
			return err
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

func listen(ctx context.Context, ip netip.Addr, port int) (net.Listener, error) {
	var c net.ListenConfig
	return c.Listen(ctx, "tcp", net.JoinHostPort(ip.String(), strconv.Itoa(port)))
}
