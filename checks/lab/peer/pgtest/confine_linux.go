package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// owner is the user that PostgreSQL runs as. It refuses to run as root.
func owner() (uid, gid int, err error) {
	if os.Geteuid() != 0 {
		return os.Geteuid(), os.Getegid(), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, lookup := user.Lookup(name)
		if err = lookup; err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		return uid, gid, errors.Join(err1, err2)
	}
	return 0, 0, fmt.Errorf("PostgreSQL does not run as root, and there is no other user: %w", err)
}

func supported() error {
	_, _, err := owner()
	return err
}

// handOver gives files to the owner.
func handOver(paths ...string) error {
	uid, gid, err := owner()
	for _, path := range paths {
		if err == nil {
			err = os.Chown(path, uid, gid)
		}
	}
	return err
}

func confine(cmd *exec.Cmd) error {
	uid, gid, err := owner()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if uid != os.Geteuid() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return nil
}

// hold starts a program and waits for its end. The signal at the parent's death
// is sent when the thread ends that started it, so that one is kept.
func hold(cmd *exec.Cmd, started chan<- error, ended chan<- struct{}) {
	defer close(ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		_ = cmd.Wait() // killed, as it should be
	}
}

// killAll ends all processes of the server. Each of its backends leads a group
// of its own, so they are ended one by one; the first must not start new ones
// meanwhile.
func killAll(cmd *exec.Cmd) {
	_ = syscall.Kill(cmd.Process.Pid, syscall.SIGSTOP)
	for _, pid := range append(children(cmd.Process.Pid), cmd.Process.Pid) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// children lists the processes that a process has started.
func children(of int) (pids []int) {
	entries, _ := os.ReadDir("/proc") // without it there is nothing to list
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent(pid) == of {
			pids = append(pids, pid)
		}
	}
	return pids
}

// parent reads a process's parent from the fourth field of its state (proc(5));
// the second, its name, ends in a parenthesis.
func parent(pid int) int {
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	var ppid int
	var letter string
	for i := len(state) - 1; i >= 0; i-- {
		if state[i] == ')' {
			if _, err := fmt.Sscanf(string(state[i+1:]), " %s %d", &letter, &ppid); err != nil {
				return 0
			}
			break
		}
	}
	return ppid
}
