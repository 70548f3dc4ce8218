package host

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// fullHost is a host with every kind of fact.
func fullHost() facts.Host {
	yes, no := true, false
	ref := facts.CertificateRef{Issuer: []byte{0x30, 0}, Serial: []byte{0x2c, 0xff}}
	return facts.Host{
		System:    facts.Observed(facts.System{Caption: "Windows Server 2003", Version: "5.2.3790", ServicePack: 2, UTCOffset: number(0)}, from),
		Services:  facts.Observed([]facts.Service{{Name: "rtcsrv", State: "Running", StartMode: "Auto", Account: `CONTOSO\RTC`, ProcessID: 4000000000, ExitCode: 0xC3E93C23, OwnExitCode: true}, {Name: "other", State: "Stopped", ExitCode: 1066}, {Name: "Dienst für 東京 𝄞", State: "Stopped"}}, from),
		Processes: facts.Observed([]facts.Process{{ID: 4, Name: "System"}, {ID: 1804, Name: "RTCSrv.exe", Path: `C:\RTCSrv.exe`, Owner: `CONTOSO\RTC`, CreatedAt: made.Add(-time.Hour)}}, from),
		Ports:     facts.Observed([]facts.PortOwner{{Address: "192.0.2.11", Port: 5060, ProcessID: 1804, Process: "RTCSrv.exe"}, {Port: 65535, ProcessID: 9}}, from),
		Listeners: facts.Observed([]facts.Listener{
			{ID: "{1}", Enabled: true, Address: "192.0.2.11", Port: 5061, Transport: facts.MTLS, Certificate: ref, TreatAsTrusted: true},
			{ID: "{2}", Port: 5060, Transport: facts.TCP, TreatAsServer: true},
		}, from),
		Routing: facts.Observed(facts.RoutingSetting{DefaultPort: 5061, Certificate: ref}, from),
		Routes: facts.Observed([]facts.StaticRoute{
			{ID: "{3}", Enabled: true, MatchURI: "*", NextHop: "sip.fabrikam.com", Port: 5061, Transport: facts.TLS, Certificate: ref, TreatAsServer: true},
		}, from),
		AuthorizedHosts: facts.Observed([]facts.AuthorizedHost{{ID: "{4}", Host: "192.0.2.50", OutboundOnly: true, ThrottleAsServer: true, TreatAsAuthenticated: true}}, from),
		ServerSetting:   facts.Observed(facts.ServerSetting{HomesUsers: true, MajorVersion: 2, MinorVersion: 1}, from),
		Certificates: facts.Observed([]facts.Certificate{
			{Store: "MY", DER: []byte{0x30, 0}, HasPrivateKey: &yes}, {Store: "CA", DER: []byte{0x30, 1}, HasPrivateKey: &no}, {Store: "ROOT", DER: []byte{0x30, 2}},
		}, from),
		UserRoots: facts.Observed([]facts.Certificate{{Store: "ROOT", Profile: `CONTOSO\kim`, DER: []byte{0x30, 3}}}, from),
		Events:    facts.Observed([]facts.Event{{Log: "Application", Source: "Live", ID: 14347, Type: "audit success", At: made.Add(-time.Hour), Message: "a\r\n\"b\""}}, from),
		Hotfixes:  facts.Observed([]facts.Hotfix{{ID: "KB839436", InstalledOn: "5/21/2004"}, {ID: "KB1"}}, from),
		Clock:     facts.NotObserved[facts.Clock](facts.Unknown{Class: facts.NotAsked}),

		SIPDomains:     facts.Observed([]facts.ServedDomain{{Name: "contoso.com"}, {Name: "*.fabrikam.com", Authoritative: &yes, Default: &no}}, from),
		Moves:          facts.Observed([]facts.Move{{Address: "sip:kim@contoso.com", AccountDN: "CN=Kim,DC=contoso,DC=com", HomeServer: "CN=lcs01", Target: "CN=lcs02"}}, from),
		TrustedServers: facts.Observed([]facts.TrustedServer{{FQDN: "lcs01.contoso.com"}, {FQDN: "lcs02.contoso.com", Version: number(2)}}, from),
		Applications: facts.Observed([]facts.Application{
			{ID: "{5}", Name: "Filter", URI: "http://www.example.com/filter", Enabled: true, Critical: true, Running: &yes}, {ID: "{6}", Running: &no}, {ID: "{7}"},
		}, from),
		Modules:    facts.Observed([]facts.Module{{ID: "{8}", Status: "Started"}}, from),
		Replicator: facts.Observed(facts.ReplicatorSetting{CycleInterval: 60, RegenerateCookies: true}, from),
		Security:   facts.Observed(facts.SecuritySetting{Authentication: []string{"Kerberos", "NTLM"}, Realm: "SIP Communications Service"}, from),
	}
}

