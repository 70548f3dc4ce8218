package main

import "iter"

// ahead has a sequence run in a goroutine of its own, some values before they
// are asked for, so that whoever makes them and whoever uses them can work at
// the same time. The goroutine has ended when the sequence has.
func ahead[T any](values iter.Seq2[T, error]) iter.Seq2[T, error] {
	const (
		together = 256 // values handed over at once
		waiting  = 4   // of these
	)
	type pair struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		filled, stop := make(chan []pair, waiting), make(chan struct{})
		var panicked any
		go func() {
			defer close(filled)
			defer func() { panicked = recover() }()
			batch := make([]pair, 0, together)
			send := func() bool {
				select {
				case filled <- batch:
					batch = make([]pair, 0, together)
					return true
				case <-stop:
					return false
				}
			}
			for v, err := range values {
				batch = append(batch, pair{v, err})
				if len(batch) == together && !send() {
					return
				}
			}
			send()
		}()
		defer func() {
			close(stop)
			for range filled { // what is left is dropped
			}
			if panicked != nil {
				panic(panicked)
			}
		}()
		for batch := range filled {
			for _, p := range batch {
				if !yield(p.value, p.err) {
					return
				}
			}
		}
	}
}
