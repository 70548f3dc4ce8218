package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/wmid"
	"lcshealth/config"
	"lcshealth/report"
)

// A host that is asked over the network gives the findings that its file gives,
// but for what WMI cannot tell: which program holds a port. Nothing is asked of
// it but to read.
func TestWMI(t *testing.T) {
	peer.NeedRoot(t) // to listen on port 135
	for _, fault := range []string{"none", "outbound-certificate-missing", "sql-service-stopped", "static-route-invalid", "directory-connector-errors", "root-ca-in-user-store"} {
		t.Run(fault, func(t *testing.T) {
			var faults []string
			if fault != "none" {
				faults = []string{fault}
			}
			l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20, Faults: faults, OneAddress: true})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			cfg, err := config.Load(l.Config())
			if err != nil {
				t.Fatal(err)
			}
			const name = "lcs01.contoso.com"
			server := &cfg.Servers[slices.IndexFunc(cfg.Servers, func(s config.Server) bool { return s.Name == name })]
			h := simulated(t, name, server.HostFile)
			h.Domain, h.User, h.Password = "CONTOSO", "reader", "wmi-password"
			served := serveWMI(t, h)
			byFile := findingsOf(t, cfg)

			server.HostFile, server.Host = "", "wmi"
			cfg.WMI.Username, cfg.WMI.Password = `CONTOSO\reader`, config.Secret{Env: "WMI_PASSWORD"}
			t.Setenv("WMI_PASSWORD", "wmi-password")
			overWMI := findingsOf(t, cfg)
			for id, verdict := range byFile {
				want := verdict
				if strings.HasPrefix(id, "messenger-on-server/"+name) {
					want = checks.Undetermined
				}
				if overWMI[id] != want {
					t.Errorf("%s: %q over WMI, %q by file", id, overWMI[id], verdict)
				}
			}
			for _, o := range served.Operations() {
				if o.Interface == "IWbemServices" && o.Method != "ExecQuery" && o.Method != "GetObject" && (o.Method != "ExecMethod" || !strings.HasPrefix(o.Text, "StdRegProv.") || strings.Contains(o.Text, "Set") || strings.Contains(o.Text, "Create") || strings.Contains(o.Text, "Delete")) {
					t.Errorf("it does more than read: %s", o)
				}
			}
			if len(served.Operations()) < 50 {
				t.Errorf("the host was hardly asked: %d operations", len(served.Operations()))
			}

			t.Setenv("WMI_PASSWORD", "wrong")
			var r report.Report
			checkInto(t, cfg, &r)
			if i := slices.IndexFunc(r.Sources, func(s facts.Source) bool { return s.Name == "host" && s.Target == name }); r.Sources[i].Status != facts.Failed || r.Sources[i].Class != facts.Rights {
				t.Errorf("with a wrong password: %+v", r.Sources[i])
			}
		})
	}
}

