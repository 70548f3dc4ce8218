package script_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/host/script"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/peer"

	"github.com/google/go-cmp/cmp"
)

const fqdn = "lcs01.contoso.com"

// odd is a name of everything that a name can be of.
const odd = "Служба \"RTC\" \\ ü\t\x01 日本 ~"

var windows = peer.ShareWine(peer.WineOptions{Services: []peer.WineService{
	{Name: "rtcsrv", DisplayName: "Live Communications Server", State: peer.ServiceRunning},
	{Name: "MSSQL$RTC", State: peer.ServiceStopped, StartMode: "Disabled"},
	{Name: "Other", State: peer.ServiceStopped, StartMode: "Manual"},
}})

func TestMain(m *testing.M) { os.Exit(windows.Main(m)) }

// run runs a script text on Windows and returns what it writes.
func run(t *testing.T, w *peer.Wine, text string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), script.Name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var failure strings.Builder
	cmd := w.Command(t.Context(), "cscript", append([]string{"//nologo", w.Path(path)}, args...)...)
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, failure.String())
	}
	return string(out)
}

// observe reads what the script wrote, as a check does.
func observe(t *testing.T, text string) (facts.Host, facts.Source) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lcs01.ndjson")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &facts.Deployment{}
	if err := (&collect.Runner{}).Run(t.Context(), d, []collect.Source{host.New(host.Config{FQDN: fqdn, File: path}, nil)}); err != nil {
		t.Fatal(err)
	}
	return d.Servers[0].Host, d.Sources[0]
}

// The script as it is, on a Windows that has no Live Communications Server.
func TestCollect(t *testing.T) {
	w := windows.Wine(t)
	text := run(t, w, script.Text("1.0"), "/host:"+fqdn)
	h, source := observe(t, text)
	if source.Status != facts.Partial {
		t.Errorf("the source is %s: %s", source.Status, source.Message)
	}

	services, why := h.Services.Get()
	if why != nil {
		t.Fatal(why)
	}
	state := map[string]string{}
	for _, s := range services {
		state[s.Name] = s.State + " " + s.StartMode
	}
	for name, want := range map[string]string{"rtcsrv": "Running Auto", "MSSQL$RTC": "Stopped Disabled", "Other": "Stopped Manual"} {
		if state[name] != want {
			t.Errorf("service %s is %q, want %q", name, state[name], want)
		}
	}
	processes, why := h.Processes.Get()
	if why != nil || !slices.ContainsFunc(processes, func(p facts.Process) bool { return p.Name == "cscript.exe" && p.ID != 0 }) {
		t.Errorf("cscript.exe is not among %v: %v", processes, why)
	}
	if _, why := h.System.Get(); why != nil {
		t.Error(why)
	}
	made := h.Services.Origin().At
	if age := time.Since(made); age < -time.Minute || age > 10*time.Minute {
		t.Errorf("it says it was made at %s", made)
	}

	// What Wine lacks is unknown, with the reason that the host gave.
	for name, why := range map[string]*facts.Unknown{
		"MSFT_SIPListeningAddressData": unknown(h.Listeners), "MSFT_SIPRoutingSetting": unknown(h.Routing),
		"MSFT_SIPRoutingTableData": unknown(h.Routes), "MSFT_SIPRemoteAddressData": unknown(h.AuthorizedHosts),
		"MSFT_SIPESServerSetting": unknown(h.ServerSetting), "event": unknown(h.Events),
	} {
		if why == nil || why.Class != facts.Missing || !strings.Contains(why.Message, name) {
			t.Errorf("%s: %+v, want it missing", name, why)
		}
	}
	for name, why := range map[string]*facts.Unknown{
		"certificate": unknown(h.Certificates), "CurrentUser": unknown(h.UserRoots), "port": unknown(h.Ports), "QuickFix": unknown(h.Hotfixes),
	} {
		if why == nil || !strings.Contains(why.Message, name) {
			t.Errorf("%s: %+v, want it unknown", name, why)
		}
	}
}

func unknown[T any](v facts.Value[T]) *facts.Unknown {
	_, why := v.Get()
	return why
}

