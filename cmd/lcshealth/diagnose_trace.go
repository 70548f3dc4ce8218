package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"lcshealth/report"

	"golang.org/x/text/encoding/unicode"
)

// traceClients are what --how-to-trace takes.
var traceClients = []string{"messenger", "communicator", "server"}

// tracing says how a program is made to write a log.
type tracing struct {
	name   string
	title  string
	source string   // where the values are documented; empty: from memory
	keys   []string // below HKEY_CURRENT_USER\Software\Microsoft\Tracing
	before []string
	after  []string
	files  string
}

const tracingKey = `HKEY_CURRENT_USER\Software\Microsoft\Tracing\`

// tracings are the ways to trace, in the order in which they are told.
var tracings = []tracing{
	{
		name: "messenger", title: "Windows Messenger 5.0 and later", source: "KB 871023", keys: []string{"RTCDLL"},
		before: []string{"End msmsgs.exe in Task Manager: closing its window does not end it."},
		after:  []string{"Start Windows Messenger, and sign in once."},
		files:  `%USERPROFILE%\Tracing\Rtcdll*.log. Copy it before Messenger is started again: each start deletes the log and begins a new one.`,
	},
	{
		name: "communicator", title: "Office Communicator 2005", source: "KB 871023", keys: []string{"Communicator", "LCAPI", "LCIMSP", "LCMSGSC", "lcmedia_rtp"},
		before: nil,
		after:  []string{"End Communicator in Task Manager, start it again, and sign in once.", `The value FileDirectory of each key should be %USERPROFILE%\Tracing, which it is unless somebody changed it.`},
		files:  `%USERPROFILE%\Tracing. Name the folder: diagnose finds the log with the SIP messages in it.`,
	},
	{
		name: "communicator", title: "Office Communicator 2007 and later", files: `%USERPROFILE%\Tracing\Communicator-uccp-*.uccplog or *.uccapilog.`,
		after: []string{"In Communicator, Options, General: turn on logging, sign out, end Communicator, start it again, and sign in once."},
	},
	{
		name: "server", title: "The SIP stack of a server", files: "a text with TL_INFO(TF_PROTOCOL) … $$begin_record. diagnose reads it like a client's log.",
		after: []string{
			"On later servers: start the Logging Tool from the management console, choose the component SIPStack with all flags, start logging, have the user sign in, stop logging, and save the formatted text.",
			"Live Communications Server 2003 and 2005 write logs of their own form. Take the client's log instead: it holds the same messages, also those that went over TLS.",
		},
	},
}

func (o *diagnoseOptions) traced(args []string) ([]tracing, error) {
	name := o.howTo
	switch {
	case len(args) == 1 && (name == "" || name == "all"):
		name = args[0]
	case len(args) > 0:
		return nil, usagef("--how-to-trace: name one of %s", strings.Join(traceClients, ", "))
	}
	if name == "" || name == "all" {
		return tracings, nil
	}
	if err := oneOf("--how-to-trace", name, traceClients...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(tracings), func(t tracing) bool { return t.name != name }), nil
}

func runHowToTrace(a *app, o *diagnoseOptions, args []string) error {
	list, err := o.traced(args)
	if err != nil {
		return err
	}
	if o.reg != "" {
		return writeReg(a, o, list)
	}
	if o.to != "" {
		return usagef("--output: it is for --reg")
	}
	p := &paper{out: a.stdout, width: paperWidth(a.stdout)}
	for i, t := range list {
		if i > 0 {
			p.blank()
		}
		t.tell(p)
	}
	p.blank()
	p.indented("", "Then: lcshealth diagnose --log FILE")
	p.indented("", "Afterwards switch tracing off again: the log grows, and holds messages in clear that went over TLS. Delete logs that are no longer needed.")
	return p.err
}

func (t *tracing) tell(p *paper) {
	p.line(t.title)
	if t.source == "" {
		p.indented("  ", "Unconfirmed: this is from memory, and no document at hand says it.")
	} else {
		p.indented("  ", "Source: "+t.source+".")
	}
	n := 0
	step := func(text string) {
		n++
		p.indented(fmt.Sprintf("  %d. ", n), text)
	}
	for _, s := range t.before {
		step(s)
	}
	if len(t.keys) > 0 {
		step("Set the value EnableFileTracing (a DWORD; make it if it is not there) to 1 in:")
		for _, k := range t.keys {
			p.line("       " + tracingKey + k)
		}
		p.indented("     ", "or import what lcshealth diagnose --how-to-trace="+t.name+" --reg enable -o on.reg writes. Back the registry up before.")
	}
	for _, s := range t.after {
		step(s)
	}
	p.indented("  ", "The log is "+t.files)
	if len(t.keys) > 0 {
		p.indented("  ", "To switch it off: the same values at 0 (--reg disable), and start the program again.")
	}
}

// writeReg writes a file that regedit imports: version 5.00, UTF-16 with its
// mark, lines that end in CR LF.
func writeReg(a *app, o *diagnoseOptions, list []tracing) error {
	if err := oneOf("--reg", o.reg, "enable", "disable"); err != nil {
		return err
	}
	value := map[string]int{"enable": 1}[o.reg]
	lines := []string{"Windows Registry Editor Version 5.00", ""}
	for _, t := range list {
		for _, k := range t.keys {
			lines = append(lines, "["+tracingKey+k+"]", fmt.Sprintf(`"EnableFileTracing"=dword:%08x`, value), "")
		}
	}
	if len(lines) == 2 {
		return usagef("--reg: no values of the registry are known that switch tracing of the server; name messenger or communicator")
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.Join(lines, "\r\n"))
	if err != nil {
		return fmt.Errorf("write the .reg file: %w", err)
	}
	write := func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
	if o.to != "" {
		err = report.WriteFile(o.to, write)
	} else {
		err = write(a.stdout)
	}
	if err != nil {
		return fmt.Errorf("write the .reg file: %w", err)
	}
	if o.reg == "enable" && !a.quiet {
		fmt.Fprintln(a.stderr, "lcshealth: start the client again for it to take effect; when the log is there, switch tracing off with --reg disable")
	}
	return nil
}
