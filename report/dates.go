package report

import "time"

// Dates are the facts of a deployment that hold only for a time. Those in use
// come first, and among them those that end first.
type Dates struct {
	At      time.Time `json:"at"` // when the facts were gathered, which is what the dates are measured against
	List    []Dated   `json:"list,omitempty"`
	Omitted int       `json:"omitted,omitempty"` // how many were left out of the end of the list
}

// Dated is one such fact.
type Dated struct {
	Kind DateKind `json:"kind"`
	// Name says what it is: for a certificate its subject.
	Name string `json:"name"`
	// Hosts are where it was seen, the first ones by name, of HostCount.
	Hosts     []string `json:"hosts"`
	HostCount int      `json:"hostCount"` // all of the hosts, also those that Hosts leaves out
	// Uses are what it is used for, such as "the TLS listener on port 5061".
	Uses []string `json:"uses,omitempty"`
	// InUse is false for a certificate that is issued to the server, and that
	// no setting names.
	InUse bool `json:"inUse"`
	// Authority is true for the certificate of an authority in the chain of
	// one that is used.
	Authority   bool      `json:"authority,omitempty"`
	Serial      string    `json:"serial,omitempty"`      // of a certificate, in hexadecimal
	Fingerprint string    `json:"fingerprint,omitempty"` // SHA-1 of a certificate, in hexadecimal, as Windows shows it
	NotBefore   time.Time `json:"notBefore,omitzero"`
	NotAfter    time.Time `json:"notAfter,omitzero"`
}

// DateKind is the kind of a dated fact.
type DateKind string

// The kinds of dated facts.
const (
	DateCertificate DateKind = "certificate" // valid from notBefore to notAfter
	DateFacts       DateKind = "facts"       // what a host told earlier, at notBefore, in a file
)
