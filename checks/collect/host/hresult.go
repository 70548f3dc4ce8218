package host

import "lcshealth/checks/facts"

// ClassOf says what kind of failure an HRESULT is that a query of WMI, or of
// the system below it, ended with (WBEMSTATUS, winerror.h). One that is not
// known is [facts.Protocol]: there was an answer, and it was of no use.
func ClassOf(hresult uint32) facts.Class {
	switch hresult {
	case 0x80041003, // WBEM_E_ACCESS_DENIED
		0x80041062, // WBEM_E_PRIVILEGE_NOT_HELD
		0x80070005: // E_ACCESSDENIED
		return facts.Rights
	case 0x80041002, // WBEM_E_NOT_FOUND
		0x8004100E, // WBEM_E_INVALID_NAMESPACE
		0x80041010, // WBEM_E_INVALID_CLASS
		0x80070002, // ERROR_FILE_NOT_FOUND
		0x80070003: // ERROR_PATH_NOT_FOUND
		return facts.Missing
	case 0x80041015, // WBEM_E_TRANSPORT_FAILURE
		0x800706BA, // RPC_S_SERVER_UNAVAILABLE
		0x800706BF: // RPC_S_CALL_FAILED_DNE
		return facts.Unreachable
	case 0x80041069, // WBEM_E_TIMED_OUT
		0x800705B4: // ERROR_TIMEOUT
		return facts.Timeout
	}
	return facts.Protocol
}
