//go:build !linux

package pgtest

import (
	"errors"
	"os/exec"
)

func supported() error { return errors.New("PostgreSQL is started on Linux only") }

func handOver(...string) error { return supported() }

func confine(*exec.Cmd) error { return supported() }

func hold(_ *exec.Cmd, started chan<- error, ended chan<- struct{}) {
	started <- supported()
	close(ended)
}

func killAll(*exec.Cmd) {}
