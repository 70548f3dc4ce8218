//go:build !windows

package main

import "errors"

func run([]string) error { return errors.New("there are services on Windows only") }
