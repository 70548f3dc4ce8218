package clientlog_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect/clientlog"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// What is aimed at for a large trace. The time is a ratio to grep, which counts
// the start lines of the same file in the same run.
const (
	aimMemory  = 64 << 20 // octets
	readerFile = "LCSHEALTH_TEST_TRACE"
	startLine  = `(:: |Start-Line: )(SIP/2\.0 [0-9]{3}|[A-Z]+ sips?:[^ ]+ SIP/2\.0)`
)

// TestMain lets the benchmark run the reader as a program of its own, whose
// memory can be told from that of the tests.
func TestMain(m *testing.M) {
	if name := os.Getenv(readerFile); name != "" {
		os.Exit(readProgram(name))
	}
	os.Exit(m.Run())
}

// readProgram reads a trace, rebuilds its attempts and writes how many messages
// and attempts there are.
func readProgram(name string) int {
	file, err := os.Open(name)
	if err != nil {
		return 1
	}
	defer file.Close()
	var tracker signin.Tracker
	for r, err := range clientlog.Read(noDeadline{}, name, file, nil) {
		if err != nil {
			return 1
		}
		tracker.Add(r)
	}
	result := tracker.Result()
	fmt.Println(result.Messages, len(result.Attempts)+result.Omitted, peakMemory())
	return 0
}

// peakMemory is the most that this program had in memory, in octets; 0 where the
// system does not tell.
func peakMemory() int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	return 0
}

// noDeadline is the context of a program that is ended from outside.
type noDeadline struct{}

func (noDeadline) Deadline() (time.Time, bool) { return time.Time{}, false }
func (noDeadline) Done() <-chan struct{}       { return nil }
func (noDeadline) Err() error                  { return nil }
func (noDeadline) Value(any) any               { return nil }

// large writes a trace of about so many octets, and returns how many messages
// and attempts are in it.
func large(tb testing.TB, name string, frame trace.Frame, options lab.Options, size int) (messages, attempts int) {
	tb.Helper()
	file, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	c := lab.NewClient()
	for written := 0; written < size; {
		c.Log = nil
		for range 50 {
			c.Begin(fmt.Sprintf("%032x", attempts))
			c.SignIn(ends[attempts%len(ends)].code, ends[attempts%len(ends)].reason)
			c.Wait(time.Minute)
			c.Say(true, "MESSAGE sip:lee@contoso.com SIP/2.0", "9 MESSAGE", []string{"Content-Type: text/plain"}, string(bytes.Repeat([]byte("a line of chat\r\n"), 60)))
			attempts++
		}
		messages += len(c.Log)
		var text bytes.Buffer
		if err := lab.Write(&text, frame, c.Log, options); err != nil {
			tb.Fatal(err)
		}
		n, err := file.Write(text.Bytes())
		if err != nil {
			tb.Fatal(err)
		}
		written += n
	}
	return messages, attempts
}

// BenchmarkRead reads a trace of 100 MB (BENCH_MB) with a program of its own,
// and has grep count its start lines in the same run.
func BenchmarkRead(b *testing.B) {
	size := 100
	if text := os.Getenv("BENCH_MB"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			b.Fatalf("BENCH_MB: %v", err)
		}
	}
	for name, c := range map[string]struct {
		frame   trace.Frame
		options lab.Options
		pattern string
	}{
		"rtc":       {trace.RTC, lab.Options{}, startLine},
		"rtc-utf16": {trace.RTC, lab.Options{Encoding: lab.UTF16LEBare}, `S\x00I\x00P\x00/\x002\x00`},
		"uccapi":    {trace.UCCAPI, lab.Options{}, startLine},
		"sipstack":  {trace.SIPStack, lab.Options{}, startLine},
	} {
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "trace.log")
			messages, attempts := large(b, file, c.frame, c.options, size<<20)
			info, err := os.Stat(file)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			var reads, greps []spent
			var peak int64
			for b.Loop() {
				took, memory := readAll(b, file, messages, attempts)
				reads, peak = append(reads, took), max(peak, memory)
				_, took = run(b, []string{"LC_ALL=C"}, "grep", "-a", "-c", "-P", c.pattern, file)
				greps = append(greps, took)
			}
			read, grep := median(reads), median(greps)
			b.ReportMetric(read.wall.Seconds()/grep.wall.Seconds(), "×grep")
			b.ReportMetric(read.cpu.Seconds()/grep.cpu.Seconds(), "×grep-of-processor")
			b.ReportMetric(float64(info.Size()>>20)/read.cpu.Seconds(), "MB/s-of-processor")
			b.ReportMetric(float64(peak>>20), "peak-MB")
			if peak >= aimMemory {
				b.Errorf("%d MB of memory", peak>>20)
			}
		})
	}
}

// spent is the time that a program took.
type spent struct{ wall, cpu time.Duration }

// median is that of each kind of time by itself.
func median(all []spent) spent {
	of := func(kind func(spent) time.Duration) time.Duration {
		var values []time.Duration
		for _, s := range all {
			values = append(values, kind(s))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return spent{of(func(s spent) time.Duration { return s.wall }), of(func(s spent) time.Duration { return s.cpu })}
}

// TestMemory reads more than it may hold.
func TestMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the detector's own memory would be counted")
	}
	file := filepath.Join(t.TempDir(), "trace.log")
	messages, attempts := large(t, file, trace.RTC, lab.Options{}, 40<<20)
	if _, memory := readAll(t, file, messages, attempts); memory >= aimMemory {
		t.Errorf("%d MB of memory", memory>>20)
	}
}

// readAll reads a trace with a program of its own.
func readAll(tb testing.TB, file string, messages, attempts int) (took spent, memory int64) {
	tb.Helper()
	out, took := run(tb, []string{readerFile + "=" + file}, os.Args[0])
	var gotMessages, gotAttempts int
	if _, err := fmt.Sscan(out, &gotMessages, &gotAttempts, &memory); err != nil || gotMessages != messages || gotAttempts != attempts {
		tb.Fatalf("read %q instead of %d messages and %d attempts", out, messages, attempts)
	}
	return took, memory
}

func run(tb testing.TB, environment []string, program string, args ...string) (out string, took spent) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), program, args...)
	cmd.Env = append(os.Environ(), environment...)
	var text, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &failed
	started := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", program, err, failed.String())
	}
	return text.String(), spent{time.Since(started), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}