func TestSwitches(t *testing.T) {
	w := windows.Wine(t)
	out := filepath.Join(t.TempDir(), "out.ndjson")
	said := run(t, w, script.Text("1.0"), "/out:"+w.Path(out), "/host:"+fqdn, "/days:3", "/nodb")
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(text), "\r\n")
	if !strings.Contains(said, fmt.Sprintf("%d lines of %s", lines, fqdn)) || !strings.Contains(said, "could not be read: ") {
		t.Errorf("it said %q of %d lines", said, lines)
	}
	if h, _ := observe(t, string(text)); !h.Services.IsObserved() {
		t.Error("the file cannot be used")
	}
	if !strings.Contains(run(t, w, script.Text("1.0"), "/help"), "/days:N") {
		t.Error("/help does not help")
	}
	for arg, want := range map[string]string{
		"/days:no": "not a number of days", "/days:0": "not a number of days", "/quiet": "unknown argument /quiet", `/out:Z:\none\out`: "create Z:\\none\\out: Path not found",
	} {
		path := filepath.Join(t.TempDir(), script.Name)
		if err := os.WriteFile(path, []byte(script.Text("1.0")), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := w.Command(t.Context(), "cscript", "//nologo", w.Path(path), arg).Output()
		if err == nil || !strings.Contains(string(said), want) {
			t.Errorf("%s: %v, %q", arg, err, said)
		}
	}
}

// replaced is the script with one of its functions replaced.
func replaced(t *testing.T, text, name, with string) string {
	t.Helper()
	f := regexp.MustCompile(`(?s)\r\nFunction ` + name + `\(.*?\r\nEnd Function\r\n`)
	if n := len(f.FindAllString(text, -1)); n != 1 {
		t.Fatalf("the script has %d functions %s", n, name)
	}
	return f.ReplaceAllLiteralString(text, "\r\n"+strings.ReplaceAll(with, "\n", "\r\n")+"\r\n")
}

// Wine 8 has no AscW, so another engine gives the code. All else of the escapes
// is the script's own.
const withoutAscW = `Function AscWOfWine(c)
  Dim engine
  Set engine = CreateObject("MSScriptControl.ScriptControl")
  engine.Language = "JScript"
  engine.AddCode "function code(c) { return c.charCodeAt(0) }"
  AscWOfWine = engine.Run("code", c)
End Function
`

