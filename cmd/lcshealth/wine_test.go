package main

import (
	"maps"
	"path/filepath"
	"testing"

	"lcshealth/checks/lab/peer"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestWine asks a Windows that Wine provides, with the services of a Live
// Communications Server whose database is stopped.
func TestWine(t *testing.T) {
	t.Parallel()
	w := peer.StartWine(t, peer.WineOptions{Services: []peer.WineService{
		{Name: "rtcsrv", DisplayName: "Live Communications Server", State: peer.ServiceRunning},
		{Name: "MSSQL$RTC", State: peer.ServiceStopped},
	}})
	own := maps.Clone(commands)
	// wine runs a program on that Windows. What it prints becomes stdout.
	own["wine"] = func(ts *testscript.TestScript, neg bool, args []string) {
		cmd := w.Command(t.Context(), args[0], args[1:]...)
		cmd.Dir = ts.Getenv("WORK")
		out, err := cmd.Output()
		if _, werr := ts.Stdout().Write(out); werr != nil {
			ts.Fatalf("%v", werr)
		}
		if (err != nil) != neg {
			ts.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	program := w.BuildGo(t, "lcshealth/cmd/lcshealth")
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "wine"), RequireExplicitExec: true, Cmds: own,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PROGRAM", program)
			return nil
		},
	})
}
