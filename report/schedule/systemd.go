package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// stateFolder is below /var/lib; systemd makes it and lets the run write to it.
const stateFolder = "lcshealth"

// Systemd writes the service that runs the audit and the timer that starts it.
// Without Options.User the service gets a user of its own (DynamicUser), who must
// be able to read the configuration. It may write to /var/lib/lcshealth and to
// Options.Writable, and to nothing else.
//
// A time that the clocks jump over is lost on that day: systemd leaves it out.
func Systemd(o Options) ([]File, error) {
	if err := o.validate(false); err != nil {
		return nil, fmt.Errorf("systemd: %w", err)
	}
	command := systemdCommand(o.command())
	var writable []string
	for _, path := range o.Writable {
		writable = append(writable, systemdQuote(path, false))
	}
	lost, isLost := o.Schedule.lost(o.Now)
	values := map[string]any{
		"Name": o.name(), "Scope": strings.ReplaceAll(o.Scope, "%", "%%"), "User": o.User, "State": stateFolder,
		"Command": command, "Writable": strings.Join(writable, " "),
		"Timeout": seconds(o.Deadline + grace), "Jitter": int64(o.Schedule.jitter / time.Second),
		"Calendar": o.Schedule.OnCalendar(), "Schedule": o.Schedule, "Zone": o.Schedule.zone, "IsLost": isLost, "Lost": lost.Format("2006-01-02 15:04"),
	}
	var out []File
	for _, kind := range []string{"service", "timer"} {
		data, err := render(kind+".tmpl", values)
		if err != nil {
			return nil, fmt.Errorf("systemd: %w", err)
		}
		out = append(out, File{Name: o.name() + "." + kind, Data: data})
	}
	return out, nil
}

// systemdCommand writes a command. systemd takes no program whose path holds a
// quote or a backslash; a shell starts it instead.
func systemdCommand(words []string) string {
	out, args := []string{systemdQuote(words[0], false)}, words[1:]
	if strings.ContainsAny(words[0], `"'\`) {
		out, args = []string{"/bin/sh", "-c", systemdQuote(`exec "$0" "$@"`, true)}, words
	}
	for _, arg := range args {
		out = append(out, systemdQuote(arg, true))
	}
	return strings.Join(out, " ")
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

var plainUnit = regexp.MustCompile(`^[A-Za-z0-9_./:=+,-][A-Za-z0-9_./:=+,@-]*$`)

// systemdQuote writes a word of a unit file (systemd.syntax(7)). A % begins a
// specifier; a $ a variable, but only in the arguments of a command: the path of
// the program itself is not expanded.
func systemdQuote(word string, argument bool) string {
	if plainUnit.MatchString(word) {
		return word
	}
	replace := []string{`\`, `\\`, `"`, `\"`, "%", "%%"}
	if argument {
		replace = append(replace, "$", "$$")
	}
	return `"` + strings.NewReplacer(replace...).Replace(word) + `"`
}
