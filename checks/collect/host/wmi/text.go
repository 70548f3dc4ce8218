package wmi

// NewStatus returns the status for an HRESULT, with what it means if that is
// known (WBEMSTATUS, winerror.h).
func NewStatus(hresult uint32) *Status {
	return &Status{Code: hresult, Text: statusTexts[hresult]}
}

var statusTexts = map[uint32]string{
	0x80041001: "WMI failed",
	0x80041002: "not found",
	0x80041003: "access denied by WMI",
	0x80041004: "the provider failed",
	0x80041006: "WMI is out of memory",
	0x80041008: "invalid parameter",
	0x8004100A: "WMI met a critical error",
	0x8004100C: "not supported",
	0x8004100E: "there is no such namespace",
	0x80041010: "there is no such class",
	0x80041011: "the provider is not registered",
	0x80041013: "the provider could not be loaded",
	0x80041014: "a part of WMI could not be started",
	0x80041015: "WMI lost its connection",
	0x80041017: "the query is not valid",
	0x80041032: "the call was cancelled",
	0x80041033: "WMI is shutting down",
	0x80041045: "the server is too busy",
	0x80041062: "a privilege is missing",
	0x80041068: "the quota of WMI is used up",
	0x80041069: "WMI took too long",
	0x80070002: "not found",
	0x80070005: "access denied",
	0x8007000E: "out of memory",
	0x80070035: "the network path was not found",
	0x8007052E: "unknown user name or wrong password",
	0x800706BA: "the RPC server is unavailable",
	0x800706BE: "the remote procedure call failed",
	0x800706BF: "the remote procedure call failed and was not executed",
	0x80010108: "the object is no longer there",
	0x80040154: "the class is not registered",
	0x80080005: "the server could not be started",
	0x800401FD: "the object is not connected",
}
