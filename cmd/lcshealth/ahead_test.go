package main

import (
	"errors"
	"iter"
	"testing"
)

// numbers counts to n and then fails, and says how far it came.
func numbers(n int, made *int, end error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			*made = i + 1
			if !yield(i, nil) {
				return
			}
		}
		if end != nil {
			yield(0, end)
		}
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	for _, n := range []int{0, 1, 255, 256, 257, 5000} {
		made, got := 0, 0
		for v, err := range ahead(numbers(n, &made, full)) {
			if err != nil {
				if !errors.Is(err, full) {
					t.Errorf("of %d: %v", n, err)
				}
				break
			}
			if v != got {
				t.Fatalf("of %d: value %d in place %d", n, v, got)
			}
			got++
		}
		if got != n {
			t.Errorf("%d of %d arrived", got, n)
		}
	}
}

// Whoever has enough leaves nothing running: made is not written any more.
func TestAheadStopped(t *testing.T) {
	t.Parallel()
	made := 0
	for v := range ahead(numbers(1<<40, &made, nil)) {
		if v == 1000 {
			break
		}
	}
	if made <= 1000 {
		t.Errorf("only %d were made", made)
	}
	for range ahead(numbers(10, &made, nil)) {
		break
	}
	if made != 10 {
		t.Errorf("%d of 10 were made", made)
	}
}

// A panic ends the caller, as it would have without a goroutine.
func TestAheadPanic(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != "broken" {
			t.Errorf("recovered %v", p)
		}
	}()
	for range ahead(func(func(int, error) bool) { panic("broken") }) {
		t.Error("a value came out")
	}
}