func writeHost(t *testing.T, h facts.Host) string {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, Header{Tool: "test", Host: lcs01, StartedAt: made.In(time.FixedZone("", 3600))})
	w.Host(h)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(out.String(), func(r rune) bool { return r > 0x7e }); i >= 0 {
		t.Errorf("the file is not ASCII: %q", out.String()[i:])
	}
	return out.String()
}

func TestRoundTrip(t *testing.T) {
	want := fullHost()
	got, account := collectText(t, writeHost(t, want))
	if account.Status != facts.OK {
		t.Errorf("%+v", account)
	}
	if diff := cmp.Diff(observedFacts(t, want), observedFacts(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTripEmpty(t *testing.T) {
	want := fullHost()
	want.Ports = facts.Observed[[]facts.PortOwner](nil, from)
	want.Listeners = facts.Observed[[]facts.Listener](nil, from)
	want.Certificates = facts.Observed[[]facts.Certificate](nil, from)
	want.UserRoots = facts.Observed[[]facts.Certificate](nil, from)
	want.Events = facts.Observed[[]facts.Event](nil, from)
	want.Hotfixes = facts.Observed[[]facts.Hotfix](nil, from)
	want.Routing = facts.Observed(facts.RoutingSetting{DefaultPort: 5061}, from)
	got, _ := collectText(t, writeHost(t, want))
	if diff := cmp.Diff(observedFacts(t, want), observedFacts(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTripUnknown(t *testing.T) {
	for _, class := range []facts.Class{facts.Unreachable, facts.Timeout, facts.Rights, facts.Protocol, facts.Missing, facts.Internal, facts.NotAsked} {
		got, account := collectText(t, writeHost(t, UnknownHost(facts.Unknown{Class: class, Message: "so it is"})))
		if len(observedFacts(t, got)) > 0 || account.Status != facts.Partial {
			t.Fatalf("%s: %+v", class, account)
		}
		want := map[facts.Class]facts.Class{facts.Internal: facts.Protocol, facts.NotAsked: facts.Missing}[class]
		if want == "" {
			want = class
		}
		for fact, why := range whyNot(t, got) {
			if fact != "clock" && (why.Class != want || (class != facts.NotAsked && !strings.HasSuffix(why.Message, ": so it is"))) {
				t.Errorf("%s: %s is %+v", class, fact, why)
			}
		}
	}
}

func TestWriteRows(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, Header{Tool: "test", Host: lcs01, StartedAt: made})
	w.WMI("MSFT_SIPProxySetting", map[string]any{"ServerRole": "x", "octets": []byte{1, 2}, "list": []string{"NTLM"}})
	w.End(Part{Class: "msft_sipproxysetting"})
	w.Registry(`HKLM\SOFTWARE\x`, "y", []byte{1, 2})
	w.End(Part{Class: kindRegistry})
	w.Database("8.00.2039")
	for _, c := range []rtcdb.Column{
		{Table: "Resource", Name: "ResourceId", Type: "int", Length: 4}, {Table: "Resource", Name: "UserAtHost", Type: "nvarchar", Length: 900},
		{Table: "Resource", Name: "UserSid", Type: "varbinary", Length: 85},
	} {
		w.DBColumn(c)
	}
	w.End(Part{Class: kindDBColumn})
	w.DBRow("Resource", map[string]any{"ResourceId": 7, "UserAtHost": "kim@contoso.com", "UserSid": []byte{1, 2}})
	w.End(Part{kindDBRow, "Resource"})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"kind":"wmi","class":"MSFT_SIPProxySetting","properties":{"ServerRole":"x","list":["NTLM"],"octets":[1,2]}}`,
		`{"kind":"end","class":"msft_sipproxysetting","count":1}`,
		`{"kind":"registry","key":"HKLM\\SOFTWARE\\x","name":"y","value":"0x0102"}`,
		`{"kind":"end","class":"dbrow","table":"Resource","count":1}`,
		`{"kind":"trailer","lines":12}`,
	} {
		if !strings.Contains(out.String(), want+"\n") {
			t.Errorf("no line %s in\n%s", want, out.String())
		}
	}
	var entries kept
	d := run(t, New(Config{FQDN: lcs01, File: write(t, out.String())}, &entries))
	if n, why := d.Databases[0].Entries.Get(); why != nil || n != 1 {
		t.Errorf("%d, %v", n, why)
	}
	if s := entries.entries[0].SID; s == nil || *s != "0x0102" {
		t.Errorf("%+v", entries.entries)
	}
}

// short is a writer without room.
type short struct{}

func (short) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteFails(t *testing.T) {
	w := NewWriter(short{}, Header{Host: lcs01})
	w.Host(fullHost())
	if err := w.Close(); !errors.Is(err, os.ErrClosed) || !strings.Contains(message(err), lcs01) {
		t.Error(err)
	}
	w = NewWriter(&bytes.Buffer{}, Header{Host: lcs01})
	w.WMI("x", map[string]any{"x": func() {}})
	if err := w.Close(); err == nil {
		t.Error("a function was written")
	}
}
