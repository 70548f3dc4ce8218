package preflight

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

// serverDone looks whether a server was installed as planned.
func serverDone(d *facts.Deployment, p *plan.Server, files Files) (Done, []Issue) {
	s := d.Server(p.Name)
	if s == nil {
		if _, why := d.Directory.Servers.Get(); why != nil {
			return DoneUnknown, []Issue{cannotTell("not-done", why)}
		}
		return NotDone, []Issue{noGo("not-done", p.Name+" is no server of the deployment")}
	}
	wrong, open := serverDiffers(d, s, p, files)
	switch {
	case len(wrong) > 0:
		return DoneDifferently, []Issue{noGo("done-differently", p.Name+": "+strings.Join(wrong, "; "))}
	case open != nil:
		return DoneUnknown, []Issue{cannotTell("not-done", open)}
	}
	return DoneAsPlanned, nil
}

// serverDiffers says what of a server is not as planned. The reason is not nil
// if something of it was not observed.
func serverDiffers(d *facts.Deployment, s *facts.Server, p *plan.Server, files Files) (wrong []string, open *facts.Unknown) {
	if role, why := s.Role.Get(); why != nil {
		open = why
	} else if role != p.RoleOf() && (role != facts.RoleHoldsNone || p.RoleOf() == facts.RoleHome) {
		wrong = append(wrong, "it is a "+string(role)+", not a "+p.Role)
	}
	if generation, why := s.Generation.Get(); why != nil {
		open = why
	} else if generation != p.GenerationOf() {
		wrong = append(wrong, "it runs "+string(generation))
	}
	for _, e := range d.Wire.Endpoints {
		has, why := e.Addresses.Get()
		if why != nil || len(p.Addresses) == 0 || !strings.EqualFold(e.Host, p.Name) {
			continue // an address that DNS does not tell is none that differs
		}
		if !slices.ContainsFunc(has, func(a string) bool { return contains(p.Addresses, a) }) {
			wrong = append(wrong, "its addresses are "+strings.Join(has, ", "))
			break
		}
	}
	if routing, why := s.Host.Routing.Get(); p.Certificate != "" {
		if why != nil {
			open = why
		} else if !selects(routing.Certificate, files[p.Certificate]) {
			wrong = append(wrong, "another certificate than that of "+p.Certificate+" is selected for outbound connections")
		}
	}
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		return wrong, why
	}
	for i := range p.Listeners {
		if text := listenerDiffers(listeners, &p.Listeners[i], pick(p.Listeners[i].Certificate, p.Certificate), files); text != "" {
			wrong = append(wrong, text)
		}
	}
	return wrong, open
}

// listenerDiffers says what of a listener is not as planned.
func listenerDiffers(listeners []facts.Listener, want *plan.Listener, file string, files Files) string {
	at := slices.IndexFunc(listeners, func(l facts.Listener) bool {
		return l.Enabled && l.Port == want.Port && string(l.Transport) == want.Transport
	})
	name := fmt.Sprintf("%s listener on port %d", want.Transport, want.Port)
	switch {
	case at < 0:
		return "it has no enabled " + name
	case listeners[at].TreatAsTrusted != want.Trusted:
		return fmt.Sprintf("connections of the %s are treated as trusted: %t", name, listeners[at].TreatAsTrusted)
	case want.Transport != "TCP" && file != "" && !selects(listeners[at].Certificate, files[file]):
		return "another certificate than that of " + file + " is selected for the " + name
	}
	return ""
}

// selects reports whether a setting names the certificate of a file.
func selects(ref facts.CertificateRef, file []byte) bool {
	b, err := parse(file)
	if err != nil {
		return false
	}
	_, found := pki.Find([]pki.Stored{{Certificate: b.leaf}}, ref)
	return found
}
