package webhook_test

import (
	"crypto/tls"
	"io"
	"log"

	"lcshealth/checks/facts/pki/pkitest"
)

func tlsOf(issued *pkitest.Issued) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{issued.TLS()}, MinVersion: tls.VersionTLS12}
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
