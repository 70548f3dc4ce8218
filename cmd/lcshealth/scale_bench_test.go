package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
)

// The aims for the largest number of users. Times are ratios to what was
// measured in the same run, since machines differ.
const (
	aimCheck         = 1.5 // times the slower of ldapsearch and the databases read alone
	aimCheckMemory   = 300 // MB
	aimAnalyze       = 6 * time.Second
	aimAnalyzeMemory = 200 // MB
	aimGrowth        = 1.2 // times the cost for each user at a tenth of the users
)

// measure is one kind of work at one number of users, done several times.
type measure struct {
	name string
	runs []cost
}

// cost is what a program took.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // most that it had in memory, in octets; 0 if the system does not tell
}

// wall is the median time.
func (m *measure) wall() time.Duration { return m.median(func(c cost) time.Duration { return c.wall }) }

func (m *measure) cpu() time.Duration { return m.median(func(c cost) time.Duration { return c.cpu }) }

func (m *measure) median(of func(cost) time.Duration) time.Duration {
	values := make([]time.Duration, 0, len(m.runs))
	for _, c := range m.runs {
		values = append(values, of(c))
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// memory is the most that any of the runs had.
func (m *measure) memory() int64 {
	return slices.MaxFunc(m.runs, func(a, b cost) int { return cmp.Compare(a.memory, b.memory) }).memory
}

// The kinds of work.
const (
	workSearch    = "ldapsearch"
	workDirectory = "directory alone"
	workDatabases = "databases alone"
	workCheck     = "check"
	workCollect   = "collect"
	workAnalyze   = "analyze"
)

// level is everything measured at one number of users.
type level struct {
	users    int
	measures []*measure
	stored   int64 // octets of the facts file
	least    int64 // memory that a program is counted with which does nothing
}

func (l *level) of(name string) *measure {
	for _, m := range l.measures {
		if m.name == name {
			return m
		}
	}
	m := &measure{name: name}
	l.measures = append(l.measures, m)
	return m
}

// raw is the slower of the two ways in, each read alone.
func (l *level) raw() time.Duration {
	return max(l.of(workSearch).wall(), l.of(workDatabases).wall())
}

// BenchmarkScale checks deployments of many users (BENCH_USERS) with the real
// program, and has OpenLDAP's ldapsearch read the same accounts in the same
// run. BENCH_REPORT names a file for the table.
func BenchmarkScale(b *testing.B) {
	peer.Need(b, "slapd", "slapadd", "ldapsearch")
	sizes := cmp.Or(os.Getenv("BENCH_USERS"), "10000,100000,1000000")
	program := filepath.Join(b.TempDir(), "lcshealth")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	var levels []*level
	for size := range strings.SplitSeq(sizes, ",") {
		users, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			b.Fatalf("BENCH_USERS: %v", err)
		}
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			l := &level{users: users}
			s := newScale(b, users)
			if _, _, err := spend(b.Context(), searchProgram(s)); err != nil { // what was just loaded is read slowly once
				b.Fatal(err)
			}
			for b.Loop() {
				l.round(b, s, program)
			}
			b.ReportMetric(l.of(workCheck).wall().Seconds()/l.raw().Seconds(), "check/raw")
			b.ReportMetric(l.of(workCheck).wall().Seconds(), "check-s")
			b.ReportMetric(l.of(workAnalyze).wall().Seconds(), "analyze-s")
			levels = append(levels, l)
		})
	}
	if file := os.Getenv("BENCH_REPORT"); file != "" && len(levels) > 0 {
		var text bytes.Buffer
		writeLevels(&text, levels)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), os.WriteFile(file, text.Bytes(), 0o600)); err != nil {
			b.Fatal(err)
		}
		fmt.Printf("\n%s\n", text.String()) // a log would be cut
	}
}

// round does every kind of work once.
func (l *level) round(b *testing.B, s *scale, program string) {
	b.Helper()
	stored := s.path("facts")
	for _, work := range []struct {
		name    string
		program []string
	}{
		{workSearch, searchProgram(s)},
		{workDirectory, []string{"lcshealth-read", s.config, "directory"}},
		{workDatabases, []string{"lcshealth-read", s.config, "rtcdb"}},
		{workCheck, []string{program, "check", "-c", s.config, "--quiet", "--format", "json"}},
		{workCollect, []string{program, "collect", "-c", s.config, "--quiet", "-o", stored}},
		{workAnalyze, []string{program, "analyze", stored, "--format", "json"}},
	} {
		out, c, err := spend(b.Context(), work.program)
		if err == nil && (work.name == workCheck || work.name == workAnalyze) {
			err = s.verify(out)
		}
		if err != nil {
			b.Fatalf("%s: %v", work.name, err)
		}
		m := l.of(work.name)
		m.runs = append(m.runs, c)
		b.Logf("%8d users  %-16s %6.2f s, %6.2f s of processor, %4d MB", l.users, work.name, c.wall.Seconds(), c.cpu.Seconds(), c.memory>>20)
	}
	if info, err := os.Stat(stored); err == nil {
		l.stored = info.Size()
	}
	if _, c, err := spend(b.Context(), []string{"true"}); err == nil {
		l.least = max(l.least, c.memory)
	}
}

