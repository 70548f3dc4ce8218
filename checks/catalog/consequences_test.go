package catalog_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// One dead database is one critical finding with what follows from it below,
// not forty.
func TestDeadDatabase(t *testing.T) {
	w := healthy()
	w.setService(lcs02, "MSSQL$RTC", stopped)
	w.hideDatabase(lcs02)
	w.Server(lcs02).Host.Routes = facts.NotObserved[[]facts.StaticRoute](hidden)
	w.setEvents(lcs02, facts.Event{Source: connector, Type: "error", At: noon, Message: "cannot write"})
	top, folded := foldedUnder(w.judge(t), "sql-service-stopped/"+lcs02)
	if diff := cmp.Diff([]string{"sql-service-stopped/" + lcs02}, top); diff != "" {
		t.Errorf("findings of their own (-want +got):\n%s", diff)
	}
	want := []string{
		"directory-connector-errors/" + lcs02, "user-sid-invalid/" + of02, "stale-user-entry/" + of02,
		"user-missing-from-database/" + of02, "user-entry-damaged/" + of02, "static-route-invalid/" + lcs02,
		"certificate-renewed-in-place/" + lcs02, "client-authentication-missing/" + lcs02, "certificate-name-mismatch/" + lcs02,
		"pstn-trust-on-client-server/" + lcs02, "certificate-expiring/" + lcs02,
	}
	if diff := cmp.Diff(want, folded); diff != "" {
		t.Errorf("findings that follow (-want +got):\n%s", diff)
	}
}

// What the connector did not bring follows from its errors, on its own server
// only.
func TestConnectorErrorsExplainMissingUsers(t *testing.T) {
	w := healthy()
	w.user("diego@contoso.com").Entries = nil // of lcs02
	w.user("adele@contoso.com").Entries = nil // of lcs01
	w.setEvents(lcs02, facts.Event{Source: connector, Type: "error", At: noon})
	top, folded := foldedUnder(w.judge(t), "directory-connector-errors/"+lcs02)
	want := []string{"user-missing-from-database/" + of01 + "/missing/major", "directory-connector-errors/" + lcs02}
	if diff := cmp.Diff(want, top); diff != "" {
		t.Errorf("findings of their own (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"user-missing-from-database/" + of02 + "/missing/major"}, folded); diff != "" {
		t.Errorf("findings that follow (-want +got):\n%s", diff)
	}
}

// What is wrong for a reason of its own is not put down to a service that is
// stopped too.
func TestFaultsOfTheirOwn(t *testing.T) {
	w := healthy()
	w.setService(lcs01, "MSSQL$RTC", stopped)
	w.route(lcs01, func(r *facts.StaticRoute) { r.NextHop = "" })
	top, _ := foldedUnder(w.judge(t), "sql-service-stopped/"+lcs01)
	if want := "static-route-invalid/" + lcs01; !slices.Contains(top, want) {
		t.Errorf("%s is not among the findings of their own: %q", want, top)
	}

	w = healthy()
	w.setService(lcs01, "RTCSRV", stopped)
	w.refuse(lcs01, 5060, 5061, 5062)
	w.listener(lcs01, facts.MTLS, func(l *facts.Listener) { l.Certificate = facts.CertificateRef{} })
	top, folded := foldedUnder(w.judge(t), "server-service-stopped/"+lcs01)
	if want := "mtls-not-configured/" + lcs01; !slices.Contains(top, want) {
		t.Errorf("%s is not among the findings of their own: %q", want, top)
	}
	if want := "no-tls-listener/" + lcs01; !slices.Contains(folded, want) {
		t.Errorf("%s, which only refuses connections, does not follow: %q", want, folded)
	}
}

// A certificate that was renewed is one finding, with what no longer works for
// it below.
func TestRenewedCertificate(t *testing.T) {
	w := healthy()
	for _, use := range uses {
		w.renew(lcs01, use)
	}
	top, folded := foldedUnder(w.judge(t), "certificate-renewed-in-place/"+lcs01)
	if diff := cmp.Diff([]string{"certificate-renewed-in-place/" + lcs01}, top); diff != "" {
		t.Errorf("findings of their own (-want +got):\n%s", diff)
	}
	want := []string{"no-tls-listener/" + lcs01, "mtls-not-configured/" + lcs01, "outbound-certificate-missing/" + lcs01, "static-route-invalid/" + lcs01}
	if diff := cmp.Diff(want, folded); diff != "" {
		t.Errorf("findings that follow (-want +got):\n%s", diff)
	}

	// That the old one will expire, which the wire alone still shows, is no news.
	w = healthy()
	w.replace(lcs01, "tls", until(lcs01, 3*days))
	old := issuedOnce(authorities().issuing, until(lcs01, 3*days))
	edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
		if string(c.DER) == string(old.Raw) {
			c.DER = issuedOnce(authorities().issuing, until(lcs01, 365*days)).Raw
		}
	})
	top, folded = foldedUnder(w.judge(t), "certificate-renewed-in-place/"+lcs01)
	if diff := cmp.Diff([]string{"certificate-renewed-in-place/" + lcs01}, top); diff != "" {
		t.Errorf("findings of their own (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"no-tls-listener/" + lcs01, "certificate-expiring/" + lcs01}, folded); diff != "" {
		t.Errorf("findings that follow (-want +got):\n%s", diff)
	}

	// A route that is wrong besides is so for a reason of its own, and so is
	// a port that is dead though the server runs.
	w = healthy()
	w.renew(lcs01, "route")
	w.refuse(lcs01, 5061)
	w.route(lcs01, func(r *facts.StaticRoute) { r.NextHop = "" })
	top, folded = foldedUnder(w.judge(t), "certificate-renewed-in-place/"+lcs01)
	if diff := cmp.Diff([]string{"no-tls-listener/" + lcs01, "static-route-invalid/" + lcs01, "certificate-renewed-in-place/" + lcs01}, top); diff != "" || len(folded) > 0 {
		t.Errorf("findings of their own (-want +got):\n%s\nfindings that follow: %q", diff, folded)
	}
}

