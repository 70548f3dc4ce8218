package peer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"
)

// States of a service, as Win32_Service names them.
const (
	ServiceRunning  = "Running"
	ServiceStarting = "Start Pending" // and never ready
	ServiceStopped  = "Stopped"
)

// WineService is a service of Windows. Without a state it is stopped.
type WineService struct {
	Name        string // rtcsrv
	DisplayName string // Name, if empty
	Account     string // LocalSystem, if empty
	State       string // ServiceRunning, ServiceStarting or ServiceStopped
	StartMode   string // Auto, Manual or Disabled; Auto, if empty
}

// winesvc is the program every service runs.
const winesvc = "lcshealth/checks/lab/peer/winesvc"

// Service installs services, or changes those of the name, and puts them into their
// states. One that is to run has a process.
func (w *Wine) Service(t testing.TB, services ...WineService) {
	t.Helper()
	if err := w.installServices(t.Context(), services); err != nil {
		t.Fatal(err)
	}
}

func (w *Wine) installServices(ctx context.Context, services []WineService) error {
	if len(services) == 0 {
		return nil
	}
	program, err := w.build(ctx, winesvc, "build")
	if err != nil {
		return err
	}
	var args []string
	for _, s := range services {
		args = append(args, s.Name, cmp.Or(s.DisplayName, s.Name), s.Account,
			cmp.Or(s.StartMode, "Auto"), cmp.Or(s.State, ServiceStopped))
	}
	out, err := w.Command(ctx, program, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("install services: %w: %s", errors.Join(err, ctx.Err()), tail(string(out)))
	}
	return nil
}
