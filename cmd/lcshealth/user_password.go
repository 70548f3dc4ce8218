package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"lcshealth/report/web/auth"

	"golang.org/x/term"
)

// newPassword asks for a new password and returns its hash.
func newPassword(ctx context.Context, a *app, name string) (string, error) {
	password, err := askPassword(ctx, a, name)
	if err != nil {
		return "", err
	}
	if err := auth.CheckPassword(name, password); err != nil {
		return "", usage(err)
	}
	hasher, err := auth.NewHasher(auth.DefaultParams())
	if err != nil {
		return "", err
	}
	hash, err := hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	return hash.String(), nil
}

// askPassword asks twice at a terminal, without showing what is typed. Without
// a terminal it reads one line of standard input. It never comes from the
// arguments, which everybody on the host can see.
func askPassword(ctx context.Context, a *app, name string) (string, error) {
	if a.stdin == nil {
		return "", usagef("there is no standard input to read the password from")
	}
	fd := int(a.stdin.Fd())
	if !term.IsTerminal(fd) {
		return interruptible(ctx, func() (string, error) { return firstLine(a.stdin) }, func() {})
	}
	state, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("read the password from the terminal: %w", err)
	}
	var typed [2]string
	for i, prompt := range []string{"new password of " + name, "the same again"} {
		fmt.Fprintf(a.stderr, "%s: ", prompt)
		typed[i], err = interruptible(ctx, func() (string, error) {
			b, err := term.ReadPassword(fd)
			return string(b), err
		}, func() { _ = term.Restore(fd, state) }) // it echoes again
		fmt.Fprintln(a.stderr)
		if err != nil {
			return "", err
		}
	}
	if typed[0] != typed[1] {
		return "", usagef("the two passwords differ")
	}
	return typed[0], nil
}

// interruptible reads, but does not wait for a reader that nobody answers when
// ctx ends. Its goroutine ends with the program, which is then about to.
func interruptible(ctx context.Context, read func() (string, error), undo func()) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := read()
		done <- answer{text, err}
	}()
	select {
	case got := <-done:
		if got.err != nil {
			return "", fmt.Errorf("read the password: %w", got.err)
		}
		return got.text, nil
	case <-ctx.Done():
		undo()
		return "", ctx.Err()
	}
}

// firstLine reads one line, with or without its end. What follows is not read
// on purpose.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, auth.MaxPassword+3)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), nil
}
