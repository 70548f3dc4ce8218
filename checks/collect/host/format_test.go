package host

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// TestFormatDescribed keeps FORMAT.md and the code together.
func TestFormatDescribed(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	table := string(text)
	table = table[strings.Index(table, "## Lines"):strings.Index(table, "## What to ask for")]
	var described []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(table, -1) {
		described = append(described, m[1])
	}
	slices.Sort(described)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), described); diff != "" {
		t.Errorf("kinds in the code and in FORMAT.md: %s", diff)
	}
	for class := range classes {
		if !strings.Contains(strings.ToLower(string(text)), "`"+class+"`") {
			t.Errorf("class %s is not in FORMAT.md", class)
		}
	}
	if !strings.Contains(string(text), "`\""+product+"\"`") {
		t.Errorf("product %s is not in FORMAT.md", product)
	}
}

// TestExample decodes the example file, which has every kind of line.
func TestExample(t *testing.T) {
	text := example(t)
	for kind := range kinds {
		if !strings.Contains(text, `{"kind":"`+kind+`"`) {
			t.Errorf("the example has no line of kind %s", kind)
		}
	}
	var entries kept
	d := run(t, New(Config{FQDN: lcs01, File: "testdata/lcs01.example.ndjson"}, &entries))
	if s := d.Sources[0]; s.Status != facts.OK || len(s.Warnings) > 0 {
		t.Fatalf("%+v", s)
	}
	h := d.Server(lcs01).Host
	for fact, why := range whyNot(t, h) {
		if fact != "clock" {
			t.Errorf("%s: %s", fact, why.String())
		}
	}
	services, _ := h.Services.Get()
	if diff := cmp.Diff(facts.Service{Name: "Spooler", State: "Stopped", StartMode: "Disabled", Account: "LocalSystem", ExitCode: 0xC3E93C23, OwnExitCode: true}, services[2]); diff != "" {
		t.Error(diff)
	}
	ports, _ := h.Ports.Get()
	if diff := cmp.Diff(facts.PortOwner{Address: "192.0.2.11", Port: 5060, ProcessID: 1804, Process: "RTCSrv.exe"}, ports[1]); diff != "" {
		t.Error(diff)
	}
	listeners, _ := h.Listeners.Get()
	routing, _ := h.Routing.Get()
	if l := listeners[1]; !l.Enabled || l.Transport != facts.MTLS || l.Certificate.IsZero() {
		t.Errorf("%+v", l)
	}
	if diff := cmp.Diff(routing.Certificate, listeners[1].Certificate); diff != "" {
		t.Errorf("the same certificate as a list and in hexadecimal: %s", diff)
	}
	certificates, _ := h.Certificates.Get()
	if len(certificates) != 2 || certificates[0].Store != "MY" || certificates[0].HasPrivateKey == nil || !*certificates[0].HasPrivateKey {
		t.Errorf("%d certificates", len(certificates))
	}
	events, _ := h.Events.Get()
	want := facts.Event{
		Log: "Application", Source: "Live Communications Server Active Directory Connector", ID: 30011, Type: "warning",
		At: time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC), Message: "Domäne contoso.com: 50",
	}
	if diff := cmp.Diff(want, events[1]); diff != "" {
		t.Error(diff)
	}
	hotfixes, _ := h.Hotfixes.Get()
	if diff := cmp.Diff([]facts.Hotfix{{ID: "KB839436", InstalledOn: "5/21/2026"}, {ID: "KB893067"}}, hotfixes); diff != "" {
		t.Error(diff)
	}
	kim, guid, yes, no := "S-1-5-21-1-2-3-1001", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", true, false
	wantEntries := []facts.Entry{
		{Database: lcs01, ResourceID: 7, Address: "kim@contoso.com", SID: &kim, GUID: &guid, DirectoryRow: &yes},
		{Database: lcs01, ResourceID: 8, Address: "lee@contoso.com", DirectoryRow: &yes},
		{Database: lcs01, ResourceID: 9, Address: "pat@contoso.com", DirectoryRow: &no},
	}
	if diff := cmp.Diff(wantEntries, entries.entries); diff != "" {
		t.Error(diff)
	}
}

func TestClassOf(t *testing.T) {
	for hresult, want := range map[uint32]facts.Class{
		0x80041003: facts.Rights, 0x80070005: facts.Rights, 0x80041010: facts.Missing, 0x800706BA: facts.Unreachable,
		0x80041069: facts.Timeout, 0x80041001: facts.Protocol, 0: facts.Protocol,
	} {
		if got := ClassOf(hresult); got != want {
			t.Errorf("%#x is %s, want %s", hresult, got, want)
		}
	}
}

func TestParseBlob(t *testing.T) {
	const head = "20000000 01000000 02000000 3000"
	tests := []struct {
		name, hex string
		key       bool
		err       string
	}{
		{"certificate alone", head, false, ""},
		{"with a key", "02000000 01000000 01000000 00" + head, true, ""},
		{"with another property", head + "03000000 01000000 00000000", false, ""},
		{"empty", "", false, "the blob holds no certificate"},
		{"no certificate", "03000000 01000000 00000000", false, "the blob holds no certificate"},
		{"cut in a property's head", head + "0300", false, "the blob ends within a property, 2 octets before its end"},
		{"cut in a property's value", "20000000 01000000 03000000 3000", false, "property 32 of the blob has 3 octets, but 2 follow"},
		{"a length beyond all", "20000000 01000000 ffffffff 3000", false, "property 32 of the blob has 4294967295 octets, but 2 follow"},
	}
	for _, tt := range tests {
		blob, err := parseOctets(tt.hex)
		if err != nil {
			t.Fatal(err)
		}
		der, key, err := parseBlob(blob)
		if message(err) != tt.err {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
		}
		if err == nil && (string(der) != "\x30\x00" || key != tt.key) {
			t.Errorf("%s: %x, %v", tt.name, der, key)
		}
	}
}
