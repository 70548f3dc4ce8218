package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

// stateTimeout bounds how long a service may take to be in a state.
const stateTimeout = 30 * time.Second

func run(args []string) error {
	if len(args) == 2 && args[0] == "serve" {
		return svc.Run(args[1], handler{})
	}
	if len(args)%5 != 0 {
		return errors.New("not five arguments for each service")
	}
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("connect to the service control manager: %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	for ; len(args) > 0; args = args[5:] {
		if err := install(ctx, m, args[0], args[1], args[2], args[3], args[4]); err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
	}
	return nil
}

func install(ctx context.Context, m *mgr.Mgr, name, display, account, startMode, state string) error {
	target, ok := map[string]svc.State{"Running": svc.Running, "Start Pending": svc.StartPending, "Stopped": svc.Stopped}[state]
	if !ok {
		return fmt.Errorf("no such state: %q", state)
	}
	startType, ok := map[string]uint32{"Auto": mgr.StartAutomatic, "Manual": mgr.StartManual, "Disabled": mgr.StartDisabled}[startMode]
	if !ok {
		return fmt.Errorf("no such start mode: %q", startMode)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	config := mgr.Config{DisplayName: display, ServiceStartName: account, StartType: startType, ErrorControl: mgr.ErrorNormal}
	s, err := m.CreateService(name, program, config, "serve", name)
	if errors.Is(err, windows.ERROR_SERVICE_EXISTS) {
		s, err = change(m, name, config)
	}
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	return bring(ctx, s, target)
}

// change gives a service that is there another configuration.
func change(m *mgr.Mgr, name string, to mgr.Config) (*mgr.Service, error) {
	s, err := m.OpenService(name)
	if err != nil {
		return nil, err
	}
	var account *uint16 // as it is
	if to.ServiceStartName != "" {
		account, err = windows.UTF16PtrFromString(to.ServiceStartName)
	}
	if err == nil {
		// s.UpdateConfig also sets what Wine does not know.
		err = windows.ChangeServiceConfig(s.Handle, windows.SERVICE_NO_CHANGE, to.StartType, windows.SERVICE_NO_CHANGE,
			nil, nil, nil, nil, account, nil, windows.StringToUTF16Ptr(to.DisplayName))
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// passing are errors of a service that is on its way from one state to another, and
// of a manager that is still starting the services of the boot.
var passing = []error{
	windows.ERROR_SERVICE_DATABASE_LOCKED,
	windows.ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
	windows.ERROR_SERVICE_NOT_ACTIVE,
	windows.ERROR_SERVICE_ALREADY_RUNNING,
}

// bring puts the service into a state, by way of others if need be.
func bring(ctx context.Context, s *mgr.Service, target svc.State) error {
	for {
		status, err := s.Query()
		if err != nil {
			return fmt.Errorf("query: %w", err)
		}
		switch at := status.State; {
		case at == target:
			return nil
		case at == svc.Stopped && target == svc.StartPending:
			err = s.Start(hang)
		case at == svc.Stopped:
			err = s.Start()
		case at == svc.Running, at == svc.StartPending && status.Accepts&windows.SERVICE_ACCEPT_STOP != 0:
			_, err = s.Control(svc.Stop)
		}
		if err != nil && !slices.ContainsFunc(passing, func(p error) bool { return errors.Is(err, p) }) {
			return fmt.Errorf("leave state %d for %d: %w", status.State, target, err)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("in state %d, not %d: %w", status.State, target, ctx.Err())
		}
	}
}

// hang is the argument with which a service never becomes ready.
const hang = "hang"

// handler is the service: it only takes on states.
type handler struct{}

// Execute serves until the service is stopped.
func (handler) Execute(args []string, requests <-chan svc.ChangeRequest, states chan<- svc.Status) (bool, uint32) {
	state := svc.Running
	if slices.Contains(args, hang) {
		state = svc.StartPending
	}
	states <- svc.Status{State: state, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for r := range requests {
		switch r.Cmd {
		case svc.Interrogate:
			states <- r.CurrentStatus
		case svc.Stop, svc.Shutdown:
			return false, 0
		}
	}
	return false, 0
}