// searchProgram asks for what the directory source asks for.
func searchProgram(s *scale) []string {
	return []string{"ldapsearch", "-LLL", "-x", "-H", "ldap://" + s.slapd.Addr, "-D", s.slapd.BindDN, "-w", s.slapd.Password,
		"-b", s.slapd.BaseDN, "-E", "pr=1000/noprompt", "(|(msRTCSIP-PrimaryUserAddress=*)(msRTCSIP-UserEnabled=*)(msRTCSIP-PrimaryHomeServer=*)(msRTCSIP-TargetHomeServer=*))",
		"objectGUID", "objectSid", "displayName", "sAMAccountName", "msRTCSIP-OriginatorSid",
		"msRTCSIP-PrimaryUserAddress", "msRTCSIP-UserEnabled", "msRTCSIP-PrimaryHomeServer", "msRTCSIP-TargetHomeServer"}
}

// spend runs a program to its end and returns what it wrote, if that is short,
// and what it took.
func spend(ctx context.Context, program []string) ([]byte, cost, error) {
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	var out, stderr bytes.Buffer
	cmd.Stderr = &stderr
	if program[0] != "ldapsearch" { // which writes the accounts: to /dev/null
		cmd.Stdout = &out
	}
	started := time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(started)}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && expected(exit.ExitCode()) {
		err = nil
	}
	if err != nil {
		return nil, c, fmt.Errorf("%w: %s", err, stderr.String())
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.memory = peakMemory(cmd.ProcessState)
	return out.Bytes(), c, nil
}

// writeLevels writes the tables.
func writeLevels(w io.Writer, levels []*level) {
	fmt.Fprintf(w, "%s, %d × %s, %s, %s/%s, %s. Medians of %d runs, one after the other; peak memory is the most of them.\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), processor(), machineMemory(), runtime.GOOS, runtime.GOARCH, runtime.Version(), len(levels[0].of(workCheck).runs))
	fmt.Fprintf(w, "OpenLDAP's slapd and the simulated databases run on the same machine and share its processors. "+
		"Less than %d MB of memory cannot be told apart.\n\n", levels[len(levels)-1].least>>20)
	fmt.Fprint(w, "| users | work | time | of processor | for each user | peak memory | × ldapsearch |\n|---:|---|---:|---:|---:|---:|---:|\n")
	for _, l := range levels {
		for _, m := range l.measures {
			fmt.Fprintf(w, "| %d | %s | %.2f s | %.2f s | %.1f µs | %d MB | %.2f |\n", l.users, m.name, m.wall().Seconds(), m.cpu().Seconds(),
				m.wall().Seconds()*1e6/float64(l.users), m.memory()>>20, m.wall().Seconds()/l.of(workSearch).wall().Seconds())
		}
	}
	last := levels[len(levels)-1]
	fmt.Fprintf(w, "\nThe stored facts of %d users are %d MB.\n", last.users, last.stored>>20)
	fmt.Fprintf(w, "\n| aim at %d users | measured | |\n|---|---:|---|\n", last.users)
	check, analyze := last.of(workCheck), last.of(workAnalyze)
	aim := func(what, measured string, met bool) {
		fmt.Fprintf(w, "| %s | %s | %s |\n", what, measured, map[bool]string{true: "met", false: "**missed**"}[met])
	}
	ratio := check.wall().Seconds() / last.raw().Seconds()
	aim(fmt.Sprintf("check within %.1f × the slower of the two raw reads (ldapsearch, databases alone)", aimCheck), fmt.Sprintf("%.2f ×", ratio), ratio <= aimCheck)
	aim(fmt.Sprintf("peak memory of check under %d MB", aimCheckMemory), fmt.Sprintf("%d MB", check.memory()>>20), check.memory()>>20 < aimCheckMemory)
	aim(fmt.Sprintf("analyze under %s", aimAnalyze), fmt.Sprintf("%.2f s", analyze.wall().Seconds()), analyze.wall() < aimAnalyze)
	aim(fmt.Sprintf("peak memory of analyze under %d MB", aimAnalyzeMemory), fmt.Sprintf("%d MB", analyze.memory()>>20), analyze.memory()>>20 < aimAnalyzeMemory)
	if len(levels) > 1 {
		before := levels[len(levels)-2]
		for _, name := range []string{workCheck, workAnalyze} {
			each := func(l *level) float64 { return l.of(name).cpu().Seconds() / float64(l.users) }
			growth := each(last) / each(before)
			aim(fmt.Sprintf("%s: processor time for each user at most %.1f × that at %d users", name, aimGrowth, before.users), fmt.Sprintf("%.2f ×", growth), growth <= aimGrowth)
		}
	}
}

// processor names the processor, where the system tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor"
}

// machineMemory is how much memory the machine has, where the system tells.
func machineMemory() string {
	text, _ := os.ReadFile("/proc/meminfo")
	var kilobytes int
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kilobytes); err != nil {
		return "memory unknown"
	}
	return fmt.Sprintf("%.0f GiB", float64(kilobytes)/(1<<20))
}
