package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Options say which run a scheduler of the system is to start, and when.
type Options struct {
	Schedule Schedule      // with its jitter
	Scope    string        // that is audited
	Binary   string        // absolute path of lcshealth on the machine that the files are for
	Config   string        // absolute path of the configuration there
	Deadline time.Duration // of a run
	User     string        // whom it runs as; empty: see the function
	Writable []string      // absolute paths of folders that a run writes to (systemd only)
	Now      time.Time     // from when on the schedule holds (Windows only)
}

// grace is how much longer than its own deadline a run may take before the
// scheduler kills it: enough to write down that the deadline was missed.
const grace = time.Minute

// File is a file for a scheduler, with its name and whole content.
type File struct {
	Name string
	Data []byte
}

// command is what is run, the program first.
func (o Options) command() []string {
	return []string{o.Binary, "audit", "--config", o.Config, "--scope", o.Scope, "--deadline", short(o.Deadline), "--quiet"}
}

// name is that of the files, without extension.
func (o Options) name() string { return "lcshealth-audit-" + fileName(o.Scope) }

var (
	unixUser    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*\$?$`)
	windowsUser = regexp.MustCompile(`^[^"/\[\]:;|=,+*?<>]+$`)
	windowsPath = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/])`)
)

// validate refuses what no scheduler could run. The paths are those of Windows
// or not.
func (o Options) validate(windows bool) error {
	if o.Schedule.loc == nil {
		return errors.New("there is no schedule")
	}
	if err := validScope(o.Scope); err != nil {
		return err
	}
	if o.Deadline < time.Second || o.Deadline%time.Second != 0 {
		return fmt.Errorf("deadline %s: it is whole seconds, at least one", o.Deadline)
	}
	paths := append([]string{o.Binary, o.Config}, o.Writable...)
	for _, path := range paths {
		if err := printable(path); err != nil {
			return fmt.Errorf("path %q: %w", path, err)
		}
		if windows != windowsPath.MatchString(path) || !windows && !strings.HasPrefix(path, "/") {
			return fmt.Errorf("path %q: it must be absolute, as %s", path, map[bool]string{
				true: `C:\Program Files\lcshealth\lcshealth.exe is`, false: "/usr/local/bin/lcshealth is",
			}[windows])
		}
	}
	if o.User != "" && !map[bool]*regexp.Regexp{false: unixUser, true: windowsUser}[windows].MatchString(o.User) {
		return fmt.Errorf("user %q: it is not the name of a user", o.User)
	}
	return printable(o.User)
}

// short writes a duration without what is zero at its end.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// shellQuote writes a word for a shell, in the one way that crons leave alone
// too. In a crontab a % ends the command unless a backslash stands before it,
// which some crons then remove and some do not; some take two backslashes for
// one. So a % stands outside the quotes, where the shell removes what the cron
// left, and no backslash stands before another or before a %.
func shellQuote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.NewReplacer(`'`, `'"'"'`, `\`, `\''`, `%`, `'\%'`).Replace(word) + "'"
}

// plainWord is a word that needs no quotes, plainArgument one that needs none on
// Windows either.
var (
	plainWord     = regexp.MustCompile(`^[A-Za-z0-9_./:=+,@-]+$`)
	plainArgument = regexp.MustCompile(`^[A-Za-z0-9_./:=+,@\\-]*[A-Za-z0-9_./:=+,@-]$`)
)

func shellWords(words []string) string {
	var out []string
	for _, w := range words {
		out = append(out, shellQuote(w))
	}
	return strings.Join(out, " ")
}
