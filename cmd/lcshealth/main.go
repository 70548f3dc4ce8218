// Certificates of 2003 have traits that Go refuses by default. They are to be
// reported, not to fail: lcshealth trusts none of them for its own connections.

//go:debug x509negativeserial=1
//go:debug rsa1024min=0

// Command lcshealth checks a Live Communications Server (LCS) deployment from
// outside: it gathers facts from Active Directory, the RTC databases, the
// servers' hosts and the network, and reports which documented causes of
// failed sign-in are present, each with its evidence and remedy. It only reads.
//
// Run lcshealth help for the commands, and lcshealth demo to see it at work on
// a simulated deployment.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	// Users stream by: little is kept of all that is allocated, so that it costs
	// little memory to collect garbage less often.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := run(ctx, os.Args[1:], &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	os.Exit(int(code))
}
