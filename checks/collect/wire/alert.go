package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// The alerts that mean no more than that the peer is about to close.
const (
	alertCloseNotify  = 0
	alertUserCanceled = 90
)

// The levels of an alert (RFC 5246, section 7.2). A warning ends nothing.
const (
	levelWarning = 1
	levelFatal   = 2
)

// alertNames are the names of RFC 8446, section 6, and of those that it
// dropped: RFC 5246, section 7.2, RFC 2246 and, for no_certificate, RFC 6101.
var alertNames = map[uint8]string{
	alertCloseNotify: "close_notify",
	10:               "unexpected_message",
	20:               "bad_record_mac",
	21:               "decryption_failed",
	22:               "record_overflow",
	30:               "decompression_failure",
	40:               "handshake_failure",
	41:               "no_certificate",
	42:               "bad_certificate",
	43:               "unsupported_certificate",
	44:               "certificate_revoked",
	45:               "certificate_expired",
	46:               "certificate_unknown",
	47:               "illegal_parameter",
	48:               "unknown_ca",
	49:               "access_denied",
	50:               "decode_error",
	51:               "decrypt_error",
	60:               "export_restriction",
	70:               "protocol_version",
	71:               "insufficient_security",
	80:               "internal_error",
	86:               "inappropriate_fallback",

	alertUserCanceled: "user_canceled",

	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
}

// alert is an alert record in clear.
type alert struct{ level, description uint8 }

// fatal reports whether nothing more is to be expected of who sent it.
func (a alert) fatal() bool {
	return a.level != levelWarning || a.description == alertCloseNotify || a.description == alertUserCanceled
}

// String gives name and number, as in "unknown_ca (48)".
func (a alert) String() string {
	name, known := alertNames[a.description]
	if !known {
		name = "unknown alert"
	}
	return fmt.Sprintf("%s (%d)", name, a.description)
}

// closing reports whether an alert only announces the end of the connection.
func (a alert) closing() bool {
	return a.description == alertCloseNotify || a.description == alertUserCanceled
}

// remoteAlert returns the alert of the peer that an error of crypto/tls tells
// of. The type of such an alert is not exported and does not match
// [tls.AlertError], but its text is the same.
func remoteAlert(err error) (alert, bool) {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return alert{}, false
	}
	for description := range 256 {
		if tls.AlertError(uint8(description)).Error() == op.Err.Error() {
			return alert{levelFatal, uint8(description)}, true
		}
	}
	return alert{}, false
}
