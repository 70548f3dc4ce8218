package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"lcshealth/checks"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["utf16"] = inUTF16 }

// inUTF16 wants a file to be as Windows writes .reg files: UTF-16LE with its
// mark, lines that end in CR LF, and with the lines of another file:
//
//	utf16 on.reg want.txt
func inUTF16(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: utf16 FILE WANT")
	}
	octets := []byte(ts.ReadFile(args[0]))
	if !bytes.HasPrefix(octets, []byte{0xff, 0xfe}) || len(octets)%2 != 0 {
		ts.Fatalf("%s begins with % x", args[0], octets[:min(4, len(octets))])
	}
	units := make([]uint16, len(octets)/2-1)
	_, err := binary.Decode(octets[2:], binary.LittleEndian, units)
	ts.Check(err)
	want := strings.ReplaceAll(strings.TrimSpace(ts.ReadFile(args[1]))+"\n\n", "\n", "\r\n")
	if got := string(utf16.Decode(units)); strings.TrimRight(got, "\r\n") != strings.TrimRight(want, "\r\n") || !strings.HasSuffix(got, "\r\n") {
		ts.Fatalf("%q, want %q", got, want)
	}
}

// A log that is interrupted leaves nothing behind.
func TestDiagnoseInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.log")
	largeLog(t, file, 8<<20)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var said bytes.Buffer
	report := filepath.Join(t.TempDir(), "d.json")
	code := run(ctx, []string{"diagnose", "--quiet", "--log", file, "--report", "json=" + report}, &app{stdout: out, stderr: &said})
	if code != checks.ExitInternal || !strings.Contains(said.String(), "interrupted") {
		t.Errorf("exit code %d: %s", code, said.String())
	}
	if _, err := os.Stat(report); err == nil {
		t.Error("a report was written")
	}
}

// largeLog writes a log of about so many octets with sign-ins and chat.
func largeLog(tb testing.TB, name string, size int) {
	tb.Helper()
	file, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	c := lab.NewClient()
	for written, n := 0, 0; written < size; {
		c.Log = nil
		for range 50 {
			n++
			c.Begin(fmt.Sprintf("%032x", n))
			c.SignIn(404, "Not Found")
			c.Wait(time.Minute)
			c.Say(true, "MESSAGE sip:lee@contoso.com SIP/2.0", "9 MESSAGE", []string{"Content-Type: text/plain"}, strings.Repeat("a line of chat\r\n", 60))
		}
		var text bytes.Buffer
		if err := lab.Write(&text, trace.RTC, c.Log, lab.Options{}); err != nil {
			tb.Fatal(err)
		}
		n, err := file.Write(text.Bytes())
		if err != nil {
			tb.Fatal(err)
		}
		written += n
	}
}

// BenchmarkDiagnose runs the whole command on a log of 100 MB, and wants it to
// stay below 64 MB of memory.
func BenchmarkDiagnose(b *testing.B) {
	const most = 64 << 20
	file := filepath.Join(b.TempDir(), "Rtcdll0.log")
	largeLog(b, file, 100<<20)
	b.SetBytes(100 << 20)
	var peak int64
	for b.Loop() {
		command := exec.CommandContext(b.Context(), "lcshealth", "diagnose", "--quiet", "--log", file, "--format", "json") // which the tests' Main makes
		command.Dir = b.TempDir()
		out, err := command.Output()
		if exit := command.ProcessState.ExitCode(); exit != int(checks.ExitIncomplete) || !bytes.Contains(out, []byte(`"code": 404`)) {
			b.Fatalf("exit code %d, %v", exit, err)
		}
		peak = max(peak, peakMemory(command.ProcessState))
	}
	b.ReportMetric(float64(peak>>20), "peak-MB")
	if peak >= most {
		b.Errorf("%d MB of memory", peak>>20)
	}
}
