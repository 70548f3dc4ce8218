package collect

import (
	"context"
	"net"
	"time"
)

// Dialer returns a dialer that looks names up at the given DNS server
// (address or address:port), or as the system does if it is empty.
func Dialer(resolver string, timeout time.Duration) *net.Dialer {
	d := &net.Dialer{Timeout: timeout}
	if resolver == "" {
		return d
	}
	if _, _, err := net.SplitHostPort(resolver); err != nil {
		resolver = net.JoinHostPort(resolver, "53")
	}
	d.Resolver = &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: timeout}).DialContext(ctx, network, resolver)
		},
	}
	return d
}