// A name with letters of any script, quotes and control characters arrives as
// it is, in ASCII. Where it cannot be read, its part is unknown and not wrong.
func TestEscapes(t *testing.T) {
	w := windows.Wine(t)
	w.Service(t, peer.WineService{Name: "Other", DisplayName: odd})
	defer w.Service(t, peer.WineService{Name: "Other", StartMode: "Manual"}) // as it was
	text := script.Text("1.0")
	out := run(t, w, strings.ReplaceAll(text, "AscW(c) And", "AscWOfWine(c) And")+withoutAscW, "/host:"+fqdn)
	if i := strings.IndexFunc(out, func(r rune) bool { return r > '~' }); i >= 0 {
		t.Errorf("not ASCII: %q", out[max(0, i-40):i+10])
	}
	var found bool
	for line := range strings.Lines(out) {
		var row struct {
			Class      string
			Properties struct{ Name, DisplayName string }
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if row.Class == "Win32_Service" && row.Properties.Name == "Other" {
			found = true
			if row.Properties.DisplayName != odd {
				t.Errorf("got %q, want %q", row.Properties.DisplayName, odd)
			}
		}
	}
	if !found {
		t.Error("the service is not in the output")
	}
	h, _ := observe(t, out)
	if !h.Services.IsObserved() {
		t.Error("the services are unknown: ", unknown(h.Services))
	}
	h, _ = observe(t, run(t, w, text, "/host:"+fqdn))
	if h.Services.IsObserved() || !h.Processes.IsObserved() {
		t.Error("a row that could not be written did not leave its part, and only it, unknown")
	}
}

// netstat on a German Windows Server 2003.
const netstat = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABH\x99REN         868
  TCP    192.0.2.11:5060        0.0.0.0:0              ABH\x99REN         1804
  TCP    192.0.2.11:5060        192.0.2.77:1066        HERGESTELLT     1804
  TCP    [::]:5061              [::]:0                 ABH REN         1805
  UDP    0.0.0.0:445            *:*                                    4
`

// Wine's scripts cannot read what a program prints, and it has no StdRegProv. So
// programs print into files: the real reg.exe tells the real registry, and
// netstat what it says on Windows Server 2003.
func TestRegistryAndPorts(t *testing.T) {
	w := windows.Wine(t)
	authority, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	server, err := authority.Issue(pkitest.Server(fqdn))
	if err != nil {
		t.Fatal(err)
	}
	const system = `SOFTWARE\Microsoft\SystemCertificates\`
	const user = `HKEY_USERS\S-1-5-21-0-0-0-1000`
	add := func(key, name, kind, value string) {
		t.Helper()
		if out, err := w.Command(t.Context(), "reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	add(`HKLM\`+system+`MY\Certificates\0A01`, "Blob", "REG_BINARY", blob(server.Certificate.Raw, true))
	add(`HKLM\`+system+`ROOT\Certificates\0B01`, "Blob", "REG_BINARY", blob(authority.Certificate.Raw, false))
	add(user+`\Software\Microsoft\SystemCertificates\Root\Certificates\0B01`, "Blob", "REG_BINARY", blob(authority.Certificate.Raw, false))
	add(`HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-0-0-0-1000`, "ProfileImagePath", "REG_EXPAND_SZ", `C:\Documents and Settings\kim`)
	add(`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\KB839436`, "DisplayName", "REG_SZ", "Hotfix for Live Communications Server (KB839436)")
	add(`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Other`, "DisplayName", "REG_SZ", "Other")
	add(`HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, "SynAttackProtect", "REG_DWORD", "1")
	add(`HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, "Hostname", "REG_SZ", "LCS01")
	add(`HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, "Domain", "REG_SZ", "contoso.com")

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "netstat.txt"), []byte(strings.ReplaceAll(netstat, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	text := replaced(t, script.Text("1.0"), "CommandOutput", `Function CommandOutput(command, text)
  Dim file, stream
  file = "`+w.Path(filepath.Join(dir, "netstat.txt"))+`"
  If Left(command, 7) <> "netstat" Then
    file = "`+w.Path(filepath.Join(dir, "out.txt"))+`"
    If shell.Run("cmd.exe /c " & command & " > " & file, 0, True) <> 0 Then
      CommandOutput = False
      Failed &H80070002, command & " failed"
      Exit Function
    End If
  End If
  Set stream = CreateObject("Scripting.FileSystemObject").OpenTextFile(file, 1)
  text = stream.ReadAll
  stream.Close
  CommandOutput = True
End Function`)
	out := run(t, w, text)
	h, _ := observe(t, out)

	key, none := true, false
	certificates, why := h.Certificates.Get()
	if diff := cmp.Diff([]facts.Certificate{
		{Store: "MY", DER: server.Certificate.Raw, HasPrivateKey: &key},
		{Store: "ROOT", DER: authority.Certificate.Raw, HasPrivateKey: &none},
	}, certificates); diff != "" || why != nil {
		t.Errorf("certificates: %v\n(-want +got):\n%s", why, diff)
	}
	roots, why := h.UserRoots.Get()
	if diff := cmp.Diff([]facts.Certificate{{Store: "ROOT", Profile: "kim", DER: authority.Certificate.Raw, HasPrivateKey: &none}}, roots); diff != "" || why != nil {
		t.Errorf("users' roots: %v\n(-want +got):\n%s", why, diff)
	}
	ports, why := h.Ports.Get()
	if diff := cmp.Diff([]facts.PortOwner{
		{Address: "0.0.0.0", Port: 135, ProcessID: 868}, {Address: "192.0.2.11", Port: 5060, ProcessID: 1804}, {Address: "[::]", Port: 5061, ProcessID: 1805},
	}, ports); diff != "" || why != nil {
		t.Errorf("ports: %v\n(-want +got):\n%s", why, diff)
	}
	hotfixes, why := h.Hotfixes.Get()
	if why != nil || !slices.ContainsFunc(hotfixes, func(h facts.Hotfix) bool { return h.ID == "KB839436" }) || slices.ContainsFunc(hotfixes, func(h facts.Hotfix) bool { return h.ID == "Other" }) {
		t.Errorf("hotfixes: %v, %v", hotfixes, why)
	}
	if !strings.Contains(out, `"name":"SynAttackProtect","value":1}`) {
		t.Error("SynAttackProtect is not told")
	}
}

// blob is the value that Windows keeps for a certificate, in hexadecimal.
func blob(der []byte, key bool) string {
	var out []byte
	put := func(property uint32, value []byte) {
		out = binary.LittleEndian.AppendUint32(out, property)
		out = binary.LittleEndian.AppendUint32(out, 1)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(value)))
		out = append(out, value...)
	}
	if key {
		put(2, []byte("container")) // where the private key is
	}
	put(32, der)
	return fmt.Sprintf("%x", out)
}
