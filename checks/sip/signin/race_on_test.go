//go:build race

package signin_test

// raceDetector says that memory and time are not those of the program alone.
const raceDetector = true
