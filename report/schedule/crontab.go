package schedule

import (
	"fmt"
	"time"
)

// cronCommand is the longest command that every cron takes (MAX_COMMAND).
const cronCommand = 990

// Cron writes the lines that run the audit from cron: a file for /etc/cron.d if
// Options.User is given, otherwise lines for a user's own crontab.
//
// A zone becomes CRON_TZ, which not every cron knows; the file says so. Jitter
// becomes a random pause before the run.
func Cron(o Options) (File, error) {
	if err := o.validate(false); err != nil {
		return File{}, fmt.Errorf("cron: %w", err)
	}
	command := shellWords(o.command())
	if o.Schedule.jitter > 0 {
		command = fmt.Sprintf("sleep $(shuf -i 0-%d -n 1); exec %s", o.Schedule.jitter/time.Second, command)
	}
	if len(command) > cronCommand {
		return File{}, fmt.Errorf("cron: the command has %d octets, of which cron takes %d: use shorter paths", len(command), cronCommand)
	}
	data, err := render("crontab.tmpl", map[string]any{
		"Scope": o.Scope, "Name": o.name(), "Zone": o.Schedule.zone, "User": o.User,
		"Times": o.Schedule.crontab(), "Command": command,
	})
	if err != nil {
		return File{}, fmt.Errorf("cron: %w", err)
	}
	return File{Name: o.name(), Data: data}, nil
}

// crontab writes the five fields in the form that all crons read alike: without
// ?, names and the many ways to say Sunday.
func (s Schedule) crontab() string {
	var out string
	for i, bits := range []uint64{s.spec.Minute, s.spec.Hour, s.spec.Dom, s.spec.Month, s.spec.Dow} {
		f := fields[i]
		text := write(f.values(bits), "%d", "-")
		if day := i == 2 || i == 4; bits&star != 0 || !day && f.all(bits) {
			text = "*"
		}
		if i > 0 {
			out += " "
		}
		out += text
	}
	return out
}
