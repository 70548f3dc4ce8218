package wmid_test

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/peer"
)

// python finds an interpreter that has impacket.
func python(t *testing.T) string {
	t.Helper()
	peer.Need(t, "python3")
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import impacket.dcerpc.v5.dcom.wmi").Run() == nil {
			return name
		}
	}
	peer.Lack(t, "python3 has no impacket (apt-get install python3-impacket)")
	return ""
}

type questions struct {
	Queries  []string `json:"queries"`
	Registry [][]any  `json:"registry"`
}

type answers struct {
	Error   string `json:"error"`
	Queries []struct {
		Error string           `json:"error"`
		Rows  []map[string]any `json:"rows"`
	} `json:"queries"`
	Registry []map[string]any `json:"registry"`
}

// impacket asks with the Python library of that name, which shares nothing
// with the server.
func impacket(t *testing.T, s server, password, level string, q questions) answers {
	t.Helper()
	interpreter := python(t)
	host, port, err := net.SplitHostPort(s.resolver)
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), interpreter, "testdata/wmi.py", host, port, testDomain, testUser, password, level)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var a answers
	d := json.NewDecoder(&stdout)
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return a
}

func TestImpacket(t *testing.T) {
	t.Parallel()
	const hklm = 0x80000002
	const certificates = `SOFTWARE\Microsoft\SystemCertificates\MY\Certificates`
	const setup = `software\microsoft\Real-Time Communications\setup`
	ask := questions{
		Queries: []string{
			"SELECT * FROM Win32_Service",
			"SELECT * FROM MSFT_SIPTypes",
			"SELECT * FROM win32_service WHERE Started = TRUE AND Name LIKE 'Rtc%'",
			"SELECT * FROM MSFT_SIPProxySetting",
			`SELECT * FROM MSFT_SIPProxySetting WHERE Backend = 'SQL01\\RTC'`,
			"SELECT * FROM MSFT_SIPLogSetting",
			"SELECT * FROM MSFT_SIPNone",
			"SELECT FROM WHERE",
		},
		Registry: [][]any{
			{"EnumKey", hklm, certificates},
			{"GetBinaryValue", hklm, certificates + `\AB12`, "Blob"},
			{"EnumValues", hklm, setup},
			{"GetStringValue", hklm, setup, "Path"},
			{"GetDWORDValue", hklm, setup, "version"},
			{"GetMultiStringValue", hklm, setup, "Roles"},
			{"GetDWORDValue", hklm, setup, "Path"},
			{"GetStringValue", hklm, setup, "None"},
			{"EnumKey", hklm, "SECURITY"},
			{"EnumKey", hklm, "SOFTWARE"},
		},
	}
	n := func(s string) json.Number { return json.Number(s) }
	services := []map[string]any{
		{"Name": "RtcSrv", "Caption": "Live Communications Server", "Started": "True", "ProcessId": n("1234"),
			"InstallDate": "20060301120000.500000+060", "AcceptStop": "False"},
		{"Name": "MSSQL$RTC", "Caption": "MSSQL$RTC", "Started": "False", "ProcessId": n("0"), "InstallDate": nil, "AcceptStop": nil},
		{"Name": "Größe", "Caption": "Прокси 日本 😀", "Started": "True", "ProcessId": nil, "InstallDate": nil, "AcceptStop": nil},
	}
	types := []map[string]any{{
		"Z8": n("-5"), "A8": n("250"), "Z16": n("-500"), "A16": n("65000"), "Z32": n("-70000"), "A32": n("4000000000"),
		"Z64": n("-1099511627776"), "A64": n("9223372036854775808"), "Octets": []any{n("0"), n("1"), n("254"), n("255")},
		"Names": []any{"eins", "zwölf", "三"}, "Numbers": []any{n("1"), n("2"), n("65535")}, "Nothing": nil, "Empty": "",
	}}
	proxy := []map[string]any{{"Backend": `SQL01\RTC`, "Port": n("5060")}}
	registry := []map[string]any{
		{"sNames": []any{"AB12", "CD34"}, "ReturnValue": n("0")},
		{"uValue": []any{n("3"), n("0"), n("0"), n("0"), n("1"), n("0"), n("255")}, "ReturnValue": n("0")},
		{"sNames": []any{"", "Path", "Roles", "Version"}, "Types": []any{n("1"), n("1"), n("7"), n("4")}, "ReturnValue": n("0")},
		{"sValue": `C:\Programme\Größe`, "ReturnValue": n("0")},
		{"uValue": n("2"), "ReturnValue": n("0")},
		{"sValue": []any{"FrontEnd", "Прокси"}, "ReturnValue": n("0")},
		{"uValue": nil, "ReturnValue": n("2147749893")},
		{"sValue": nil, "ReturnValue": n("2")},
		{"sNames": nil, "ReturnValue": n("5")},
		{"sNames": []any{"Microsoft"}, "ReturnValue": n("0")},
	}
	for _, level := range []string{"integrity", "privacy"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			s := start(t, host())
			a := impacket(t, s, testPassword, level, ask)
			if a.Error != "" {
				t.Fatal(a.Error)
			}
			var rows [][]map[string]any
			var errs []string
			for _, q := range a.Queries {
				rows, errs = append(rows, q.Rows), append(errs, q.Error)
			}
			none := []map[string]any{}
			wantRows := [][]map[string]any{services, types, services[:1], none, proxy, none, none, none}
			wantErrs := []string{"", "", "", "0x80041004", "", "", "0x80041010", "0x80041017"}
			if d := cmp.Diff(wantRows, rows); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(wantErrs, errs); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(registry, a.Registry); d != "" {
				t.Error(d)
			}
			var did []string
			for _, op := range s.Operations() {
				if op.Method == "ExecQuery" || op.Method == "ExecMethod" || op.Method == "NTLMLogin" {
					did = append(did, op.Text)
				}
				if op.User != `CONTOSO\health` {
					t.Errorf("%s by %q", op, op.User)
				}
			}
			want := slices.Concat([]string{"//./root/cimv2"}, ask.Queries, []string{"//./root/default"})
			for _, call := range ask.Registry {
				want = append(want, "StdRegProv."+call[0].(string))
			}
			if d := cmp.Diff(want, did); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestImpacketWrongPassword(t *testing.T) {
	t.Parallel()
	s := start(t, host())
	a := impacket(t, s, testPassword+"x", "privacy", questions{})
	if !strings.Contains(a.Error, "rpc_s_access_denied") {
		t.Errorf("got %q", a.Error)
	}
}
