package outline

import (
	"cmp"
	"slices"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report"
)

// How much is listed.
const (
	mostDates = 1000
	mostHosts = 8
	mostUses  = 8
)

// stale is the age from which what a host told is an old story.
const stale = 24 * time.Hour

// Dates lists the certificates that matter and the facts that are old. A
// certificate matters if a listener, outbound connections or a route use it, if
// it is shown on the wire, if it is an authority in the chain of such a one, or
// if it is issued to the server and waits in its store. Dates returns nil if
// there are none.
func Dates(d *facts.Deployment) *report.Dates {
	c := newCollection(d)
	for _, s := range d.Servers {
		c.server(s)
	}
	for _, e := range d.Wire.Endpoints {
		c.endpoint(e)
	}
	list := c.dates()
	for _, s := range d.Servers {
		if at := told(&s.Host); !at.IsZero() && d.CollectedAt.Sub(at) > stale {
			list = append(list, report.Dated{Kind: report.DateFacts, Name: "what the host told of itself", Hosts: []string{s.FQDN}, HostCount: 1, InUse: true, NotBefore: at})
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b report.Dated) int {
		return cmp.Or(compareUse(a, b), a.NotAfter.Compare(b.NotAfter), compareNames(a.Name, b.Name), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	out := &report.Dates{At: d.CollectedAt, List: list}
	if n := len(list) - mostDates; n > 0 {
		out.List, out.Omitted = list[:mostDates], n
	}
	return out
}

// compareUse puts what is in use first.
func compareUse(a, b report.Dated) int {
	switch {
	case a.InUse == b.InUse:
		return 0
	case a.InUse:
		return -1
	}
	return 1
}

// told is when a host told of itself, or the zero time if it did not.
func told(h *facts.Host) time.Time {
	for _, from := range []facts.Origin{h.System.Origin(), h.Services.Origin(), h.Listeners.Origin(), h.Certificates.Origin()} {
		if !from.At.IsZero() {
			return from.At
		}
	}
	return time.Time{}
}
