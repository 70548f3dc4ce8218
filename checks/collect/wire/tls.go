package wire

import (
	"context"
	"net"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// askTLS returns what the TLS listener of a target shows on conn, which it
// closes, and on further connections to the address: first in clear, then in a
// handshake without a client certificate, then, if the server asks for one and
// one is configured, with it. A listener that showed its certificate has
// answered, however the handshakes end.
func (p *prober) askTLS(ctx context.Context, t Target, address string, conn net.Conn) (facts.TLSAnswer, error) {
	host := bare(t.Host)
	seen, refusals, err := p.askClear(ctx, address, conn, host)
	if err != nil {
		return facts.TLSAnswer{}, err
	}
	answer := seen.answer()
	anonymous, more := p.shake(ctx, address, host, nil)
	switch {
	case len(answer.Chain) > 0:
	case anonymous != nil && len(anonymous.shown.Chain) > 0:
		answer = anonymous.shown
	case ended(ctx):
		return answer, tooLate(ctx, "TLS handshake with "+address)
	default:
		if anonymous != nil && anonymous.refusal == "" {
			more = append(more, anonymous.Unfinished)
		}
		for _, text := range more {
			if !slices.Contains(refusals, text) {
				refusals = append(refusals, text)
			}
		}
		return answer, refused(t, address, strings.Join(refusals, "; "))
	}
	if anonymous == nil {
		p.failed(tooLate(ctx, "TLS handshake with "+address))
		return answer, nil
	}
	answer.Handshake = conclude(anonymous, more)
	if anonymous.Asked {
		answer.ClientCertificate = true // if the flight in clear broke off before that
	}
	if anonymous.Done || anonymous.Asked {
		answer.Incomplete = false // that question is settled
	}
	if p.cfg.ClientCertificate == nil || !answer.ClientCertificate {
		return answer, nil
	}
	presented, more := p.shake(ctx, address, host, p.cfg.ClientCertificate)
	if presented == nil {
		p.failed(tooLate(ctx, "TLS handshake with the client certificate with "+address))
		return answer, nil
	}
	answer.WithCertificate = conclude(presented, more)
	return answer, nil
}

// conclude returns how a handshake with a server that showed its certificate in
// clear ended. If it refuses every offer of crypto/tls, that is no refusal of a
// client: the two have nothing in common.
func conclude(a *attempt, refusals []string) *facts.TLSHandshake {
	out := a.TLSHandshake
	if out.Refused != "" && out.Stage == facts.TLSHello {
		out = facts.TLSHandshake{
			Unfinished: "lcshealth has no version and cipher suite in common with the server: " + strings.Join(refusals, "; "),
		}
	}
	return &out
}
