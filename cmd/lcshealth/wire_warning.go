package main

import (
	"slices"

	"lcshealth/checks/facts"
)

// warnOfWire adds a warning to the source that asked the network.
func warnOfWire(d *facts.Deployment, text string) {
	if i := slices.IndexFunc(d.Sources, func(s facts.Source) bool { return s.Name == "wire" }); i >= 0 {
		d.Sources[i].Warnings = append(d.Sources[i].Warnings, text)
	}
}
