package directory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// answer is a result other than success, in words. The library's own text has
// the controller's internal addresses and line breaks in it.
type answer struct {
	code uint16
	text string
	err  error
}

func (a *answer) Error() string { return fmt.Sprintf("%s (LDAP %d)", a.text, a.code) }

func (a *answer) Unwrap() error { return a.err }

// refused reports whether a controller answered that it will not do as asked,
// or nobody could sign in with what is configured. Then no other one is tried:
// it would answer the same, and an account may be locked out by too many
// attempts. A controller that is busy or about to stop
// says nothing about the account.
func refused(err error) bool {
	if errors.Is(err, errLogin) {
		return true
	}
	a, ok := errors.AsType[*answer](err)
	return ok && a.code != ldap.LDAPResultBusy && a.code != ldap.LDAPResultUnavailable
}

func isNoSuchObject(err error) bool { return ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) }

// explain turns an error of a request into one with a class, in one line.
func explain(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &collect.Error{
			Class: facts.Timeout, Settle: "allow the directory more time with timeouts.source, or look whether the controller answers at all",
			Err: fmt.Errorf("the deadline passed before the answer was complete: %w", ctx.Err()),
		}
	case ctx.Err() != nil:
		return collect.Fail(facts.Unreachable, "", "interrupted: %w", ctx.Err())
	}
	e, ok := errors.AsType[*ldap.Error](err)
	switch {
	case !ok && errors.As(err, new(*collect.Error)):
		return err
	case !ok, e.ResultCode == ldap.ErrorNetwork && !strings.Contains(e.Error(), "timed out"):
		return collect.Fail(facts.Unreachable, "look why the connection ended, and run again", "the connection was lost: %s", oneLine(err))
	case e.ResultCode == ldap.ErrorNetwork:
		return collect.Fail(facts.Timeout, "look whether the controller is overloaded", "no complete answer within %s", requestTimeout)
	case e.ResultCode >= ldap.ErrorNetwork: // the library's own codes
		return collect.Fail(facts.Protocol, "", "%s", oneLine(e.Err))
	}
	return explainResult(e)
}

func explainResult(e *ldap.Error) error {
	a := &answer{code: e.ResultCode, err: e}
	fail := &collect.Error{Class: facts.Protocol, Err: a}
	switch e.ResultCode {
	case ldap.LDAPResultNoSuchObject:
		fail.Class, a.text = facts.Missing, "no such object"
	case ldap.LDAPResultReferral:
		fail.Class, a.text = facts.Missing, "the controller does not hold this part of the directory"
		fail.Settle = "name a controller that holds it"
	case ldap.LDAPResultInsufficientAccessRights:
		fail.Class, a.text = facts.Rights, "access denied"
		fail.Settle = "let the account read the directory"
	case ldap.LDAPResultTimeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		fail.Class, a.text = facts.Timeout, "the controller gave up: "+oneLine(e.Err)
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		fail.Class, a.text = facts.Unreachable, "the controller is not in service: "+oneLine(e.Err)
	case ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired:
		fail.Class, a.text = facts.Rights, "the controller wants a signed or TLS connection"
		fail.Settle = "use ldaps or starttls"
	case ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultInappropriateAuthentication:
		fail.Class, a.text = facts.Rights, "the controller does not offer this way to sign in"
		fail.Settle = "use another authentication: simple over ldaps, ntlm or kerberos"
	default:
		a.text = strings.ToLower(ldap.LDAPResultCodeMap[e.ResultCode]) + ": " + oneLine(e.Err)
	}
	return fail
}

// connectError explains why no connection to a controller came about.
func connectError(ep endpoint, err error) error {
	class, settle := facts.Unreachable, fmt.Sprintf("open TCP port %s to %s, or name another controller", ep.port, ep.host)
	text := oneLine(err)
	var unverified *tls.CertificateVerificationError
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &unverified):
		text, settle = explainCertificate(ep, unverified)
	case errors.As(err, new(tls.RecordHeaderError)):
		text, settle = "what answers is not TLS", "use starttls or the port for ldaps"
	case errors.As(err, new(tls.AlertError)):
		text = "TLS was refused: " + text
		settle = "look which TLS versions and cipher suites the controller has; without any in common, use another security"
	case errors.As(err, &name):
		text, settle = "the name does not resolve: "+oneLine(name), "correct the name of the controller, or the DNS client of this machine"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		class, text = facts.Timeout, "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		text = "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		text = "the connection was reset"
	}
	if known, ok := errors.AsType[*collect.Error](err); ok {
		class, text = known.Class, oneLine(known)
		if known.Settle != "" {
			settle = known.Settle
		}
	}
	return &collect.Error{Class: class, Settle: settle, Err: &described{fmt.Sprintf("connect to %s: %s", ep, text), err}}
}

// explainCertificate says what is wrong with a controller's certificate, and
// what to do.
func explainCertificate(ep endpoint, err *tls.CertificateVerificationError) (text, settle string) {
	leaf := err.UnverifiedCertificates[0]
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err.Err, new(x509.HostnameError)) && len(leaf.DNSNames)+len(leaf.IPAddresses) == 0:
		return "its certificate has no subject alternative name", fmt.Sprintf("issue one that has %s as a subject alternative name", ep.host)
	case errors.As(err.Err, new(x509.HostnameError)):
		return fmt.Sprintf("its certificate is not for this name but for %s", strings.Join(namesOf(leaf), ", ")),
			"name the controller as its certificate does"
	case errors.As(err.Err, &invalid) && invalid.Reason == x509.Expired:
		return oneLine(err.Err), "renew the controller's certificate"
	case weakSignature(leaf.SignatureAlgorithm):
		// A certificate that is itself among those trusted needs no signature.
		return fmt.Sprintf("its certificate is signed with %s, which proves nothing any more", leaf.SignatureAlgorithm),
			fmt.Sprintf("put the certificate of %s itself into ca-file", ep.host)
	}
	return "its certificate cannot be trusted: " + oneLine(err.Err), "name the authority that issued it with ca-file"
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// described is an error with a text of its own.
type described struct {
	text string
	err  error
}

func (d *described) Error() string { return d.text }

func (d *described) Unwrap() error { return d.err }

// oneLine is an error's text without line breaks and the NULs that Active
// Directory ends its texts with.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r <= ' ' }), " ")
}

// guarded turns a panic into an error. The runner does so only for the
// goroutine that it started itself.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = collect.Fail(facts.Internal, "report this as a fault of lcshealth", "internal error: %v", p)
		}
	}()
	return f()
}
