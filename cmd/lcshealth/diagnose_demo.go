package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"

	"lcshealth/checks/lab"
	"lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"
	"lcshealth/report"
)

const clientLogHelp = `--client-log writes the log of a client whom the one --fault keeps from signing in,
as Windows Messenger does, or as later clients do if the file ends in .uccapilog
or .uccplog. For the faults of 405, 480 and 503, for user-sid-invalid,
stale-user-entry, user-not-enabled, user-missing-from-database and none, a
client really signs in over SIP to the simulated servers. They do not give the
codes of the other faults: there the exchange is made up, with the article's
code and phrase, and ends without an answer where the article has no code.`

// writeClientLog writes the log of a client of the lab, if one is asked for.
func (l *labFlags) writeClientLog(ctx context.Context, running *lab.Lab) error {
	if l.clientLog == "" {
		return nil
	}
	if len(l.faults) != 1 {
		return usagef("--client-log: name one --fault, whose client it is, or none")
	}
	log, err := running.ClientLog(ctx, l.faults[0])
	if err != nil {
		return usagef("--client-log: %w", err)
	}
	frame := trace.RTC
	switch strings.ToLower(filepath.Ext(l.clientLog)) {
	case ".uccapilog", ".uccplog":
		frame = trace.UCCAPI
	}
	return report.WriteFile(l.clientLog, func(w io.Writer) error { return clientlog.Write(w, frame, log.Exchanges, clientlog.Options{}) })
}
