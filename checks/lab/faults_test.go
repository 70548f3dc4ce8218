package lab_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/lab"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// planted is what a check finds of each fault: all that is present or
// undetermined, and nothing else.
var planted = map[string][]string{
	"server-service-stopped": {
		"server-service-stopped/lcs01.contoso.com (critical)",
		"no-tls-listener/lcs01.contoso.com (present, of server-service-stopped)",
		"mtls-not-configured/lcs01.contoso.com (present, of server-service-stopped)",
		"clock-skew/lcs01.contoso.com (undetermined, of server-service-stopped)", // nobody tells the time
	},
	"no-tls-listener":       {"no-tls-listener/fe01.contoso.com (major)"},
	"mtls-not-configured":   {"mtls-not-configured/lcs02.emea.contoso.com (major)"},
	"root-ca-in-user-store": {"root-ca-in-user-store/fe01.contoso.com (major)"},
	"user-sid-invalid": {
		"user-sid-invalid/users of lcs01.contoso.com/no-sid/major (major, 2 users)",
		"user-sid-invalid/users of lcs01.contoso.com/malformed-sid/major (major, 2 users)",
		"user-sid-invalid/users of lcs01.contoso.com/other-sid/major (major, 1 users)",
	},
	"stale-user-entry": {
		"stale-user-entry/users of lcs01.contoso.com/foreign-sid/major (major, 2 users)",
		"stale-user-entry/users of lcs01.contoso.com/other-guid/major (major, 2 users)",
		"stale-user-entry/users of lcs01.contoso.com/nobody/minor (minor, 2 users)",
	},
	"sip-domain-not-listed": {"sip-domain-not-listed/users of the forest/emea.contoso.com/major (major, 4 users)"},
	"user-not-enabled": {
		"user-not-enabled/users of the forest/disabled/info (info, 1 users)",
		"user-not-enabled/users of the forest/no-home-server/major (major, 1 users)",
		"user-not-enabled/users of the forest/home-server-gone/major (major, 2 users)",
	},
	"signin-name-mismatch": {
		"signin-name-mismatch/users of the forest/malformed/major (major, 3 users)",
		"signin-name-mismatch/users of the forest/held-twice/major (major, 1 users)",
	},
	"user-missing-from-database": {"user-missing-from-database/users of lcs01.contoso.com/missing/major (major, 4 users)"},
	"user-entry-damaged": {
		"user-entry-damaged/users of lcs01.contoso.com/bad-address/major (major, 1 users)",
		"user-entry-damaged/users of lcs01.contoso.com/bad-address/minor (minor, 2 users)",
		"user-entry-damaged/users of lcs01.contoso.com/two-rows/major (major, 1 users)",
		"user-entry-damaged/users of lcs01.contoso.com/no-directory-row/major (major, 2 users)",
	},
	"directory-connector-errors": {"directory-connector-errors/lcs02.emea.contoso.com (major)"},
	"messenger-on-server":        {"messenger-on-server/lcs01.contoso.com (critical)"},
	"user-being-moved": {
		"user-being-moved/users of the forest/moving/minor (minor, 2 users)",
		"user-being-moved/users of the forest/stuck/major (major, 3 users)",
	},
	"sql-service-stopped": {
		"sql-service-stopped/lcs02.emea.contoso.com (critical)",
		"user-sid-invalid/users of lcs02.emea.contoso.com (undetermined, of sql-service-stopped)",
		"stale-user-entry/users of lcs02.emea.contoso.com (undetermined, of sql-service-stopped)",
		"user-missing-from-database/users of lcs02.emea.contoso.com (undetermined, of sql-service-stopped)",
		"user-entry-damaged/users of lcs02.emea.contoso.com (undetermined, of sql-service-stopped)",
	},
	"outbound-certificate-missing": {"outbound-certificate-missing/fe01.contoso.com (major)"},
	"static-route-invalid": {
		"static-route-invalid/fe01.contoso.com (major)",
		"static-route-invalid/lcs01.contoso.com (major)",
	},
	"pstn-trust-on-client-server": {"pstn-trust-on-client-server/lcs01.contoso.com (minor)"},
	"clock-skew":                  {"clock-skew/fe01.contoso.com (critical)"},
	"dns-records-wrong":           {"dns-records-wrong/deployment (major)"},

	"certificate-expiring":          {"certificate-expiring/px01.contoso.com (major)"},
	"certificate-renewed-in-place":  {"certificate-renewed-in-place/px01.contoso.com (major)"},
	"client-authentication-missing": {"client-authentication-missing/lcs02.emea.contoso.com (major)"},
	"certificate-name-mismatch":     {"certificate-name-mismatch/lcs02.emea.contoso.com (major)"},
	"ca-list-too-long":              {"ca-list-too-long/lcs02.emea.contoso.com (major)"},
}

