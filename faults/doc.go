// Package faults says which requests fail although their origin is well,
// so that a front end's handling of CloudFront's 502 and 504 can be tested
// without breaking an origin.
//
// # What to read first
//
// A [Fault] is one such wish, in the form in which /api/faults and
// serve --fault have it; a [Set] holds those in force, and [Set.Decide] is
// asked once for every request to an origin.
//
// # What it is not
//
// It decides and does nothing: how a failure is played, with the attempts and
// the waits that the real one would have had, is originconn's business.
package faults
