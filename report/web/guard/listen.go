package guard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Rules are what decides whether a server may listen on an address.
type Rules struct {
	Addr     string // host:port; without host it is every address of the host
	TLS      bool   // there is a certificate
	Users    bool   // there is somebody who can sign in
	NoSignIn bool   // it was asked for that nobody has to
}

// ListenCheck says why a server must not listen, and what to do about it, or
// nil. On a loopback address it may without TLS, since nobody else sees the
// traffic. Elsewhere it needs TLS and somebody who can sign in. A loopback
// address does not make sign-in needless: everybody who has an account on the
// host can connect to it, and so can every page that is open in a browser
// there. Without users it is therefore refused, unless asked for, and then
// everybody there may only read.
func ListenCheck(r Rules) error {
	host, port, err := net.SplitHostPort(r.Addr)
	if err != nil {
		return fmt.Errorf("listen on %q: write host:port, such as localhost:8080", r.Addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("listen on %q: the port is no number up to 65535", r.Addr)
	}
	const howUser = "lcshealth user add NAME --role operator makes a user"
	switch local := loopbackName(host); {
	case r.NoSignIn && !local:
		return fmt.Errorf("listen on %s: --no-sign-in would show reports, which name users and servers, to everybody on the network\n"+
			"listen on localhost, or leave --no-sign-in out; %s", r.Addr, howUser)
	case r.NoSignIn && r.Users:
		return fmt.Errorf("listen on %s: there are users, and --no-sign-in would let everybody on this host read without being one\n"+
			"leave --no-sign-in out, or name another file with --users", r.Addr)
	case r.NoSignIn:
		return nil
	case !local && !r.TLS:
		return fmt.Errorf("listen on %s: passwords and reports would cross the network in clear\n"+
			"give a certificate, or listen on localhost", r.Addr)
	case !r.Users:
		return fmt.Errorf("listen on %s: there is nobody who could sign in\n"+
			"%s; on localhost, --no-sign-in lets everybody on this host read", r.Addr, howUser)
	}
	return nil
}

// loopbackName reports whether a host is surely this one alone. Names are not
// looked up, since they may mean something else by the time of use.
func loopbackName(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// Listen listens if [ListenCheck] allows it. Should localhost turn out to be
// another host's address, it refuses as well.
func Listen(ctx context.Context, r Rules) (net.Listener, error) {
	if err := ListenCheck(r); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", r.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", r.Addr, err)
	}
	if host, _, err := net.SplitHostPort(r.Addr); err == nil && loopbackName(host) && !isLoopback(l.Addr()) {
		return nil, errors.Join(fmt.Errorf("listen on %s: %s is no loopback address", r.Addr, l.Addr()), l.Close())
	}
	return l, nil
}
