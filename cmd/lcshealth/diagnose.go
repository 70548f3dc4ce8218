package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/diagnosis"
	"lcshealth/report/text"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// diagnoseOptions are the flags of diagnose.
type diagnoseOptions struct {
	logs           []string
	code           int
	phrase         string
	user, server   string
	facts          string
	config         configFlags
	format         string
	reports        []string // FORMAT=FILE
	verbose        bool
	redact         redactFlags
	howTo, reg, to string
}

// diagnoseFormats are those in which a diagnosis is written.
var diagnoseFormats = []string{"text", "json", "html"}

const diagnoseExitCodes = `Exit codes:
  0  no failure was found; or one was, and none of its causes is present
  1  a cause of the failure is present, whatever its severity
  2  usage or configuration error
  3  incomplete: a failure was found and the server side was not checked, or
     could not be seen as a whole; or no cause is present, and more are known to
     exist than are documented (401, no answer); or the log does not tell
  4  internal error, or interrupted`

func newDiagnose(a *app) *cobra.Command {
	var o diagnoseOptions
	c := &cobra.Command{
		Use:   "diagnose [--log] FILE...",
		Short: "One user cannot sign in: find the cause from the client's log",
		Long: `diagnose walks the whole way of KB 871023 for one failed sign-in. It reads the end
of the client's log, finds the SIP code and its phrase, looks the causes up, and
checks each of them on the server side for this user and this server.

A log is what Windows Messenger (Rtcdll*.log) and Communicator write, .uccplog
and .uccapilog of later clients, the SIPStack trace of a server, or messages
pasted from a mail: a file, a folder of them, or - for standard input. Without
one, --code and --user say what failed. --how-to-trace tells how to get one.

The server side is checked if there is a configuration (--config, or
lcshealth.yaml in this folder) or a file of facts that lcshealth collect wrote
(--facts). Without either, diagnose says what to run.

The normal 401 challenge is no failure. Credentials and the bodies of messages
are neither shown nor stored.

` + diagnoseExitCodes,
		Example: `  lcshealth diagnose --log Rtcdll0.log
  lcshealth diagnose --log "C:\Documents and Settings\kim\Tracing" --facts contoso.lcsfacts
  lcshealth diagnose --log - < mail.txt
  lcshealth diagnose --code 404 --user sip:alice@contoso.com --server lcs01.contoso.com
  lcshealth diagnose --code 400 --phrase "Missing correct VIA header"
  lcshealth diagnose --user sip:alice@contoso.com       everything that can stop her
  lcshealth diagnose --log Rtcdll0.log --redact --report html=alice.html
  lcshealth diagnose --how-to-trace messenger
  lcshealth diagnose --reg enable -o trace-on.reg`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("how-to-trace") || o.reg != "" {
				return runHowToTrace(a, &o, args)
			}
			o.logs = append(o.logs, args...)
			return runDiagnose(c, a, &o)
		},
	}
	o.addFlags(c)
	return c
}

func (o *diagnoseOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&o.logs, "log", "l", nil, "a log of a client or server: a `file`, a folder, or - for standard input (repeatable)")
	f.IntVar(&o.code, "code", 0, "the SIP `code` that the client got, without a log or instead of the log's")
	f.StringVar(&o.phrase, "phrase", "", "the `words` behind the code: those of 400 tell two causes apart")
	f.StringVar(&o.user, "user", "", "the user who cannot sign in: sip:user@domain (`uri`); of a log, only this user's attempts")
	f.StringVar(&o.server, "server", "", "the server that the client asked (`fqdn`), if the log does not tell")
	f.StringVar(&o.facts, "facts", "", "check the server side in this `file` of lcshealth collect")
	f.StringVar(&o.format, "format", "text", "`format` on standard output: "+strings.Join(diagnoseFormats, ", "))
	f.StringArrayVar(&o.reports, "report", nil, "also write the diagnosis to a file, as `FORMAT=FILE` (repeatable)")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "text: show every attempt and message")
	f.StringVar(&o.howTo, "how-to-trace", "", "tell how to switch tracing on and off: of messenger, communicator or server (`client`)")
	f.Lookup("how-to-trace").NoOptDefVal = "all"
	f.StringVar(&o.reg, "reg", "", "write the .reg file that switches tracing of the clients on or off: `enable` or disable")
	f.StringVarP(&o.to, "output", "o", "", "with --reg: write to this `file`")
	o.config.addFlags(c)
	o.redact.addFlags(c)
	must(c.RegisterFlagCompletionFunc("code", completeCodes))
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diagnoseFormats, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("how-to-trace", cobra.FixedCompletions(traceClients, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("reg", cobra.FixedCompletions([]string{"enable", "disable"}, cobra.ShellCompDirectiveNoFileComp)))
	must(c.MarkFlagFilename("log"))
	must(c.MarkFlagFilename("facts", "lcsfacts"))
}