// undetermined are the causes of which nothing can be said when a source does
// not tell.
var undetermined = map[string][]string{
	"directory": everyCause(), // it alone knows whether there are other servers
	"rtcdb":     {"stale-user-entry", "user-entry-damaged", "user-missing-from-database", "user-sid-invalid"},
	"host": {
		"ca-list-too-long", "certificate-expiring", "certificate-name-mismatch", "certificate-renewed-in-place", "client-authentication-missing",
		"clock-skew", "directory-connector-errors", "dns-records-wrong", "messenger-on-server", "mtls-not-configured", "no-tls-listener", "outbound-certificate-missing",
		"pstn-trust-on-client-server", "root-ca-in-user-store", "server-service-stopped", "sql-service-stopped", "static-route-invalid",
	},
	"wire": {"ca-list-too-long", "certificate-name-mismatch", "certificate-renewed-in-place", "clock-skew", "dns-records-wrong", "mtls-not-configured", "no-tls-listener", "static-route-invalid"},
}

func everyCause() (ids []string) {
	for _, c := range catalog.All() {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestFaults proves that there is a fault for each cause and each source, and
// no other.
func TestFaults(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, c := range catalog.All() {
		want = append(want, c.ID)
		if planted[c.ID] == nil {
			t.Errorf("what %s plants is not tested", c.ID)
		}
	}
	for _, kind := range []string{"source:", "garbage:"} {
		for _, source := range []string{"directory", "rtcdb", "host", "wire"} {
			want = append(want, kind+source)
		}
	}
	for _, f := range lab.Faults() {
		got = append(got, f.ID)
		if f.Plants == "" || strings.HasSuffix(f.Plants, ".") {
			t.Errorf("%s plants %q", f.ID, f.Plants)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, id := range lab.Handful() {
		if !slices.Contains(got, id) {
			t.Errorf("the handful has %s, which is no fault", id)
		}
	}
}

// TestPlanted plants each cause by itself.
func TestPlanted(t *testing.T) {
	t.Parallel()
	for id := range planted {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			testPlanted(t, id)
		})
	}
	t.Run("handful", func(t *testing.T) {
		t.Parallel()
		testPlanted(t, lab.Handful()...)
	})
}

func testPlanted(t *testing.T, ids ...string) {
	l := start(t, ids...)
	o := check(t, l)
	var want []string
	for _, id := range ids {
		want = append(want, planted[id]...)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, o.shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s%s", diff, o.explain())
	}
	if code := checks.Exit(o.findings, checks.Minor); code != checks.ExitPresent {
		t.Errorf("exit code = %d", code)
	}
	if !strings.Contains(l.Describe(), "planted: ") {
		t.Errorf("the lab does not say what is planted:\n%s", l.Describe())
	}
}

// TestEverything plants all causes at once: none may keep another from being
// found. Only the connector of lcs02, whose database is dead, has good reason
// for its errors.
func TestEverything(t *testing.T) {
	t.Parallel()
	var all, want []string
	for id, findings := range planted {
		all = append(all, id)
		if id == "directory-connector-errors" {
			findings = []string{"directory-connector-errors/lcs02.emea.contoso.com (present, of sql-service-stopped)"}
		}
		want = append(want, findings...)
	}
	o := check(t, start(t, all...))
	slices.Sort(want)
	if diff := cmp.Diff(want, o.shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s%s", diff, o.explain())
	}
}

// TestSources lets each source hang or talk nonsense. All at once, since
// hanging takes its time.
func TestSources(t *testing.T) {
	t.Parallel()
	var group errgroup.Group
	for source := range undetermined {
		for _, kind := range []string{"source:", "garbage:"} {
			id := kind + source
			if id == "source:host" && runtime.GOOS == "windows" {
				continue // TestHangingHost
			}
			l := start(t, id)
			group.Go(func() error {
				o, err := tryCheck(t, l)
				if err == nil {
					testSource(t, id, source, o)
				}
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

func testSource(t *testing.T, id, source string, o outcome) {
	if diff := cmp.Diff(undetermined[source], o.causes(checks.Undetermined)); diff != "" {
		t.Errorf("%s: undetermined (-want +got):\n%s%s", id, diff, o.explain())
	}
	if diff := cmp.Diff([]string(nil), o.causes(checks.Present)); diff != "" {
		t.Errorf("%s: present (-want +got):\n%s%s", id, diff, o.explain())
	}
	if code := checks.Exit(o.findings, checks.Minor); code != checks.ExitIncomplete {
		t.Errorf("%s: exit code = %d", id, code)
	}
	for _, s := range o.deployment.Sources {
		if (s.Status == "ok") == (s.Name == source) {
			t.Errorf("%s: source %+v", id, s)
		}
	}
}

func TestHangingHost(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "windows" {
		t.Skip("only Windows has no named pipes that could stand for a file")
	}
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Faults: []string{"source:host"}})
	if err == nil {
		_ = l.Close()
		t.Fatal("started")
	}
	if !strings.Contains(err.Error(), "not on Windows") {
		t.Error(err)
	}
}
