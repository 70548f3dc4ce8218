package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no zone files that Go reads

	"lcshealth/report"
	"lcshealth/report/schedule"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"golang.org/x/text/encoding/unicode"
)

// scheduleFlags are those of the commands that write files for a scheduler.
type scheduleFlags struct {
	at       string
	zone     string
	jitter   time.Duration
	config   string
	scope    string
	deadline time.Duration
	user     string
	binary   string
	writable []string
	dir      string
}

func newSchedule(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "schedule",
		Short: "Print what systemd, cron or Windows needs to run audits regularly",
		Long: `schedule prints the files that make a scheduler run "lcshealth audit" regularly,
with the commands that install them as comments. It installs nothing itself.

The time is a cron expression: minute, hour, day of month, month, day of week, or
@hourly, @daily, @weekly, @monthly, @yearly. lcshealth serve reads it alike.`,
		Example: `  lcshealth schedule systemd --at "15 2 * * *" --zone Europe/Berlin -o units
  lcshealth schedule cron --config /etc/lcshealth/lcshealth.yaml > lcshealth-audit-default
  lcshealth schedule windows --user "CONTOSO\lcsaudit" -o .`,
	}
	c.AddCommand(
		scheduleCommand(a, "systemd", "Print a systemd service and its timer", "lcshealth",
			"`user` the service runs as; empty: one that systemd makes for the run", schedule.Systemd),
		scheduleCommand(a, "cron", "Print a file for /etc/cron.d, or lines for a crontab", "lcshealth",
			"`user` the command runs as; empty: lines for a user's own crontab", one(schedule.Cron)),
		scheduleCommand(a, "windows", "Print a task for schtasks /create /xml", "",
			"`account` the task runs as, with its password; empty: Network Service", one(schedule.WindowsTask)),
	)
	return c
}

// one makes a function of one file one of several.
func one(write func(schedule.Options) (schedule.File, error)) func(schedule.Options) ([]schedule.File, error) {
	return func(o schedule.Options) ([]schedule.File, error) {
		file, err := write(o)
		return []schedule.File{file}, err
	}
}

func scheduleCommand(a *app, name, about, user, userHelp string, write func(schedule.Options) ([]schedule.File, error)) *cobra.Command {
	var f scheduleFlags
	c := &cobra.Command{
		Use: name, Short: about, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runSchedule(a, &f, name == "windows", write) },
	}
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "15 2 * * *", "cron `expression`: when the audit runs")
	if name != "windows" { // whose tasks run by the machine's clock
		flags.StringVar(&f.zone, "zone", "", "time `zone` of the expression, such as Europe/Berlin; empty: the machine's")
	}
	flags.DurationVar(&f.jitter, "jitter", 0, "put every run off by a random time of up to this `duration`")
	flags.StringVarP(&f.config, "config", "c", "lcshealth.yaml", "configuration `file` of the audit")
	flags.StringVar(&f.scope, "scope", "default", "`name` of what is audited; audits of the same name are compared")
	flags.DurationVar(&f.deadline, "deadline", 30*time.Minute, "most time for an audit (`duration`)")
	flags.StringVar(&f.user, "user", user, userHelp)
	flags.StringVar(&f.binary, "binary", "", "absolute `path` of lcshealth on the machine that runs it; empty: this program's")
	if name == "systemd" {
		flags.StringArrayVar(&f.writable, "writable", nil, "`folder` that the audit writes to, besides /var/lib/lcshealth (repeatable)")
	}
	flags.StringVarP(&f.dir, "output", "o", "", "write the files into a `folder`, instead of to standard output")
	must(c.MarkFlagDirname("output"))
	must(c.MarkFlagFilename("config", "yaml", "yml"))
	return c
}

func runSchedule(a *app, f *scheduleFlags, windows bool, write func(schedule.Options) ([]schedule.File, error)) error {
	o, err := f.options(windows, time.Now())
	if err != nil {
		return usage(err)
	}
	files, err := write(o)
	if err != nil {
		return usage(err)
	}
	if !a.quiet {
		fmt.Fprintln(a.stderr, nextRun(o))
	}
	if f.dir == "" {
		for i, file := range files {
			if err := printFile(a, file, i, len(files), windows); err != nil {
				return fmt.Errorf("write %s: %w", file.Name, err)
			}
		}
		return nil
	}
	if err := os.MkdirAll(f.dir, 0o750); err != nil {
		return fmt.Errorf("write the files: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(f.dir, file.Name)
		if err := report.WriteFile(path, func(w io.Writer) error { _, err := w.Write(file.Data); return err }); err != nil {
			return err
		}
		if !a.quiet {
			fmt.Fprintf(a.stderr, "wrote %s\n", path)
		}
	}
	return nil
}

// nextRun tells when the first audit is.
func nextRun(o schedule.Options) string {
	jitter := o.Schedule.Jitter()
	plain, err := o.Schedule.Jittered(o.Scope, 0)
	if err != nil { // it was accepted with jitter
		plain = o.Schedule
	}
	text := "the next run is at " + plain.Next(o.Now).Format("2006-01-02 15:04 MST")
	if jitter > 0 {
		text += ", put off by up to " + strings.TrimSuffix(jitter.String(), "0s")
	}
	return text
}

// printFile writes a file to standard output: under its name if there are
// several, and in an encoding that a terminal shows.
func printFile(a *app, file schedule.File, i, of int, windows bool) error {
	data := file.Data
	if windows && term.IsTerminal(int(a.stdout.Fd())) {
		var err error
		if data, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data); err != nil {
			return err
		}
		fmt.Fprintln(a.stderr, "schtasks reads the file in UTF-16, as -o writes it")
	}
	if of > 1 {
		var b bytes.Buffer
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n", file.Name)
		data = append(b.Bytes(), data...)
	}
	_, err := a.stdout.Write(data)
	return err
}

// options are what the flags ask for.
func (f *scheduleFlags) options(windows bool, now time.Time) (schedule.Options, error) {
	s, err := schedule.Parse(f.at, f.zone)
	if err != nil {
		return schedule.Options{}, fmt.Errorf("--at: %w", err)
	}
	if s, err = s.Jittered(f.scope, f.jitter); err != nil {
		return schedule.Options{}, fmt.Errorf("--jitter: %w", err)
	}
	o := schedule.Options{
		Schedule: s, Scope: f.scope, Binary: f.binary, Config: f.config, Deadline: f.deadline,
		User: f.user, Writable: f.writable, Now: now,
	}
	if windows != (runtime.GOOS == "windows") {
		// This machine's paths are not those of the machine that runs it.
		if o.Binary == "" {
			return o, fmt.Errorf("this is %s: name the program on the other machine with --binary and its configuration with --config", runtime.GOOS)
		}
		return o, nil
	}
	if o.Binary == "" {
		if o.Binary, err = os.Executable(); err != nil {
			return o, fmt.Errorf("find this program: %w\nname it with --binary", err)
		}
	}
	for _, path := range append([]*string{&o.Config}, pointers(o.Writable)...) {
		if *path, err = filepath.Abs(*path); err != nil {
			return o, err
		}
	}
	return o, nil
}

func pointers(s []string) (out []*string) {
	for i := range s {
		out = append(out, &s[i])
	}
	return out
}
