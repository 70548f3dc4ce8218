package catalog

import (
	"fmt"

	"lcshealth/checks/facts"
)

// exitMeanings are exit codes of services that say what happened: those of
// Windows (winerror.h), and those of Live Communications Server that are
// documented, the latter with their articles.
var exitMeanings = map[uint32]string{
	1053:       "it did not answer the request to start in time",
	1066:       "it gave a code of its own, which was not told",
	1067:       "the process ended unexpectedly",
	1068:       "a service that it depends on did not start",
	1069:       "its account could not log on",
	1077:       "nobody has tried to start it since the host was booted",
	0xC3E93C23: "licence check failed; the update KB 974571 does that",
	0xC3E93C62: "no default certificate for outbound connections, SIPPROXY_E_NO_DEFAULT_OUTGOING_CERT",
	0xC3EC7821: "invalid service principal names, KB 915115",
}

// describeExit says with what code a service stopped, or nothing if with none.
func describeExit(s facts.Service) string {
	if s.ExitCode == 0 {
		return ""
	}
	text := fmt.Sprintf("exit code %d (0x%08X)", s.ExitCode, s.ExitCode)
	if s.OwnExitCode {
		text = "service-specific " + text
	}
	if isLCSCode(s.ExitCode) {
		text += ", a code of Live Communications Server"
	}
	if meaning, known := exitMeanings[s.ExitCode]; known && (!s.OwnExitCode || isLCSCode(s.ExitCode)) {
		text += ": " + meaning
	}
	return text
}

// isLCSCode reports whether a code is an HRESULT of one of the facilities of
// Live Communications Server, 0x3E9 and 0x3EC.
func isLCSCode(code uint32) bool { return code>>16 == 0xC3E9 || code>>16 == 0xC3EC }