// serveWMI serves a host on port 135 of this computer.
func serveWMI(t *testing.T, h wmid.Host) *wmid.Server {
	t.Helper()
	s, err := wmid.New(h)
	if err != nil {
		t.Fatal(err)
	}
	var listeners []net.Listener
	for _, address := range []string{"127.0.0.1:135", "127.0.0.1:0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, ln)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(t.Context(), listeners[0], listeners[1]) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// checkInto runs a check with a configuration and reads its report.
func checkInto(t *testing.T, cfg *config.Config, r *report.Report) {
	t.Helper()
	dir := t.TempDir()
	file, out := filepath.Join(dir, "lcshealth.yaml"), filepath.Join(dir, "report.json")
	var text bytes.Buffer
	if err := config.Write(&text, cfg); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var said bytes.Buffer
	code := run(t.Context(), []string{"check", "--quiet", "-c", file, "--report", "json=" + out}, &app{stdin: null, stdout: null, stderr: &said})
	if code != checks.ExitNothing && code != checks.ExitPresent && code != checks.ExitIncomplete {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, r); err != nil {
		t.Fatal(err)
	}
}

func findingsOf(t *testing.T, cfg *config.Config) map[string]checks.Verdict {
	t.Helper()
	var r report.Report
	checkInto(t, cfg, &r)
	out := map[string]checks.Verdict{}
	for _, f := range r.Findings {
		out[f.ID] = f.Verdict
	}
	return out
}

// simulated is the WMI and the registry of a host, as its host file tells it.
func simulated(t *testing.T, name, file string) wmid.Host {
	t.Helper()
	d := &facts.Deployment{}
	if err := (&collect.Runner{}).Run(t.Context(), d, []collect.Source{host.New(host.Config{FQDN: name, File: file}, nil)}); err != nil {
		t.Fatal(err)
	}
	told := &d.Servers[0].Host
	h := wmid.Host{Computer: "LCS01", Classes: map[string]wmid.Class{}, Registry: map[string]wmid.Values{}}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]map[string]any{}
	for line := range bytes.Lines(text) {
		var l struct {
			Kind, Class string
			Properties  map[string]any
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		switch {
		case l.Kind == "wmi":
			rows[l.Class] = append(rows[l.Class], l.Properties)
		case l.Kind == "end" && (strings.HasPrefix(l.Class, "MSFT_") || strings.HasPrefix(l.Class, "Win32_")) && rows[l.Class] == nil:
			rows[l.Class] = []map[string]any{}
		}
	}
	events, _ := told.Events.Get()
	rows["Win32_NTLogEvent"] = []map[string]any{}
	for i, e := range events {
		rows["Win32_NTLogEvent"] = append(rows["Win32_NTLogEvent"], map[string]any{
			"RecordNumber": float64(i), "Logfile": e.Log, "SourceName": e.Source, "EventCode": float64(e.ID),
			"EventType":     float64(slices.Index([]string{"", "error", "warning", "information", "audit success", "audit failure"}, e.Type)),
			"TimeGenerated": cimTime(e.At), "Message": e.Message,
		})
	}
	rows["Win32_QuickFixEngineering"] = []map[string]any{{"HotFixID": "KB839436"}}
	rows["MSFT_SIPProxySetting"] = []map[string]any{{}}
	for class, instances := range rows {
		h.Classes[class] = classOf(class, instances)
	}
	system := `SOFTWARE\Microsoft\SystemCertificates\`
	for _, key := range []string{`HKLM\` + system + "MY", `HKLM\` + system + "CA", `HKLM\` + system + "ROOT", `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`, `HKU\S-1-5-21-1\Software\Microsoft\SystemCertificates\Root`} {
		h.Registry[key] = wmid.Values{}
	}
	stored, _ := told.Certificates.Get()
	for i, c := range stored {
		h.Registry[fmt.Sprintf(`HKLM\%s%s\Certificates\%04X`, system, c.Store, i)] = wmid.Values{"Blob": certificateBlob(c)}
	}
	roots, _ := told.UserRoots.Get()
	for i, c := range roots {
		h.Registry[fmt.Sprintf(`HKU\S-1-5-21-1\Software\Microsoft\SystemCertificates\Root\Certificates\%04X`, i)] = wmid.Values{"Blob": certificateBlob(c)}
	}
	return h
}

// poolLevel are the classes of a host file that LCS 2005 keeps for the pool.
var poolLevel = []string{"MSFT_SIPProxySetting", "MSFT_SIPProxySecuritySetting", "MSFT_SIPRoutingTableData", "MSFT_SIPRemoteAddressData", "MSFT_SIPUserReplicatorSetting"}

// classOf makes a class of rows as JSON has them.
func classOf(name string, rows []map[string]any) wmid.Class {
	c := wmid.Class{PoolLevel: slices.Contains(poolLevel, name), PoolStatus: wmid.ProviderFailure}
	types := map[string]wmid.Type{"Name": wmid.String}
	if c.PoolLevel {
		types["Backend"] = wmid.String
	}
	for _, row := range rows {
		instance := wmid.Instance{}
		for property, value := range row {
			kind, v := typed(value)
			if old, known := types[property]; !known || v != nil && old == wmid.String {
				types[property] = kind
			}
			instance[property] = v
		}
		if c.PoolLevel {
			instance["Backend"] = `(local)\rtc`
		}
		c.Instances = append(c.Instances, instance)
	}
	// What is only asked after in a condition has to be there too.
	for _, property := range map[string][]string{
		"Win32_NTLogEvent":      {"Logfile", "SourceName", "TimeGenerated"},
		"MSFT_SIPESUserSetting": {"TargetServerDNIfMoving"},
	}[name] {
		if _, known := types[property]; !known {
			types[property] = wmid.String
		}
	}
	if name == "Win32_NTLogEvent" {
		types["EventType"] = wmid.Uint32
	}
	for property, kind := range types {
		c.Properties = append(c.Properties, wmid.Property{Name: property, Type: kind})
	}
	slices.SortFunc(c.Properties, func(a, b wmid.Property) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// typed is a value of JSON as a type of CIM.
func typed(value any) (wmid.Type, any) {
	switch v := value.(type) {
	case bool:
		return wmid.Boolean, v
	case float64:
		return wmid.Uint32, uint32(v)
	case []any:
		var octets []byte
		var texts []string
		for _, item := range v {
			switch item := item.(type) {
			case float64:
				octets = append(octets, byte(item))
			case string:
				texts = append(texts, item)
			}
		}
		if texts != nil {
			return wmid.String | wmid.Array, texts
		}
		return wmid.Uint8 | wmid.Array, octets
	case string:
		return wmid.String, v
	}
	return wmid.String, nil
}

func cimTime(t time.Time) string { return t.UTC().Format("20060102150405.000000+000") }

// certificateBlob is the value that the registry has for a certificate.
func certificateBlob(c facts.Certificate) (out []byte) {
	put := func(property uint32, value []byte) {
		for _, n := range []uint32{property, 1, uint32(len(value))} {
			out = append(out, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
		out = append(out, value...)
	}
	if c.HasPrivateKey != nil && *c.HasPrivateKey {
		put(2, []byte("container"))
	}
	put(32, c.DER)
	return out
}
