package wire

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
)

func TestAlert(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		alert          alert
		text           string
		fatal, closing bool
	}{
		{alert{levelFatal, 48}, "unknown_ca (48)", true, false},
		{alert{levelWarning, 112}, "unrecognized_name (112)", false, false},
		{alert{levelWarning, 0}, "close_notify (0)", true, true},
		{alert{levelWarning, 90}, "user_canceled (90)", true, true},
		{alert{levelFatal, 201}, "unknown alert (201)", true, false},
	} {
		if got := test.alert; got.String() != test.text || got.fatal() != test.fatal || got.closing() != test.closing {
			t.Errorf("%s, fatal %t, closing %t; want %+v", got, got.fatal(), got.closing(), test)
		}
	}
}

// Every alert that crypto/tls tells of is recognised, whether it has a name for
// it or not.
func TestRemoteAlert(t *testing.T) {
	t.Parallel()
	for n := range 256 {
		got, ok := remoteAlert(&net.OpError{Op: "remote error", Err: tls.AlertError(uint8(n))})
		if !ok || got.description != uint8(n) {
			t.Errorf("alert %d is taken for %d, %t", n, got.description, ok)
		}
	}
	for _, err := range []error{io.EOF, &net.OpError{Op: "read", Err: tls.AlertError(48)}, &net.OpError{Op: "remote error", Err: errors.New("other")}} {
		if got, ok := remoteAlert(err); ok {
			t.Errorf("%v is taken for %s", err, got)
		}
	}
}
