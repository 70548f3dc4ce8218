package dcom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
)

// loginError is a failure to authenticate that happened here.
type loginError struct{ err error }

func (e *loginError) Error() string { return "authenticate: " + e.err.Error() }
func (e *loginError) Unwrap() error { return e.err }

// bindError is a bind that the host refused.
type bindError struct {
	iface  bool // it refused the interface, and not the bind
	reason uint16
}

// Reasons to refuse a bind (C706 12.6.3.1, MS-RPCE 2.2.2.5).
var bindReasons = map[uint16]string{
	1: "it is too busy", 2: "it has no room", 4: "it speaks another version of RPC",
	8: "it does not know this kind of authentication", 9: "it takes the authentication for damaged",
}

func (e *bindError) Error() string {
	switch {
	case e.iface && e.reason == 1:
		return "there is no such interface"
	case e.iface:
		return fmt.Sprintf("the interface is refused (reason %d)", e.reason)
	}
	if text := bindReasons[e.reason]; text != "" {
		return fmt.Sprintf("the host refuses to talk: %s (reason %d)", text, e.reason)
	}
	return fmt.Sprintf("the host refuses to talk (reason %d)", e.reason)
}

// faultStatus is the status of a fault that is no HRESULT (C706 appendix E).
type faultStatus uint32

var faultTexts = map[faultStatus]string{
	0x000006F7: "the host could not decode the call",
	0x1C00001A: "the host lost the call's context",
	0x1C010002: "there is no such operation",
	0x1C010003: "there is no such interface",
	0x1C01000B: "the host takes the call for a violation of the protocol",
	0x1C010014: "the host is too busy",
	0x1C000008: "the host speaks another version of RPC",
}

func (s faultStatus) Error() string {
	if text := faultTexts[s]; text != "" {
		return fmt.Sprintf("%s (fault 0x%08X)", text, uint32(s))
	}
	return fmt.Sprintf("fault 0x%08X", uint32(s))
}

// Codes of Windows that faults may have, and what they are as HRESULT.
var faultHRESULTs = map[uint32]uint32{
	5:    0x80070005, // ERROR_ACCESS_DENIED
	1326: 0x8007052E, // ERROR_LOGON_FAILURE
	1722: 0x800706BA, // RPC_S_SERVER_UNAVAILABLE
	1825: 0x80070721, // RPC_S_SEC_PKG_ERROR
}

// faultOf is the error that a fault tells of.
func faultOf(p *pdu) error {
	if len(p.body) < 12 {
		return fmt.Errorf("a fault is cut after %d octets", len(p.raw))
	}
	status := binary.LittleEndian.Uint32(p.body[8:])
	if hresult, ok := faultHRESULTs[status]; ok {
		status = hresult
	}
	if status&0x80000000 != 0 {
		return wmi.NewStatus(status)
	}
	return faultStatus(status)
}

// What settles what goes wrong on the way.
const (
	settlePorts = "open TCP port 135 and the dynamic RPC ports in the firewalls on the way and on the host " +
		"(on Windows Server 2003: netsh firewall set service remoteadmin)"
	settleLogon = "correct the user name and the password, and see that the account may log on to the host over the network"
)

// unreached explains why there is no connection.
func unreached(ctx context.Context, what string, err error) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return collect.Fail(facts.Unreachable, "correct the name of the host, or DNS", "%s: the name is not resolved: %w", what, err)
	}
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
		return collect.Fail(facts.Timeout, settlePorts, "%s: no answer, as if a firewall dropped it: %w", what, err)
	}
	return collect.Fail(facts.Unreachable, settlePorts, "%s: %w", what, err)
}

// explain gives what went wrong while WMI was being reached its class, and what
// would settle it.
func explain(ctx context.Context, what, host string, err error) error {
	if _, ok := errors.AsType[*collect.Error](err); ok {
		return fmt.Errorf("%s: %w", what, err)
	}
	class, settle := facts.Protocol, ""
	bind, _ := errors.AsType[*bindError](err)
	login, _ := errors.AsType[*loginError](err)
	network, _ := errors.AsType[net.Error](err)
	status, _ := errors.AsType[*wmi.Status](err)
	switch {
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), network != nil && network.Timeout():
		class, settle = facts.Timeout, "see that "+host+" is not hanging, or allow it more time"
	case bind != nil && bind.iface:
		class, settle = facts.Missing, "see that "+host+" is a Windows with DCOM on (dcomcnfg): what answers there is no DCOM, as with Samba"
	case bind != nil && bind.reason == 8, login != nil:
		class, settle = facts.Rights, settleLogon+"; or use another authentication"
	case status != nil:
		class, settle = statusReason(status, host)
	case errors.Is(err, faultStatus(0x1C01000B)): // what Samba says of a wrong password
		settle = "see that the user name and the password are right"
	case errors.Is(err, errNoRPC):
		settle = "see what listens there; it should be the RPC service of Windows"
	}
	return collect.Fail(class, settle, "%s: %w", what, err)
}

// statusReason says what kind of failure to connect a status is.
func statusReason(status *wmi.Status, fqdn string) (class facts.Class, settle string) {
	const denied = "make the account a member of Administrators on %s, or grant it Remote Launch and Remote Activation (dcomcnfg) " +
		`and Remote Enable on root\cimv2 (wmimgmt.msc)`
	switch status.Code {
	case 0x80070005: // also what a host says of a wrong password
		return facts.Rights, fmt.Sprintf(denied, fqdn) + "; if the password may be wrong, " + settleLogon
	case 0x80041003:
		return facts.Rights, fmt.Sprintf(denied, fqdn)
	case 0x8007052E, 0x80070721:
		return facts.Rights, settleLogon
	case 0x80040154:
		return facts.Missing, "see that the service Windows Management Instrumentation (winmgmt) is there on " + fqdn
	case 0x80080005, 0x800706BA:
		return facts.Unreachable, "start the service Windows Management Instrumentation (winmgmt) on " + fqdn
	}
	return host.ClassOf(status.Code), ""
}
