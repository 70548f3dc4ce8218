package dcom

import (
	"context"
	"encoding/binary"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/wmid"
)

// TestSource collects from a host of Standard Edition, whose connection breaks
// on the way.
func TestSource(t *testing.T) {
	t.Parallel()
	text := func(names ...string) (out []wmid.Property) {
		for _, n := range names {
			out = append(out, wmid.Property{Name: n, Type: wmid.String})
		}
		return out
	}
	blob := append([]byte{32, 0, 0, 0, 1, 0, 0, 0}, binary.LittleEndian.AppendUint32(nil, 3)...)
	blob = append(blob, "der"...)
	s := serve(t, func(h *wmid.Host) {
		backend := wmid.Property{Name: "Backend", Type: wmid.String, Key: true}
		h.Classes["MSFT_SIPProxySetting"] = wmid.Class{
			PoolLevel: true, Properties: []wmid.Property{backend}, Instances: []wmid.Instance{{"Backend": `(local)\rtc`}},
		}
		h.Classes["MSFT_SIPRoutingTableData"] = wmid.Class{
			PoolLevel: true, PoolStatus: wmid.ProviderFailure,
			Properties: append(text("MatchURI", "NextHop", "NextHopTransport"), backend, wmid.Property{Name: "Enabled", Type: wmid.Boolean}),
			Instances:  []wmid.Instance{{"Backend": `(local)\rtc`, "MatchURI": "*", "NextHop": "edge.contoso.com", "NextHopTransport": "MTLS", "Enabled": true}},
		}
		h.Classes["MSFT_SIPRemoteAddressData"] = wmid.Class{PoolLevel: true, Properties: append(text("Server"), backend)}
		service := h.Classes["Win32_Service"]
		service.Instances = []wmid.Instance{{"Name": "rtcsrv", "State": "Running"}}
		h.Classes["Win32_Service"] = service
		h.Registry = map[string]wmid.Values{
			`HKLM\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\AB`: {"Blob": blob},
			`HKLM\SOFTWARE\Microsoft\SystemCertificates\CA`:                 {},
			`HKLM\SOFTWARE\Microsoft\SystemCertificates\ROOT`:               {},
			`HKU\S-1-5-18`: {},
		}
		h.Faults = []wmid.Fault{{At: wmid.StepQuery, Name: "Win32_Service", Times: 1, Do: wmid.Drop}}
	})
	source := wmi.New(wmi.Config{FQDN: "lcs01.contoso.com", Dial: func(ctx context.Context) (wmi.Conn, error) { return Dial(ctx, s.cfg) }})
	o, err := source.Collect(t.Context(), collect.NewSession(source.Name(), source.Target(), nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	h := o.(*host.Observation).Host
	if got, why := h.Services.Get(); why != nil || len(got) != 1 || got[0].Name != "rtcsrv" {
		t.Errorf("services: %v, %s", got, why)
	}
	if got, why := h.Routes.Get(); why != nil || len(got) != 1 || got[0].Transport != facts.MTLS {
		t.Errorf("routes: %v, %s", got, why)
	}
	if got, why := h.AuthorizedHosts.Get(); why != nil || len(got) != 0 {
		t.Errorf("authorized hosts: %v, %s", got, why)
	}
	if got, why := h.Certificates.Get(); why != nil || len(got) != 1 || string(got[0].DER) != "der" {
		t.Errorf("certificates: %v, %s", got, why)
	}
	if got, why := h.UserRoots.Get(); why != nil || len(got) != 0 {
		t.Errorf("roots of users: %v, %s", got, why)
	}
	if _, why := h.Processes.Get(); why == nil || why.Class != facts.Missing {
		t.Errorf("processes: %s", why)
	}
	for _, o := range s.Operations() {
		switch o.Method {
		case "ServerAlive2", "RemoteActivation", "NTLMLogin", "ExecQuery", "Next", "RemRelease", "GetObject", "ExecMethod":
		default:
			t.Errorf("called %s", o)
		}
	}
}
