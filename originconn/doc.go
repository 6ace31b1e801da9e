// Package originconn makes all of edgesim's connections to origins. It resolves,
// dials, performs the TLS handshake, verifies, sends and reads. Each step has its
// own file, times and facts. The result is a response or one [policy.Cause], never
// a bare error.
//
// # What to read first
//
// [Client.Do] is the loop over attempts. [Client.Connect] is the part of it that
// needs no request; a check of the handshake alone calls it. Both take a [Target],
// a value that is complete before any socket is opened.
//
// # Facts and judgments
//
// This package collects facts: [Handshake] holds what was observed, and evidence.go
// turns errors into error numbers, timeouts and the like. Package policy decides
// which documented rule they break and what the viewer gets. An [Attempt] holds
// both.
//
// # Why not http.Transport
//
// The exchange is our own HTTP/1.1 implementation, run in the caller's goroutine.
// http.Transport retries, pools, adds headers and hides the wire, which is exactly
// what edgesim has to decide, show and record. Its two goroutines per connection
// also cost more than the exchange itself.
//
// # TLS
//
// handshake.go is the only place in the program that turns off crypto/tls's
// verification. verify.go judges the chain as the origin sent it, because
// x509.Certificate.Verify stops at the first problem, repairs the order of a chain
// and ignores the common name, and CloudFront does none of that.
//
// Package internal/tlsscan finds out what an origin would accept; scan.go opens its
// connections.
package originconn
