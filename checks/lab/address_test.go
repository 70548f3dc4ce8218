package lab_test

import (
	"net"
	"slices"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/lab"
	"lcshealth/checks/lab/peer"
	"lcshealth/config"

	"github.com/google/go-cmp/cmp"
)

// Every host has an address of its own, if the system has so many.
func TestOwnAddresses(t *testing.T) {
	t.Parallel()
	if ln, err := net.Listen("tcp", "127.0.1.1:0"); err != nil {
		peer.Lack(t, "this system has no loopback address but 127.0.0.1")
	} else if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"lcs01.contoso.com": "127.0.1.3", "lcs02.emea.contoso.com": "127.0.1.4", "fe01.contoso.com": "127.0.1.5", "px01.contoso.com": "127.0.1.6",
		"gateway.contoso.com": "127.0.1.7", "sip.fabrikam.com": "127.0.1.5",
	}
	if diff := cmp.Diff(want, addressesOf(t, start(t, "pstn-trust-on-client-server"))); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// Where there is but one address, the lab is as sound.
func TestOneAddress(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20, OneAddress: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if diff := cmp.Diff([]string(nil), check(t, l).shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for host, address := range addressesOf(t, l) {
		if address != "127.0.0.1" {
			t.Errorf("%s has the address %s", host, address)
		}
	}
}

// addressesOf are those that a check sees of what listens, and of the name by
// which clients of another SIP domain find their server.
func addressesOf(t *testing.T, l *lab.Lab) map[string]string {
	t.Helper()
	out := map[string]string{}
	d := check(t, l).deployment
	for _, e := range d.Wire.Endpoints {
		addresses, why := e.Addresses.Get()
		if why != nil || len(addresses) != 1 || out[e.Host] != "" && out[e.Host] != addresses[0] {
			t.Errorf("%s:%d has the addresses %q, and %s: %v", e.Host, e.Port, addresses, out[e.Host], why)
			continue
		}
		out[e.Host] = addresses[0]
	}
	for _, r := range d.Wire.Records {
		if targets, _ := r.Targets.Get(); r.Type == "A" && len(targets) == 1 {
			out[r.Name] = targets[0].Host
		}
	}
	return out
}

// DNS knows a server from its announcement on, and a SIP domain too. Nobody
// answers there yet, and no check looks.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	l := start(t)
	address, ports, err := l.Announce(t.Context(), "fe02.contoso.com", 2)
	if err != nil || len(ports) != 2 || ports[0] == ports[1] {
		t.Fatalf("announced at %s %v: %v", address, ports, err)
	}
	if err := l.AnnounceDomain("tailspintoys.com"); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	resolver := collect.Dialer(cfg.DNS.Resolver, cfg.Timeouts.Connect).Resolver
	known, err := resolver.LookupHost(t.Context(), "fe02.contoso.com")
	if err != nil || !slices.Equal(known, []string{address}) {
		t.Errorf("fe02.contoso.com has the addresses %v, not %s: %v", known, address, err)
	}
	if _, records, err := resolver.LookupSRV(t.Context(), "sip", "tls", "tailspintoys.com"); err != nil || len(records) != 1 {
		t.Errorf("service records = %v: %v", records, err)
	}
	if diff := cmp.Diff([]string(nil), check(t, l).shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
