package com

import (
	"errors"
	"slices"

	"lcshealth/checks/collect/host/wmi"
)

// failed reports whether an HRESULT is one of failure.
func failed(hresult uint32) bool { return hresult&0x80000000 != 0 }

// check returns the status of an HRESULT, nil if it is one of success.
func check(hresult uint32) error {
	if !failed(hresult) {
		return nil
	}
	status := wmi.NewStatus(hresult)
	if status.Text == "" {
		status.Text = systemText(hresult)
	}
	return status
}

// breaks reports an error after which nothing more will come over a connection.
func breaks(err error) bool {
	status, ok := errors.AsType[*wmi.Status](err)
	return ok && slices.Contains([]uint32{
		0x80010007, // RPC_E_SERVER_DIED
		0x80010012, // RPC_E_SERVER_DIED_DNE
		0x80010108, // RPC_E_DISCONNECTED
		0x800401FD, // CO_E_OBJNOTCONNECTED
		0x800706BA, // RPC_S_SERVER_UNAVAILABLE
		0x800706BE, // RPC_S_CALL_FAILED
		0x800706BF, // RPC_S_CALL_FAILED_DNE
		0x80041015, // WBEM_E_TRANSPORT_FAILURE
		0x80041033, // WBEM_E_SHUTTING_DOWN
	}, status.Code)
}

// noPrivacy reports an error that says that the host does not encrypt. Others,
// such as a refused password, would come again without encryption, and
// every attempt brings an account closer to being locked.
func noPrivacy(err error) bool {
	status, ok := errors.AsType[*wmi.Status](err)
	return ok && slices.Contains([]uint32{
		0x800706D4, // RPC_S_UNKNOWN_AUTHN_LEVEL
		0x8007071D, // RPC_S_UNSUPPORTED_AUTHN_LEVEL
		0x80090302, // SEC_E_UNSUPPORTED_FUNCTION
		0x8009030A, // SEC_E_QOP_NOT_SUPPORTED
		0x80090329, // SEC_E_ENCRYPT_FAILURE
	}, status.Code)
}
