package host

import (
	"math"
	"strings"

	"lcshealth/checks/facts"
)

// servedDomain decodes MSFT_SIPDomainData. LCS 2005 has just the address.
func (d *Decoder) servedDomain(_ *part, r *row) func() {
	r.need("Address")
	s := facts.ServedDomain{Name: strings.TrimSpace(r.text("Address")), Authoritative: r.told("Authoritative"), Default: r.told("DefaultDomain")}
	return func() { d.got.domains = append(d.got.domains, s) }
}

// move decodes MSFT_SIPESUserSetting. Only users being moved are asked for;
// others are passed over.
func (d *Decoder) move(_ *part, r *row) func() {
	m := facts.Move{
		Address: r.text("PrimaryURI"), AccountDN: r.text("UserDN"),
		HomeServer: r.text("HomeServerDN"), Target: strings.TrimSpace(r.text("TargetServerDNIfMoving")),
	}
	if m.Target == "" {
		return func() {}
	}
	if m.Address == "" && m.AccountDN == "" {
		r.fail("neither PrimaryURI nor UserDN says who is being moved")
	}
	return func() { d.got.moves = append(d.got.moves, m) }
}

// trustedServer decodes MSFT_SIPESTrustedServerSetting.
func (d *Decoder) trustedServer(_ *part, r *row) func() {
	r.need("FQDN")
	s := facts.TrustedServer{FQDN: r.text("FQDN")}
	if _, v := r.get("Version"); v != nil {
		version := int(r.number(0, math.MaxInt32, "Version"))
		s.Version = &version
	}
	return func() { d.got.trusted = append(d.got.trusted, s) }
}

// application decodes MSFT_SIPApplicationSetting.
func (d *Decoder) application(_ *part, r *row) func() {
	r.need("InstanceID")
	r.need("Enabled")
	a := facts.Application{
		ID: r.text("InstanceID"), Name: r.text("Name"), URI: r.text("URI"), Enabled: r.flag("Enabled"), Critical: r.flag("Critical"),
	}
	return func() { d.got.applications = append(d.got.applications, a) }
}

// applicationState decodes MSFT_SIPApplicationElement, which has the same
// InstanceID as the setting of its application.
func (d *Decoder) applicationState(_ *part, r *row) func() {
	r.need("InstanceID")
	r.need("Running")
	id, runs := strings.ToLower(r.text("InstanceID")), r.flag("Running")
	return func() { d.got.running[id] = runs }
}

// module decodes MSFT_SIPLoadedExtensionModuleElement.
func (d *Decoder) module(_ *part, r *row) func() {
	r.need("InstanceID")
	r.need("ExecutionStatus")
	m := facts.Module{ID: r.text("InstanceID"), Status: r.text("ExecutionStatus")}
	return func() { d.got.modules = append(d.got.modules, m) }
}

// replicator decodes MSFT_SIPUserReplicatorSetting, which has one instance.
func (d *Decoder) replicator(_ *part, r *row) func() {
	r.need("ReplicationCycleInterval")
	s := facts.ReplicatorSetting{CycleInterval: int(r.unsigned("ReplicationCycleInterval")), RegenerateCookies: r.flag("RegenerateCookiesNow")}
	return func() { d.got.replicators = append(d.got.replicators, s) }
}

// proxySecurity decodes MSFT_SIPProxySecuritySetting, which has one instance.
func (d *Decoder) proxySecurity(_ *part, r *row) func() {
	r.need("ClientToProxyAuth")
	s := facts.SecuritySetting{Authentication: r.list("ClientToProxyAuth"), Realm: r.text("Realm")}
	return func() { d.got.security = append(d.got.security, s) }
}

// withStates gives each application its state.
func (d *Decoder) withStates() []facts.Application {
	var out []facts.Application
	for _, a := range d.got.applications {
		if runs, told := d.got.running[strings.ToLower(a.ID)]; told {
			a.Running = &runs
		}
		out = append(out, a)
	}
	return out
}
