package lab_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A new certificate mends what was wrong with the old one, wherever that was.
func TestCarryOutCures(t *testing.T) {
	t.Parallel()
	for fault, host := range map[string]string{
		"outbound-certificate-missing":  "fe01.contoso.com",
		"mtls-not-configured":           "lcs02.emea.contoso.com",
		"client-authentication-missing": "lcs02.emea.contoso.com",
		"certificate-name-mismatch":     "lcs02.emea.contoso.com",
		"certificate-expiring":          "px01.contoso.com",
		"certificate-renewed-in-place":  "px01.contoso.com",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			l := start(t, fault)
			p, u := parse(t, fmt.Sprintf("certificates: [{server: %s, file: own.pem}]", host))
			if err := l.CarryOut(t.Context(), p, u, map[string][]byte{"own.pem": issue(t, l, host)}, nil); err != nil {
				t.Fatal(err)
			}
			o := check(t, l)
			if diff := cmp.Diff([]string(nil), o.shows()); diff != "" {
				t.Errorf("findings (-want +got):\n%s%s", diff, o.explain())
			}
		})
	}
}

// What a fault has stopped stays so, on the port that it had.
func TestCarryOutStopped(t *testing.T) {
	t.Parallel()
	l := start(t, "server-service-stopped", "sql-service-stopped", "source:wire")
	configured := read(t, l)
	p, u := parse(t, "domains: {add: [tailspintoys.com]}")
	if err := l.CarryOut(t.Context(), p, u, nil, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(configured), string(read(t, l))); diff != "" {
		t.Errorf("configuration (-before +after):\n%s", diff)
	}
}
