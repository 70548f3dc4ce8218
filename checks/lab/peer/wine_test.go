package peer

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const listServices = `
For Each s In GetObject("winmgmts:{impersonationLevel=impersonate}!\\.\root\cimv2").ExecQuery("SELECT * FROM Win32_Service")
  WScript.Echo s.Name & "|" & s.DisplayName & "|" & s.StartMode & "|" & s.State & "|" & (s.ProcessID > 0)
Next
`

func TestWineServices(t *testing.T) {
	t.Parallel()
	w := StartWine(t, WineOptions{Services: []WineService{
		{Name: "rtcsrv", DisplayName: "Live Communications Server", State: ServiceRunning},
		{Name: "MSSQL$RTC", Account: `CONTOSO\RTCService`, StartMode: "Manual"},
		{Name: "MSSQLServer", StartMode: "Disabled"},
	}})
	script := filepath.Join(t.TempDir(), "services.vbs")
	if err := os.WriteFile(script, []byte(listServices), 0o600); err != nil {
		t.Fatal(err)
	}
	list := func() string {
		t.Helper()
		out, err := w.Command(t.Context(), "cscript", "//NoLogo", w.Path(script)).CombinedOutput()
		if err != nil {
			t.Fatalf("cscript: %v: %s", err, out)
		}
		return strings.ReplaceAll("\n"+string(out), "\r\n", "\n")
	}
	expect := func(lines ...string) {
		t.Helper()
		got := list()
		for _, want := range lines {
			if !strings.Contains(got, "\n"+want+"\n") {
				t.Errorf("no line %q in:\n%s", want, got)
			}
		}
	}
	expect("rtcsrv|Live Communications Server|Auto|Running|True",
		"MSSQL$RTC|MSSQL$RTC|Manual|Stopped|False",
		"MSSQLServer|MSSQLServer|Disabled|Stopped|False")

	w.Service(t,
		WineService{Name: "rtcsrv", DisplayName: "Live Communications Server"},
		WineService{Name: "MSSQL$RTC", State: ServiceRunning},
		WineService{Name: "RTCArchive", State: ServiceStarting})
	expect("rtcsrv|Live Communications Server|Auto|Stopped|False",
		"MSSQL$RTC|MSSQL$RTC|Auto|Running|True",
		"RTCArchive|RTCArchive|Auto|Start Pending|True")
	w.Service(t, WineService{Name: "RTCArchive", State: ServiceRunning})
	expect("RTCArchive|RTCArchive|Auto|Running|True")
}

// wineHelper, set in the environment, makes the test binary a helper of
// TestWineDiesWithTheTestBinary: it has a Windows until it is killed.
const wineHelper = "PEER_TEST_WINE_HELPER"

func TestWineHelper(t *testing.T) {
	if os.Getenv(wineHelper) == "" {
		return
	}
	w := StartWine(t, WineOptions{Services: []WineService{{Name: "rtcsrv", State: ServiceRunning}}})
	fmt.Println("serving", w.dir)
	<-w.server.done
}

func TestWineDiesWithTheTestBinary(t *testing.T) {
	t.Parallel()
	needWine(t)
	helper := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWineHelper$")
	helper.Env = append(helper.Environ(), wineHelper+"=yes", "TMPDIR="+t.TempDir())
	helper.Stderr = os.Stderr
	stdout, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var dir string
	if _, err := fmt.Fscanln(stdout, new(string), &dir); err != nil {
		t.Fatalf("the helper has no Windows: %v, %v", err, helper.Wait())
	}
	if programs := programsOf(t, dir); len(programs) < 3 { // services.exe, wineserver and the service at least
		t.Errorf("only %v run in Windows", programs)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // killed, as it should be
	eventually(t, "everything in Windows has ended", func() bool { return len(programsOf(t, dir)) == 0 })
	for _, id := range programsOf(t, dir) {
		if p, err := os.FindProcess(id); err == nil {
			_ = p.Kill()
		}
	}
}

// programsOf returns the processes of the Wine in a folder.
func programsOf(t *testing.T, dir string) (ids []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d processes, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(text, []byte("WINEPREFIX="+dir+"/prefix\x00")) {
			continue // it has ended, or is another's
		}
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestWineCommand(t *testing.T) {
	t.Parallel()
	w := &Wine{dir: "/var/tmp/w"}
	cmd := w.Command(t.Context(), "/opt/a b.exe", "/quiet")
	if got := strings.Join(cmd.Args, "|"); got != `wine|Z:\opt\a b.exe|/quiet` {
		t.Error(got)
	}
	if got := strings.Join(w.Command(t.Context(), "reg", "query").Args, "|"); got != "wine|reg|query" {
		t.Error(got)
	}
	env := w.env([]string{"HOME=/root", "DISPLAY=:0", "WINEPREFIX=/root/.wine", "WINEDEBUG=+all"})
	for _, want := range []string{"HOME=/root", "WINEPREFIX=/var/tmp/w/prefix", "WINEDEBUG=-all"} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing in %q", want, env)
		}
	}
	for _, setting := range env {
		if strings.HasPrefix(setting, "DISPLAY=") || setting == "WINEDEBUG=+all" || setting == "WINEPREFIX=/root/.wine" {
			t.Errorf("%s is there", setting)
		}
	}
}

func TestForwardingDLL(t *testing.T) {
	t.Parallel()
	image := forwardingDLL("a.dll", "Export", "B.Target")
	f, err := pe.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	if f.Machine != pe.IMAGE_FILE_MACHINE_AMD64 || len(f.Sections) != 1 || len(image) != 0x400 {
		t.Errorf("machine %x, %d sections, %d octets", f.Machine, len(f.Sections), len(image))
	}
	header, ok := f.OptionalHeader.(*pe.OptionalHeader64)
	if !ok {
		t.Fatalf("%T", f.OptionalHeader)
	}
	data, err := f.Sections[0].Data()
	if err != nil {
		t.Fatal(err)
	}
	exports := header.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT]
	text := func(rva uint32) string {
		end := bytes.IndexByte(data[rva-exports.VirtualAddress:], 0)
		return string(data[rva-exports.VirtualAddress:][:end])
	}
	at := func(rva uint32) uint32 { return binary.LittleEndian.Uint32(data[rva-exports.VirtualAddress:]) }
	directory := exports.VirtualAddress
	for what, got := range map[string]string{
		"a.dll":    text(at(directory + 12)),
		"B.Target": text(at(at(directory + 28))),
		"Export":   text(at(at(directory + 32))),
	} {
		if got != what {
			t.Errorf("%q, want %q", got, what)
		}
	}
	// A forwarder is told from code by where it lies.
	if rva := at(at(directory + 28)); rva < exports.VirtualAddress || rva >= exports.VirtualAddress+exports.Size {
		t.Errorf("the forwarder lies at %x, outside of the exports", rva)
	}
}
