package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// killTimeout bounds how long what has been killed may take to be gone.
const killTimeout = 10 * time.Second

// process is a server that leads a process group and dies with this process.
type process struct {
	cmd  *exec.Cmd
	log  syncBuffer
	done chan struct{} // closed when the group is gone, or should be
	// Once done is closed: how the leader ended, and why the group is not known to be gone.
	err, left error
}

// spawn starts cmd as a process and keeps what it and its children write.
func spawn(cmd *exec.Cmd) (*process, error) {
	if err := bindToParent(cmd); err != nil {
		return nil, err
	}
	// The children inherit the pipe, so its end tells when the last of them has ended.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		defer close(p.done)
		defer func() { _ = r.Close() }()
		// The kernel's parent is the thread, not the process: the signal that ends the
		// child is sent when the thread that forked it ends. Keep that thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = w.Close() // the child has its own
		started <- err
		if err != nil {
			return
		}
		copied := make(chan error, 1)
		go func() {
			_, err := io.Copy(&p.log, r)
			copied <- err
		}()
		p.err = cmd.Wait()
		killGroup(cmd.Process.Pid) // what a leader that ended by itself has left
		_ = r.SetReadDeadline(time.Now().Add(killTimeout))
		p.left = <-copied
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// stop kills the whole group and returns when nothing of it is left.
func (p *process) stop() error {
	select {
	case <-p.done: // its number may be another process's by now
	default:
		killGroup(p.cmd.Process.Pid)
		<-p.done
	}
	if p.left != nil {
		return fmt.Errorf("stop %s: wait for its children: %w", p.cmd.Path, p.left)
	}
	return nil
}

// syncBuffer is a buffer that is read while it is written to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// run runs a program to its end. Its error holds the last of what the program wrote.
func run(ctx context.Context, env []string, name string, args ...string) error {
	path, err := lookPath(name)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(cmd.Environ(), env...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		for _, word := range args { // the subcommand, if there is one
			if strings.HasPrefix(word, "-") {
				break
			}
			name += " " + word
		}
		return fmt.Errorf("%s: %w: %s", name, errors.Join(err, ctx.Err()), tail(string(out)))
	}
	return nil
}

// tail returns the last lines of a log.
func tail(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
