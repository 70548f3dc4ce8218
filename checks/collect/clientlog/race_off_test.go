//go:build !race

package clientlog_test

// raceDetector says that memory and time are not those of the program alone.
const raceDetector = false
