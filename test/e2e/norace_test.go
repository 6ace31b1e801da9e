//go:build !race

package e2e_test

// raceDetector says that the tests run without the race detector, and so does
// the program.
const raceDetector = false
