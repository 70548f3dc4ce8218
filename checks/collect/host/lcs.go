package host

import (
	"math"
	"strings"

	"lcshealth/checks/facts"
)

// The classes of Live Communications Server are those that the SDK of LCS 2005
// documents, in root\cimv2. No document of LCS 2003 names them, so a class that
// is not there is missing and no fault.

// Microsoft's own spelling comes first.
var treatAsTrusted = []string{"TreatAllConnetionsAsTrusted", "TreatAllConnectionsAsTrusted"}

// listener decodes MSFT_SIPListeningAddressData.
func (d *Decoder) listener(_ *part, r *row) func() {
	r.need("Enabled")
	r.need("Port")
	l := facts.Listener{
		ID: r.text("InstanceID"), Enabled: r.flag("Enabled"),
		Address: r.text("IPAddress"), Port: int(r.number(1, math.MaxUint16, "Port")),
		Transport: transport(r, "TransportType"), Certificate: certificateRef(r),
		TreatAsTrusted: r.flag(treatAsTrusted...), TreatAsServer: r.flag("TreatAllConnectionsAsServer"),
	}
	return func() { d.got.listeners = append(d.got.listeners, l) }
}

// defaultPort is that of MSFT_SIPRoutingSetting.DefaultPort if none is set.
const defaultPort = 5061

// routing decodes MSFT_SIPRoutingSetting, which has one instance.
func (d *Decoder) routing(_ *part, r *row) func() {
	s := facts.RoutingSetting{DefaultPort: int(r.number(0, math.MaxUint16, "DefaultPort")), Certificate: certificateRef(r)}
	if s.DefaultPort == 0 {
		s.DefaultPort = defaultPort
	}
	return func() { d.got.routing = append(d.got.routing, s) }
}

// route decodes MSFT_SIPRoutingTableData.
func (d *Decoder) route(_ *part, r *row) func() {
	r.need("Enabled")
	r.need("MatchURI")
	r.need("NextHop")
	route := facts.StaticRoute{
		ID: r.text("InstanceID"), Enabled: r.flag("Enabled"),
		MatchURI: r.text("MatchURI"), NextHop: r.text("NextHop"), Port: int(r.number(0, math.MaxUint16, "NextHopPort")),
		Transport: transport(r, "NextHopTransport"), Certificate: certificateRef(r),
		TreatAsTrusted: r.flag(treatAsTrusted...), TreatAsServer: r.flag("TreatAllConnectionsAsServer"),
	}
	return func() { d.got.routes = append(d.got.routes, route) }
}

// authorizedHost decodes MSFT_SIPRemoteAddressData.
func (d *Decoder) authorizedHost(_ *part, r *row) func() {
	r.need("Server")
	h := facts.AuthorizedHost{
		ID: r.text("InstanceID"), Host: r.text("Server"), OutboundOnly: r.flag("OutboundOnly"),
		ThrottleAsServer: r.flag("ThrottleAsServer"), TreatAsAuthenticated: r.flag("TreatAsAuthenticated"),
	}
	return func() { d.got.authorized = append(d.got.authorized, h) }
}

// serverSetting decodes MSFT_SIPESServerSetting, which has one instance for
// each server of the forest. Only that of this host is kept.
func (d *Decoder) serverSetting(_ *part, r *row) func() {
	r.need("FQDN")
	if r.err == nil && !sameHost(r.text("FQDN"), d.fqdn) {
		return func() {}
	}
	r.need("HomeUsers", "ESInstalled")
	s := facts.ServerSetting{
		HomesUsers:   r.flag("HomeUsers", "ESInstalled"),
		MajorVersion: int(r.number(0, math.MaxInt32, "MajorVersion")),
		MinorVersion: int(r.number(0, math.MaxInt32, "MinorVersion")),
	}
	return func() { d.got.settings = append(d.got.settings, s) }
}

// transport reads the name of a transport. One that is not known spoils the
// row: a listener left out would look like one that is not there.
func transport(r *row, name string) facts.Transport {
	text := r.text(name)
	switch t := facts.Transport(strings.ToUpper(strings.TrimSpace(text))); t {
	case facts.TCP, facts.TLS, facts.MTLS:
		return t
	}
	r.fail("%s is %s, not TCP, TLS or MTLS", name, describe(text))
	return ""
}

// certificateRef reads the issuer and serial number that name a certificate.
func certificateRef(r *row) facts.CertificateRef {
	return facts.CertificateRef{Issuer: r.octets("TLSCertIssuer"), Serial: r.octets("TLSCertSN")}
}

// sameHost compares host names as DNS does.
func sameHost(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
