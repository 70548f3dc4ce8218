package wmi

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

func hostOf(t *testing.T, o collect.Observation) facts.Host {
	t.Helper()
	return o.(*host.Observation).Host
}

const routes = "MSFT_SIPRoutingTableData"

var routeRow = row{"Enabled": true, "MatchURI": "*@fabrikam.com", "NextHop": "edge.contoso.com", "NextHopTransport": "TLS"}

// TestBackend holds that an empty answer says that there is no route only if
// the Backend was found that it was asked with.
func TestBackend(t *testing.T) {
	t.Parallel()
	const (
		standard = ` WHERE Backend = '(local)\\rtc'`
		pool     = ` WHERE Backend = 'sql01.contoso.com\\rtc'`
		proxy    = ` WHERE Backend = ''`
	)
	probe := all(host.BackendProbe)
	instance := func(backend any) []answer { return []answer{{rows: []row{{"Backend": backend, "InstanceID": "{1}"}}}} }
	one := []answer{{rows: []row{routeRow}}}
	for _, test := range []struct {
		name    string
		answers map[string][]answer
		routes  int         // that are known
		class   facts.Class // of why they are not
		message string
	}{
		{"said without being asked", map[string][]answer{probe: instance(`(local)\rtc`), all(routes) + standard: one}, 1, "", ""},
		{"said without being asked, and no routes", map[string][]answer{probe: instance(`(local)\rtc`)}, 0, "", ""},
		{"standard edition", map[string][]answer{probe + standard: instance(`(local)\rtc`), all(routes) + standard: one}, 1, "", ""},
		{"standard edition, no routes", map[string][]answer{probe + standard: instance(`(local)\rtc`)}, 0, "", ""},
		{"an error without condition", map[string][]answer{
			probe: {{err: NewStatus(0x80041001)}}, probe + standard: instance(`(local)\rtc`),
		}, 0, "", ""},
		{"enterprise edition", map[string][]answer{
			all(poolSettingClass): {{rows: []row{{"BackEndDBPath": `sql01.contoso.com\rtc`}}}},
			probe + pool:          instance(`sql01.contoso.com\rtc`), all(routes) + pool: one,
		}, 1, "", ""},
		{"proxy", map[string][]answer{probe + proxy: instance(""), all(routes) + proxy: one}, 1, "", ""},
		{"proxy, no routes", map[string][]answer{probe + proxy: instance("")}, 0, "", ""},
		{"nothing found", map[string][]answer{}, -1, facts.Missing, "proves nothing"},
		{"nothing found, but a route", map[string][]answer{all(routes): one}, 1, "", ""},
		{"an instance without Backend", map[string][]answer{probe: instance(nil)}, -1, facts.Missing, "proves nothing"},
		{"an instance without Backend, and a route", map[string][]answer{probe: instance(nil), all(routes): one}, 1, "", ""},
		{"no such class", map[string][]answer{
			probe: {{err: NewStatus(0x80041010)}}, all(routes): {{err: NewStatus(0x80041010)}},
		}, -1, facts.Missing, "there is no such class"},
		{"found, and then denied", map[string][]answer{
			probe: instance(`(local)\rtc`), all(routes) + standard: {{err: NewStatus(0x80041003)}},
		}, -1, facts.Rights, "access denied"},
		{"database stopped", map[string][]answer{
			probe: {{err: NewStatus(0x80041001)}}, probe + standard: {{err: NewStatus(0x80041001)}}, probe + proxy: {{err: NewStatus(0x80041001)}},
			all(routes): {{err: NewStatus(0x80041001)}},
		}, -1, facts.Protocol, "WMI failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, _, err := collectFrom(t, &script{answers: test.answers})
			if err != nil {
				t.Fatal(err)
			}
			if test.class != "" {
				expectUnknown(t, h.Routes, test.class, test.message)
				return
			}
			if got := expectObserved(t, h.Routes); len(got) != test.routes {
				t.Errorf("routes: %+v", got)
			}
		})
	}
}

// TestBackendStops holds that what is the same for every Backend is not asked
// for with each.
func TestBackendStops(t *testing.T) {
	t.Parallel()
	for _, status := range []uint32{0x80041010, 0x80041003, 0x80041069} {
		s := &script{answers: map[string][]answer{all(host.BackendProbe): {{err: NewStatus(status)}}}}
		if _, _, err := collectFrom(t, s); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(s.asked, func(q string) bool { return strings.Contains(q, "WHERE Backend") }) {
			t.Errorf("%#x: asked on: %v", status, s.asked)
		}
	}
}

func TestBackendIs(t *testing.T) {
	t.Parallel()
	for backend, want := range map[string]string{
		`(local)\rtc`: `Backend = '(local)\\rtc'`,
		``:            `Backend = ''`,
		`o'neil\rtc`:  `Backend = 'o\'neil\\rtc'`,
	} {
		if got := backendIs(backend); got != want {
			t.Errorf("%s: %s", backend, got)
		}
	}
}
