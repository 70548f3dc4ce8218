package main

import (
	"crypto/x509"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// probeJSON is what probe writes as JSON: the facts as a facts file has them,
// with each certificate that could be parsed in words beside its octets.
type probeJSON struct {
	Endpoints []endpointJSON       `json:"endpoints"`
	Records   []facts.ClientRecord `json:"records,omitempty"`
	SignIns   []facts.SignInProbe  `json:"signIns,omitempty"`
	Sources   []facts.Source       `json:"sources"`
}

type endpointJSON struct {
	*facts.Endpoint
	Certificates  []certificateJSON `json:"certificates,omitempty"` // as in tls.chain
	AcceptableCAs []string          `json:"acceptableCAs,omitempty"`
	ChainEnd      string            `json:"chainEnd,omitempty"`
}

type certificateJSON struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	Names     []string  `json:"names,omitempty"`
	Purposes  string    `json:"purposes"`
	Key       string    `json:"key"`
	KeyBits   int       `json:"keyBits"`
	Signature string    `json:"signature"`
	Error     string    `json:"error,omitempty"` // why it could not be parsed
}

// chainEnds are the words for the ends of chains.
var chainEnds = map[pki.End]string{
	pki.Trusted: "trusted", pki.SelfSigned: "self-signed", pki.IssuerMissing: "issuer-missing", pki.WrongIssuer: "wrong-issuer", pki.Unchecked: "unchecked",
}

func accountJSON(d *facts.Deployment, roots []*x509.Certificate) probeJSON {
	out := probeJSON{Endpoints: []endpointJSON{}, Records: d.Wire.Records, SignIns: d.Wire.SignIns, Sources: d.Sources}
	for _, e := range d.Wire.Endpoints {
		j := endpointJSON{Endpoint: e}
		answer, _ := e.TLS.Get() // its own field says why not
		var chain []*x509.Certificate
		for _, der := range answer.Chain {
			c, err := x509.ParseCertificate(der)
			if err != nil {
				j.Certificates = append(j.Certificates, certificateJSON{Error: err.Error()})
				continue
			}
			chain = append(chain, c)
			j.Certificates = append(j.Certificates, certificateJSON{
				Subject: pki.RawName(c.RawSubject), Issuer: pki.RawName(c.RawIssuer), Serial: c.SerialNumber.Text(16),
				NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Names: pki.Names(c), Purposes: purposes(c),
				Key: c.PublicKeyAlgorithm.String(), KeyBits: pki.KeyBits(c), Signature: c.SignatureAlgorithm.String(),
			})
		}
		if len(chain) > 0 {
			j.ChainEnd = chainEnds[pki.Walk(chain[0], chain[1:], roots).End]
		}
		for _, name := range answer.AcceptableCAs {
			j.AcceptableCAs = append(j.AcceptableCAs, pki.RawName(name))
		}
		out.Endpoints = append(out.Endpoints, j)
	}
	return out
}
