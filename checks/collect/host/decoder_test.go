package host

import (
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// TestDecoderAlone hands rows over as a way into a host does that has values of
// WMI and no file.
func TestDecoderAlone(t *testing.T) {
	s := collect.NewSession("host", lcs01, nil, nil)
	d := NewDecoder(lcs01, from)
	rows := []struct {
		class      string
		properties map[string]any
	}{
		{"MSFT_SIPListeningAddressData", map[string]any{"InstanceID": "{1}", "Enabled": true, "Port": uint32(5061), "TransportType": "TLS", "TLSCertIssuer": []byte{0x30, 0}, "TLSCertSN": []byte{1}}},
		{"Win32_Service", map[string]any{"Name": "rtcsrv", "State": "Running", "ProcessId": uint32(4000000000)}},
		{"Win32_NTLogEvent", map[string]any{"Logfile": "Application", "SourceName": "Live", "EventCode": uint16(14347), "EventType": uint8(1), "TimeGenerated": "20261121110000.000000+060"}},
		{"certificate", map[string]any{"store": StoreMy, "der": []byte{0x30, 0}, "hasPrivateKey": true}},
		{"Win32_BIOS", map[string]any{"Name": []string{"no fact needs it"}}},
	}
	for _, r := range rows {
		if err := d.Row(r.class, r.properties); err != nil {
			t.Error(err)
		}
	}
	if err := d.Row("Win32_Process", map[string]any{"Name": []string{"x"}, "ProcessId": 1}); message(err) != "Win32_Process: Name is not a text but a list" {
		t.Error(err)
	}
	for _, class := range []string{"MSFT_SIPListeningAddressData", "Win32_Service", "Win32_NTLogEvent", "Win32_Process", "Win32_BIOS"} {
		d.End(Part{Class: class}, 1)
	}
	d.Missing(Part{Class: "MSFT_SIPRoutingSetting"}, collect.Fail(ClassOf(0x80041003), "give it the right to read", "access denied"))
	d.Missing(Part{Class: "MSFT_SIPRoutingSetting"}, collect.Fail(facts.Timeout, "", "a later reason"))
	clock := facts.Clock{Theirs: made, Ours: now}
	d.SetClock(clock)
	h := d.Host(s)

	want := map[string]any{
		"listeners": []facts.Listener{{ID: "{1}", Enabled: true, Port: 5061, Transport: facts.TLS, Certificate: facts.CertificateRef{Issuer: []byte{0x30, 0}, Serial: []byte{1}}}},
		"services":  []facts.Service{{Name: "rtcsrv", State: "Running", ProcessID: 4000000000}},
		"events":    []facts.Event{{Log: "Application", Source: "Live", ID: 14347, Type: "error", At: made}},
		"clock":     clock,
	}
	if diff := cmp.Diff(want, observedFacts(t, h)); diff != "" {
		t.Error(diff)
	}
	wantWhy := facts.Unknown{Class: facts.Rights, Source: "host", Target: lcs01, Message: "read MSFT_SIPRoutingSetting: access denied", Settle: "give it the right to read"}
	if diff := cmp.Diff(wantWhy, whyNot(t, h)["routing"]); diff != "" {
		t.Error(diff)
	}
	if db, err := d.Database(s, Database{Name: lcs01}, &kept{}); db != nil || err != nil {
		t.Errorf("%+v, %v", db, err)
	}
}

func TestDescribe(t *testing.T) {
	long := describe(strings.Repeat("ä", 100))
	if want := `"` + strings.Repeat("ä", 40) + `…"`; long != want {
		t.Errorf("%s, want %s", long, want)
	}
}

// FuzzBlob takes any octets as the registry's form of a certificate.
func FuzzBlob(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{32, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x30, 0})
	f.Add([]byte{2, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, blob []byte) {
		der, key, err := parseBlob(blob)
		if (err == nil) != (len(der) > 0) || err != nil && key {
			t.Errorf("%x: %x, %v, %v", blob, der, key, err)
		}
		if len(der) > len(blob) {
			t.Errorf("%x holds %x", blob, der)
		}
	})
}
