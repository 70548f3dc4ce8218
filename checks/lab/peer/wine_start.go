package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// wineStartTimeout bounds the whole start, which takes some 6 s on an idle machine.
const wineStartTimeout = 3 * time.Minute

// startWine installs a Windows and starts it. On an error nothing is left.
func startWine(ctx context.Context, opt WineOptions) (_ *Wine, err error) {
	ctx, cancel := context.WithTimeout(ctx, wineStartTimeout)
	defer cancel()
	w := &Wine{built: map[string]string{}}
	defer func() {
		if err != nil {
			err = fmt.Errorf("start wine: %w", errors.Join(err, w.stop()))
		}
	}()
	if w.dir, err = os.MkdirTemp("", "lcshealth-wine-"); err != nil {
		return nil, err
	}
	if err := os.Mkdir(w.prefix(), 0o700); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		w.serve,
		w.boot,
		func(context.Context) error { return w.supplyRandomness() },
		func(ctx context.Context) error { return w.installServices(ctx, opt.Services) },
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// serve starts the server all programs of the prefix share. It would be started by
// the first of them and end after the last, and services with it.
func (w *Wine) serve(ctx context.Context) error {
	// Signal 0 only tells whether there is a server. Debian's Wine chooses the folder
	// of the socket in the first call of all, and two at once would choose two.
	const ask = "-k0"
	if err := w.run(ctx, "wineserver", ask); err == nil {
		return errors.New("a new prefix has a server already")
	}
	// A server that is killed leaves the programs running, while one that is interrupted
	// ends them first. So it is interrupted when the test binary is no more.
	cmd := exec.Command("setpriv", "--pdeathsig", "INT", "wineserver", "--foreground", "--persistent") //nolint:noctx // it outlives the start
	cmd.Env = w.env(cmd.Environ())
	var err error
	if w.server, err = spawn(cmd); err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := w.run(ctx, "wineserver", ask)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-w.server.done:
			return fmt.Errorf("wineserver ended: %w: %s", errors.Join(w.server.err, err), tail(w.server.log.String()))
		case <-ctx.Done():
			return fmt.Errorf("wait for wineserver: %w", errors.Join(ctx.Err(), err))
		}
	}
}

// boot installs Windows into the prefix and starts its services, as the first program
// that runs in a prefix always does. That program must not be wineboot itself, after
// which the next program boots again and has a second service control manager started,
// which disturbs the first.
func (w *Wine) boot(ctx context.Context) error {
	return w.run(ctx, "wine", "cmd", "/c", "exit")
}

// supplyRandomness places the library from which Go's runtime takes its random
// numbers, and which Wine 8 does not have.
func (w *Wine) supplyRandomness() error {
	dll := forwardingDLL("bcryptprimitives.dll", "ProcessPrng", "ADVAPI32.SystemFunction036")
	return os.WriteFile(filepath.Join(w.DriveC(), "windows", "system32", "bcryptprimitives.dll"), dll, 0o600)
}

// run runs a program to its end. What it writes is lost: services it starts keep its
// output open, and to wait for its end would be to wait for theirs.
func (w *Wine) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = w.env(cmd.Environ())
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, args[0], errors.Join(err, ctx.Err()))
	}
	return nil
}

// stop ends everything that runs in the prefix and removes it. It may follow a start
// that failed anywhere.
func (w *Wine) stop() error {
	var err error
	if w.server != nil {
		// The server ends all programs, and then itself. If it is gone already, so are they.
		kill := exec.Command("wineserver", "--kill") //nolint:noctx // it gives up by itself, after 10 s
		kill.Env = w.env(kill.Environ())
		_ = kill.Run()
		err = w.server.stop()
	}
	if w.dir == "" {
		return err
	}
	return errors.Join(err, w.remove())
}

// remove tries again for a while: programs that have lost the server may still be
// writing for a moment.
func (w *Wine) remove() error {
	err := os.RemoveAll(w.dir)
	for deadline := time.Now().Add(killTimeout); err != nil && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
		err = os.RemoveAll(w.dir)
	}
	return err
}
