// Package e2e tests the real program: cmd/edgesim is built once and run as a
// process, between origins that are not ours (openssl s_server, nginx) and a
// viewer that is not ours (curl).
//
// # What to read first
//
// program_test.go builds and starts edgesim, site_test.go puts one edge in front
// of many origins. Then each file proves one thing: certificates_test.go and
// handshake_test.go the verdicts, curl_test.go the viewer's side, hostile_test.go
// and signal_test.go what a long-running process must survive, and cli_test.go
// with the scripts in testdata the command line.
//
// # Rules
//
// No sleeps, no fixed ports, no internet, not today's date: certificates are
// judged at the instant peers.Noon. A test that finds a fault of edgesim states
// what is right, and fails.
package e2e
