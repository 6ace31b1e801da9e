//go:build race

package e2e_test

// raceDetector says that the tests run with the race detector, and so does the
// program.
const raceDetector = true
