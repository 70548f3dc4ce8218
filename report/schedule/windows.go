package schedule

import (
	"encoding/xml"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// networkService is NT AUTHORITY\NetworkService, which is the computer's own
// account to other machines.
const networkService = "S-1-5-20"

// WindowsTask writes the task that runs the audit as a file for schtasks /create
// /xml: UTF-16 with a byte order mark, which that program wants. Without
// Options.User it runs as Network Service, otherwise as that account with its
// password.
//
// Schedules in a zone are refused, as are those of more times of a day than a
// task has triggers. Windows replaces %NAME% and $(NAME) in the path of a
// program and gives no way to prevent it: such a path is refused too.
func WindowsTask(o Options) (File, error) {
	if err := o.validate(true); err != nil {
		return File{}, fmt.Errorf("windows task: %w", err)
	}
	if strings.Count(o.Binary, "%") > 1 || strings.Contains(o.Binary, "$(") || strings.Contains(o.Binary, `"`) {
		return File{}, fmt.Errorf("windows task: program %q: Windows replaces %%NAME%% and $(NAME) in it, and no name holds a quote: put it elsewhere", o.Binary)
	}
	triggers, err := o.Schedule.triggers(o.Now)
	if err != nil {
		return File{}, fmt.Errorf("windows task: %w", err)
	}
	var args []string
	for _, arg := range o.command()[1:] {
		args = append(args, windowsQuote(arg))
	}
	who := principal{ID: "Author", UserID: networkService, RunLevel: "LeastPrivilege"}
	if o.User != "" {
		who.UserID, who.LogonType = o.User, "Password"
	}
	body, err := xml.MarshalIndent(task{
		Version:      "1.2",
		Registration: registration{Author: "lcshealth", Description: fmt.Sprintf("Audits scope %q of Live Communications Server with lcshealth.", o.Scope)},
		Triggers:     triggers,
		Principal:    who,
		Settings: settings{
			MultipleInstancesPolicy: "IgnoreNew", AllowHardTerminate: true, StartWhenAvailable: true,
			AllowStartOnDemand: true, Enabled: true, ExecutionTimeLimit: isoDuration(o.Deadline + grace), Priority: 7,
		},
		Actions: actions{Context: who.ID, Exec: execAction{Command: o.Binary, Arguments: strings.Join(args, " ")}},
	}, "", "  ")
	if err != nil {
		return File{}, fmt.Errorf("windows task: %w", err)
	}
	head, err := render("task.tmpl", map[string]any{"Name": o.name(), "User": comment(o.User)})
	if err != nil {
		return File{}, fmt.Errorf("windows task: %w", err)
	}
	text := strings.ReplaceAll(string(head)+string(body)+"\n", "\n", "\r\n")
	data, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		return File{}, fmt.Errorf("windows task: %w", err)
	}
	return File{Name: o.name() + ".xml", Data: data}, nil
}

// comment makes a text fit for a comment of XML.
func comment(text string) string { return strings.ReplaceAll(text, "--", "- -") }

// windowsQuote writes an argument as the C runtime and Go read it back: in
// quotes, with backslashes doubled before a quote. A % and a $ stand outside the
// quotes, so that between two % there is always a quote, and one behind every $:
// what Windows would take for %NAME% or $(NAME) is then the name of nothing.
func windowsQuote(arg string) string {
	if plainArgument.MatchString(arg) {
		return arg
	}
	var b strings.Builder
	quoted := func(text string) {
		b.WriteByte('"')
		slashes := 0
		for _, r := range text {
			switch r {
			case '\\':
				slashes++
			case '"':
				b.WriteString(strings.Repeat(`\`, slashes+1))
				slashes = 0
			default:
				slashes = 0
			}
			b.WriteRune(r)
		}
		b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	}
	from := 0
	for i, r := range arg {
		if r == '%' || r == '$' {
			quoted(arg[from:i])
			b.WriteRune(r)
			from = i + 1
		}
	}
	quoted(arg[from:])
	return b.String()
}