// A port that is dead since the server is stopped is no renewal of its own.
func TestStoppedServerExplainsDeadPorts(t *testing.T) {
	w := healthy()
	w.setService(lcs01, "RTCSRV", stopped)
	w.refuse(lcs01, 5060, 5061, 5062)
	w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14336, Type: "error", At: noon.Add(-days)})
	_, folded := foldedUnder(w.judge(t), "server-service-stopped/"+lcs01)
	for _, id := range []string{"no-tls-listener/" + lcs01, "mtls-not-configured/" + lcs01, "certificate-renewed-in-place/" + lcs01} {
		if !slices.Contains(folded, id) {
			t.Errorf("%s does not follow: %q", id, folded)
		}
	}
}

// Without the wire, a cause of certificates has one reason for each server that
// it cannot tell of, and what configuration and stores tell is told.
func TestWithoutWire(t *testing.T) {
	w := healthy()
	w.Wire = facts.Wire{}
	open := map[string]int{}
	for _, f := range w.judge(t, "certificate-expiring", "certificate-renewed-in-place", "client-authentication-missing", "certificate-name-mismatch", "ca-list-too-long") {
		if f.Verdict != checks.Undetermined {
			continue
		}
		open[f.Cause]++
		if len(f.Settle) != 1 || strings.Contains(f.Reason, ";") {
			t.Errorf("%s has more than one reason: %s", f.ID, f.Reason)
		}
	}
	want := map[string]int{"certificate-renewed-in-place": 4, "ca-list-too-long": 4, "certificate-name-mismatch": 1} // one has a route with TLS
	if diff := cmp.Diff(want, open); diff != "" {
		t.Errorf("undetermined, by cause (-want +got):\n%s", diff)
	}
}

// foldedUnder splits the findings that are present or open into those that
// follow from one and the others.
func foldedUnder(findings []checks.Finding, parent string) (top, folded []string) {
	for _, f := range findings {
		switch {
		case f.Verdict != checks.Present && f.Verdict != checks.Undetermined:
		case f.Parent == parent:
			folded = append(folded, f.ID)
		default:
			top = append(top, f.ID)
		}
	}
	return top, folded
}

// The order in which sources answer changes nothing that is said.
func TestOrderOfFactsDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		want := f.world().judge(t)
		random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // no secret
		for range tries(3) {
			w := f.world()
			random.Shuffle(len(w.Servers), func(i, j int) { w.Servers[i], w.Servers[j] = w.Servers[j], w.Servers[i] })
			random.Shuffle(len(w.Databases), func(i, j int) { w.Databases[i], w.Databases[j] = w.Databases[j], w.Databases[i] })
			random.Shuffle(len(w.Wire.Endpoints), func(i, j int) {
				w.Wire.Endpoints[i], w.Wire.Endpoints[j] = w.Wire.Endpoints[j], w.Wire.Endpoints[i]
			})
			if diff := cmp.Diff(want, w.judge(t)); diff != "" {
				t.Errorf("%s/%s: with the facts in another order something else is said (-want +got):\n%s", f.cause, f.name, diff)
			}
		}
	}
}