// validate refuses wrong flags before anything is read.
func (o *diagnoseOptions) validate(c *cobra.Command) error {
	if err := oneOf("--format", o.format, diagnoseFormats...); err != nil {
		return err
	}
	for _, r := range o.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || !slices.Contains(diagnoseFormats, format) {
			return usagef("--report %s: write FORMAT=FILE, with one of %s as the format", r, strings.Join(diagnoseFormats, ", "))
		}
	}
	switch {
	case len(o.logs) == 0 && o.code == 0 && o.user == "":
		return usagef("nothing to diagnose: name a log with --log, or a --code, or a --user\nlcshealth diagnose --how-to-trace tells how to get a log")
	case o.code != 0 && (o.code < 300 || o.code > 699):
		return usagef("--code %d: a failure has a code from 300 to 699; known are %v", o.code, knownCodes())
	case o.phrase != "" && o.code == 0:
		return usagef("--phrase: it is for --code, which is not given")
	case o.to != "":
		return usagef("--output: it is for --reg; a diagnosis goes to a file with --report FORMAT=FILE")
	case o.facts != "" && (c.Flags().Changed("config") || len(o.config.hostFiles) > 0):
		return usagef("--facts: the server side is in the file, or is asked with --config and --host-file; not both")
	case slices.Contains(o.logs, ""):
		return usagef("--log: name a file")
	}
	if n := len(slices.DeleteFunc(slices.Clone(o.logs), func(l string) bool { return l != "-" })); n > 1 {
		return usagef("--log -: standard input can be read once")
	}
	return nil
}

// checkUser refuses a user that is none, and offers those of the log.
func (o *diagnoseOptions) checkUser(inLog []string) error {
	asked := facts.NormalizeAddress(o.user)
	if asked == "" || facts.AddressDomain(asked) != "" {
		return nil
	}
	err := fmt.Errorf("--user %s: a sign-in name has the form sip:user@domain", o.user)
	for _, name := range inLog {
		if user, _, _ := strings.Cut(facts.NormalizeAddress(name), "@"); user == asked {
			return usagef("%w; did you mean %s?", err, name)
		}
	}
	return usage(err)
}

// write writes the diagnosis everywhere it goes.
func (o *diagnoseOptions) write(a *app, d *diagnosis.Diagnosis) error {
	for _, target := range o.reports {
		format, file, _ := strings.Cut(target, "=")
		if err := report.WriteFile(file, func(w io.Writer) error { return o.render(w, format, d, text.Options{Width: 100}) }); err != nil {
			return fmt.Errorf("write the diagnosis: %w", err)
		}
	}
	options := text.Options{Color: useColor(a.stdout)}
	if width, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
		options.Width = min(width, 120)
	}
	return o.render(a.stdout, o.format, d, options)
}

func (o *diagnoseOptions) render(w io.Writer, format string, d *diagnosis.Diagnosis, options text.Options) error {
	switch format {
	case "json":
		return diagnosis.WriteJSON(w, d)
	case "html":
		return diagnosis.WriteHTML(w, d)
	}
	options.Verbose = o.verbose
	return diagnosis.WriteText(w, d, options)
}
