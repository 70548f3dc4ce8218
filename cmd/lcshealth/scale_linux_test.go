package main

import (
	"os"
	"syscall"
)

// peakMemory is the most that an ended program had in memory, in octets. Linux
// counts what the program that started it had at that time, so that must be
// small.
func peakMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}
