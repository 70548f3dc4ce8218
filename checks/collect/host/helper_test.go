package host

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

const (
	lcs01  = "lcs01.contoso.com"
	header = `{"kind":"header","product":"lcshealth-host","format":1,"tool":"test","host":"lcs01.contoso.com","startedAt":"2026-11-21T10:00:00Z"}`
)

var (
	made = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	now  = made.Add(2 * time.Hour)
	from = facts.Origin{Source: "host", Target: lcs01, At: made}
)

// hostFile is a host file of the given lines after the header, with a trailer.
func hostFile(lines ...string) string {
	all := append([]string{header}, lines...)
	all = append(all, fmt.Sprintf(`{"kind":"trailer","lines":%d}`, len(all)))
	return strings.Join(all, "\n") + "\n"
}

func end(class string, count int) string {
	return fmt.Sprintf(`{"kind":"end","class":%q,"count":%d}`, class, count)
}

func instance(class, properties string) string {
	return fmt.Sprintf(`{"kind":"wmi","class":%q,"properties":%s}`, class, properties)
}

// write puts a text into a file named lcs01.ndjson.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lcs01.ndjson")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs sources as a check does and returns what became of them.
func run(t *testing.T, sources ...collect.Source) *facts.Deployment {
	t.Helper()
	d := &facts.Deployment{}
	runner := collect.Runner{Now: func() time.Time { return now }}
	if err := runner.Run(t.Context(), d, sources); err != nil {
		t.Fatal(err)
	}
	return d
}

// collectText runs the source for lcs01 on a file with the given text.
func collectText(t *testing.T, text string) (facts.Host, facts.Source) {
	t.Helper()
	return collectFrom(t, Config{FQDN: lcs01, File: write(t, text)})
}

func collectFrom(t *testing.T, cfg Config) (facts.Host, facts.Source) {
	t.Helper()
	d := run(t, New(cfg, nil))
	account := d.Sources[0]
	account.DurationMs = 0
	account.Message = folder.ReplaceAllString(account.Message, "lcs01.ndjson")
	for i, w := range account.Warnings {
		account.Warnings[i] = folder.ReplaceAllString(w, "lcs01.ndjson")
	}
	return d.Server(cfg.FQDN).Host, account
}

// observedFacts returns the observed facts of a host by name, as JSON has them.
func observedFacts(t *testing.T, h facts.Host) map[string]any {
	t.Helper()
	out := map[string]any{}
	put(out, "system", h.System)
	put(out, "services", h.Services)
	put(out, "processes", h.Processes)
	put(out, "ports", h.Ports)
	put(out, "listeners", h.Listeners)
	put(out, "routing", h.Routing)
	put(out, "routes", h.Routes)
	put(out, "authorizedHosts", h.AuthorizedHosts)
	put(out, "serverSetting", h.ServerSetting)
	put(out, "certificates", h.Certificates)
	put(out, "userRoots", h.UserRoots)
	put(out, "events", h.Events)
	put(out, "hotfixes", h.Hotfixes)
	put(out, "clock", h.Clock)
	put(out, "sipDomains", h.SIPDomains)
	put(out, "moves", h.Moves)
	put(out, "trustedServers", h.TrustedServers)
	put(out, "applications", h.Applications)
	put(out, "modules", h.Modules)
	put(out, "replicator", h.Replicator)
	put(out, "security", h.Security)
	return out
}

func put[T any](to map[string]any, name string, v facts.Value[T]) {
	if got, why := v.Get(); why == nil {
		to[name] = got
	}
}

// whyNot returns why facts are not observed, by name.
func whyNot(t *testing.T, h facts.Host) map[string]facts.Unknown {
	t.Helper()
	out := map[string]facts.Unknown{}
	add := func(name string, unknown *facts.Unknown) {
		if unknown != nil {
			unknown.Message = folder.ReplaceAllString(unknown.Message, "lcs01.ndjson")
			out[name] = *unknown
		}
	}
	add("system", reason(h.System))
	add("services", reason(h.Services))
	add("processes", reason(h.Processes))
	add("ports", reason(h.Ports))
	add("listeners", reason(h.Listeners))
	add("routing", reason(h.Routing))
	add("routes", reason(h.Routes))
	add("authorizedHosts", reason(h.AuthorizedHosts))
	add("serverSetting", reason(h.ServerSetting))
	add("certificates", reason(h.Certificates))
	add("userRoots", reason(h.UserRoots))
	add("events", reason(h.Events))
	add("hotfixes", reason(h.Hotfixes))
	add("clock", reason(h.Clock))
	add("sipDomains", reason(h.SIPDomains))
	add("moves", reason(h.Moves))
	add("trustedServers", reason(h.TrustedServers))
	add("applications", reason(h.Applications))
	add("modules", reason(h.Modules))
	add("replicator", reason(h.Replicator))
	add("security", reason(h.Security))
	return out
}

func number(n int) *int { return &n }

// folder is the temporary folder of a file in a message.
var folder = regexp.MustCompile(`\S*lcs01\.ndjson`)

func reason[T any](v facts.Value[T]) *facts.Unknown {
	_, why := v.Get()
	return why
}

// oneLine takes the line breaks out of a text.
func oneLine(s string) string { return strings.NewReplacer("\n", "", "\t", "").Replace(s) }
