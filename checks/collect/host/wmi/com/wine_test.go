//go:build !windows

package com

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
)

// TestInWindows runs the tests of this package that need a Windows, those of
// com_windows_test.go, in one.
func TestInWindows(t *testing.T) {
	t.Parallel()
	w := peer.StartWine(t, peer.WineOptions{Services: []peer.WineService{
		{Name: "rtcsrv", DisplayName: "Live Communications Server", State: peer.ServiceRunning},
		{Name: "MSSQL$RTC"},
		{Name: "RTCArchive", State: peer.ServiceStarting, StartMode: "Manual"},
	}})
	program := w.BuildGoTest(t, ".")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := w.Command(ctx, program, "-test.v", "-test.timeout=90s")
	cmd.Env = append(cmd.Env, servicesVariable+"=rtcsrv|Running|Auto,MSSQL$RTC|Stopped|Auto,RTCArchive|Start Pending|Manual")
	out, err := cmd.CombinedOutput()
	out = bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"TestServices", "TestProcesses", "TestUnknownClass", "TestRegistry", "TestAnotherHost", "TestACallThatHangs"} {
		if !strings.Contains(string(out), "\n--- PASS: "+name+" ") {
			t.Errorf("%s did not pass:\n%s", name, out)
		}
	}
	t.Logf("%s", out)
}
