package rtcsim

import (
	"context"
	"strings"

	"lcshealth/checks/lab/tdsd"
)

// fault is what goes wrong while rows of a table are read.
type fault struct {
	after int
	hang  bool
}

// Deny lets every SELECT from a table fail for lack of permission (229), or no
// longer.
func (d *Database) Deny(table string, denied bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if denied {
		d.denied[strings.ToLower(table)] = true
	} else {
		delete(d.denied, strings.ToLower(table))
	}
}

// Break lets a SELECT whose FROM begins with the table end with an error (823,
// a disk error) after the given number of rows.
func (d *Database) Break(table string, after int) { d.setFault(table, fault{after: after}) }

// Hang lets a SELECT whose FROM begins with the table stop after the given
// number of rows, until its client cancels it or goes away.
func (d *Database) Hang(table string, after int) { d.setFault(table, fault{after: after, hang: true}) }

// Heal takes away what Break and Hang did to a table.
func (d *Database) Heal(table string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.faults, strings.ToLower(table))
}

func (d *Database) setFault(table string, f fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[strings.ToLower(table)] = f
}

// diskError is a read error of the storage below (823).
func (d *Database) diskError() *tdsd.Error {
	return &tdsd.Error{Number: 823, State: 2, Class: 16,
		Message: "I/O error 23(Data error (cyclic redundancy check).) detected during read of file '" + d.name + ".mdf'."}
}

// strike carries out a fault in place of the next row.
func (d *Database) strike(ctx context.Context, f fault) *tdsd.Error {
	if f.hang {
		<-ctx.Done()
		return nil
	}
	return d.diskError()
}
