//go:build !unix

package lab

import "fmt"

// makeFIFO fails: Windows has no named pipe that could stand for a file.
func makeFIFO(path string) (release func(), err error) {
	return nil, fmt.Errorf("make a host file %s that hangs: not on Windows", path)
}
