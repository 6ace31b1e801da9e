// Package faults decides which requests fail although their origin is healthy, so
// that a front end's handling of CloudFront's 502 and 504 can be tested without
// breaking an origin.
//
// # What to read first
//
// A [Fault] is one failure to force, in the form used by /api/faults and serve
// --fault. A [Set] holds the active faults, and [Set.Decide] is called once for
// every request to an origin.
//
// # What it is not
//
// It only decides. Package originconn simulates the failure, with the attempts and
// waits of a real one.
package faults
