package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// wsaeConnRefused is what Windows says for ECONNREFUSED, which its syscall
// package invents and never returns.
const wsaeConnRefused = syscall.Errno(10061)

// connect tries the addresses of a target in turn and returns the first
// connection that opens, with its address. No connection and no error means
// that every address refused; one that did not answer at all is an error.
func (p *prober) connect(ctx context.Context, t Target, addresses []string) (conn net.Conn, address string, err error) {
	var unclear []error
	for _, ip := range addresses {
		address = net.JoinHostPort(ip, strconv.Itoa(t.Port))
		conn, err = p.dial(ctx, address)
		switch {
		case err == nil:
			return conn, address, nil
		case ended(ctx):
			return nil, "", tooLate(ctx, "connect to "+address)
		case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaeConnRefused):
		default:
			unclear = append(unclear, p.unanswered(t, address, err))
		}
	}
	if len(unclear) == 0 {
		return nil, "", nil
	}
	why := collect.Reason(unclear[0])
	var texts []string
	for _, err := range unclear {
		texts = append(texts, err.Error())
	}
	return nil, "", collect.Fail(why.Class, why.Settle, "%s", strings.Join(texts, "; "))
}

// dial opens one TCP connection within the time for one.
func (p *prober) dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ConnectTimeout)
	defer cancel()
	return p.cfg.Dial(ctx, "tcp", address)
}

// unanswered explains a connection that neither opened nor was refused.
func (p *prober) unanswered(t Target, address string, err error) error {
	settle := fmt.Sprintf("on the server itself: telnet %s %d", cmp.Or(t.Address, t.Host), t.Port)
	if isTimeout(err) {
		return collect.Fail(facts.Timeout, settle,
			"no answer from %s within %s; a firewall between may drop it", address, p.cfg.ConnectTimeout)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // without the address a second time
	}
	return collect.Fail(facts.Unreachable, settle, "connect to %s: %w", address, err)
}

// isTimeout reports whether err says that time ran out.
func isTimeout(err error) bool {
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
